"""Labels: what a job asks of the worker that runs it, and what a worker offers.

A job's labels are stored as one text in a fixed order. A worker knows all sets that it can make of
its own, so that the claim finds what suits by comparing texts, in every database alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

from queue_core.errors import ParameterError

# Each doubles the sets that a worker compares with.
MOST_LABELS: Final = 8
_LABEL: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}(=[A-Za-z0-9_.:/-]{1,60})?", re.ASCII)


def checked(labels: Iterable[str]) -> tuple[str, ...]:
    """Return labels in order, each once.

    Raises:
        ParameterError: One is none, or there are too many.
    """
    found = tuple(sorted(set(labels)))
    for label in found:
        if not isinstance(label, str) or not _LABEL.fullmatch(label):
            raise ParameterError(
                f"“{label}” is no label.", parameter="labels",
                hint="Write it like gpu or zone=b: letters, digits, dots and dashes.",
            )  # fmt: skip
    if len(found) > MOST_LABELS:
        raise ParameterError(f"There may be {MOST_LABELS} labels at most.", parameter="labels")
    return found


def to_text(labels: Iterable[str]) -> str | None:
    """Return checked labels as they are stored; None where there are none."""
    found = checked(labels)
    return json.dumps(found) if found else None


@dataclass(frozen=True)
class Offer:
    """What a consumer offers.

    Attributes:
        labels: Its labels.
    """

    labels: tuple[str, ...] = ()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All that a job may ask for here, as it is stored."""
        return tuple(
            json.dumps(chosen)
            for count in range(1, len(self.labels) + 1)
            for chosen in combinations(sorted(self.labels), count)
        )

    @property
    def sql(self) -> str:
        """The condition of a job that may run here; its parameters are `texts`."""
        if not self.labels:
            return "labels IS NULL"
        return f"(labels IS NULL OR labels IN ({','.join('?' * len(self.texts))}))"


ANYTHING: Final = Offer()
