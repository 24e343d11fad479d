"""The phases of an attempt, found in what it says of its progress: where its time goes."""

from __future__ import annotations

import re
import time
from typing import Final

from queue_core.queue.store.stored import storable

_NUMBER: Final = re.compile(r"\d[\d.,:/]*\s?%?")
_NAME_LETTERS: Final = 120
# A job that names each of a thousand files has no phases; what comes later counts as the last one.
MOST_PHASES: Final = 60


def phase_name(message: str) -> str:
    """Return what a phase is called: what is said up to the first number that changes."""
    lines = message.strip().splitlines()
    if not lines:
        return ""
    first = lines[0].split(" · ")[0]
    before, *rest = _NUMBER.split(first)
    name = before.strip(" ([:,–-") or " ".join("".join(rest).split()).strip(" )],:–-")
    return storable(name, _NAME_LETTERS)


class PhaseClock:
    """Notes when an attempt goes over to another phase.

    Attributes:
        name: The phase that it is in.
    """

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._count = 0
        self.name = ""

    def turn(self, message: str) -> tuple[float, str] | None:
        """Return when the phase began that *message* is of, and its name; None: it goes on."""
        name = phase_name(message)
        if not name or name == self.name or self._count >= MOST_PHASES:
            return None
        self._count += 1
        self.name = name
        return time.monotonic() - self._began_s, name
