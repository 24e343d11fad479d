"""How long each phase of a job's last attempt took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from gui.i18n import mark
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import Phase

STARTING = mark("Starting")
# A shorter start is no phase that anybody waits for.
LEAST_START_S = 0.5


@dataclass(frozen=True)
class Span:
    """One stretch of time.

    Attributes:
        name: The phase.
        began_s: Seconds since the attempt began.
        seconds: How long it took, or has taken so far.
        number: Which of the different phases it is, from 0: its colour.
    """

    name: str
    began_s: float
    seconds: float
    number: int = 0


def spans_of(phases: Sequence[Phase], record: JobRecord, now: datetime) -> tuple[Span, ...]:
    """Return the phases of the last attempt one after another; nothing where there is only one."""
    total = record.duration(now=now if record.finished_at is None else None)
    own = [phase for phase in phases if phase.attempt == record.attempt]
    if total is None or not own:
        return ()
    total_s = total.total_seconds()
    turns = [(min(phase.began_s, total_s), phase.name) for phase in own]
    start_s = turns[0][0]
    if start_s >= LEAST_START_S:
        turns.insert(0, (0.0, STARTING))
    else:
        turns[0] = (0.0, turns[0][1])
    numbers = {name: n for n, name in enumerate(dict.fromkeys(name for _, name in turns))}
    ends = [*turns, (total_s, "")]
    spans = tuple(
        Span(name, began_s, max(0.0, end_s - began_s), numbers[name])
        for (began_s, name), (end_s, _) in pairwise(ends)
    )
    return spans if len(numbers) > 1 else ()


def summed(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return each phase once with all its time, in the order of their first beginning."""
    found: dict[str, Span] = {}
    for span in spans:
        before = found.get(span.name)
        seconds = span.seconds + (before.seconds if before else 0.0)
        first = before or span
        found[span.name] = Span(span.name, first.began_s, seconds, span.number)
    return tuple(found.values())
