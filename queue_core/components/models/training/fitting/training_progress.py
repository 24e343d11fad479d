"""What a training tells while it works: progress in parts of parts, measures, trials, warnings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from queue_core.components.json_data import JsonMapping

Report = Callable[[float | None, str], None]


@dataclass(frozen=True)
class Progress:
    """A stretch of the whole progress.

    Attributes:
        sink: Where reports go: fraction of the whole, or None where nobody knows, and the phase.
        start: Where the stretch begins, 0 to 1.
        end: Where it ends.
        prefix: Words before every phase, e.g. `Fold 2 of 5: `.
    """

    sink: Report
    start: float = 0.0
    end: float = 1.0
    prefix: str = ""

    def report(self, fraction: float, message: str) -> None:
        """Report how much of this stretch is done, 0 to 1."""
        inside = min(1.0, max(0.0, fraction))
        self.sink(self.start + (self.end - self.start) * inside, self.prefix + message)

    def report_unknown(self, message: str) -> None:
        """Report a phase whose length nobody knows; only a long stretch hides its fraction."""
        long = self.end - self.start > LONG_STRETCH
        self.sink(None if long else self.start, self.prefix + message)

    def part(self, start: float, end: float, prefix: str = "") -> Progress:
        """Return the stretch from *start* to *end* of this one, both 0 to 1."""
        width = self.end - self.start
        return Progress(
            self.sink, self.start + width * start, self.start + width * end, self.prefix + prefix
        )

    def parts(self, count: int, index: int, prefix: str = "") -> Progress:
        """Return the stretch number *index* of *count* equal ones."""
        return self.part(index / count, (index + 1) / count, prefix)


LONG_STRETCH = 0.4


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One try of a parameter search.

    Attributes:
        number: Place among all tries of the run, from 0.
        fold: The fold whose training rows it was tried on; None for all rows.
        params: What was tried.
        distributions: Where it was drawn from.
        intermediate: Score after each inner fold.
        value: Mean score over the inner folds; None where it failed.
        state: `complete`, `pruned` or `fail`.
        reason: Why it failed.
        started_at: ISO time, UTC.
        finished_at: ISO time, UTC.
    """

    number: int
    fold: int | None
    params: JsonMapping
    distributions: JsonMapping
    intermediate: Mapping[str, float]
    value: float | None
    state: str
    reason: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


def _ignore(*_: object) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Who listens to a training.

    Attributes:
        progress: The stretch that the training fills.
        on_measure: Takes name, split, fold, step and value as they come.
        on_trial: Takes each try of a search when it has ended.
        warn: Takes a sentence about what was done to the user's data.
    """

    progress: Progress = field(default_factory=lambda: Progress(_ignore))
    on_measure: Callable[[str, str, int | None, int | None, float | None], None] = _ignore
    on_trial: Callable[[TrialRecord], None] = _ignore
    warn: Callable[[str], None] = _ignore
