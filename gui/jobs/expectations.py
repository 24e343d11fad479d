"""How long running jobs take still, as far as like jobs tell; asked for by whoever shows a job."""

from __future__ import annotations

from collections.abc import Mapping

from gui.format import format_count
from gui.i18n import tr
from queue_core.queue.estimates import Expected, rounded

_known: dict[str, Expected] = {}


def set_expectations(found: Mapping[str, Expected]) -> None:
    """Remember what is expected of the running jobs, by id."""
    _known.clear()
    _known.update(found)


def expectation_of(job_id: str) -> Expected | None:
    """Return how long a running job takes still; None where nobody can say."""
    return _known.get(job_id)


def range_text(expected: Expected) -> str:
    """Return "about 2–4 min"."""
    low, high, unit = rounded(expected)
    number = format_count(high)
    if low != high:
        number = f"{format_count(low)}–{number}"
    match unit:
        case "s":
            return tr("about {number} s", number=number)
        case "min":
            return tr("about {number} min", number=number)
        case _:
            return tr("about {number} h", number=number)


def left_text(expected: Expected) -> str:
    """Return "about 2–4 min left"."""
    return tr("{time} left", time=range_text(expected))
