"""The calls on the way to an error as they are shown: each own one, the others in runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gui.i18n import tr, tr_plural
from queue_core.failures.calls import Origin, library_of, short_name
from queue_core.failures.traceback_text import Call

# Of a function that calls itself, the last calls and the first ones say it all.
MOST_OWN = 8
FIRST_OWN = 2
MOST_LIBRARIES = 3


@dataclass(frozen=True)
class CallRun:
    """Calls that are shown as one line.

    Attributes:
        calls: They, outermost first.
        title: What the line says: "12 calls in sklearn".
    """

    calls: tuple[Call, ...]
    title: str


def grouped(calls: Sequence[Call]) -> list[Call | CallRun]:
    """Return the user's own calls one by one, and runs of those of others between them."""
    shown: list[Call | CallRun] = []
    for is_own, found in groupby(calls, key=lambda call: call.origin is Origin.OWN):
        run = tuple(found)
        shown += _own(run) if is_own else [CallRun(run, _title(run))]
    return shown


def count_calls(calls: Iterable[Call]) -> int:
    """Return how many calls there were, those that Python leaves out as repeated included."""
    return sum(1 + call.repeats for call in calls)


def call_text(call: Call) -> str:
    """Return a call as one line: `prepare.py:41 in load`."""
    place = f"{short_name(call.file)}:{call.line}"
    return tr("{place} in {function}", place=place, function=call.function or "?")


def _own(run: tuple[Call, ...]) -> list[Call | CallRun]:
    if len(run) <= MOST_OWN:
        return list(run)
    middle = run[FIRST_OWN : FIRST_OWN - MOST_OWN]
    title = tr_plural(
        "{count} more call of yours", "{count} more calls of yours", count_calls(middle)
    )
    return [*run[:FIRST_OWN], CallRun(middle, title), *run[FIRST_OWN - MOST_OWN :]]


def _title(run: tuple[Call, ...]) -> str:
    names = list(dict.fromkeys(_name(call) for call in run))
    listed = ", ".join(names[:MOST_LIBRARIES])
    if len(names) > MOST_LIBRARIES:
        listed = tr("{names} and others", names=listed)
    return tr_plural(
        "{count} call in {names}", "{count} calls in {names}", count_calls(run), names=listed
    )


def _name(call: Call) -> str:
    return library_of(call.file) or tr("this program")
