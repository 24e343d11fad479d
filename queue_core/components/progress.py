"""How a component says how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class ProgressReporter(Protocol):
    """Takes progress reports; a job forwards them to its supervisor."""

    def report(self, fraction: float | None, message: str) -> None:
        """Take a report: 0 to 1 (None: unknown) and the phase in words."""


class Silence:
    """A reporter that nobody listens to."""

    def report(self, fraction: float | None, message: str) -> None:
        """Do nothing."""


@dataclass
class Span:
    """A part of a longer work: its 0 to 1 becomes `start` to `stop` of the whole.

    Its reports never fall, even where a step knows less than the one before.

    Attributes:
        whole: Who is told.
        start: Fraction of the whole at the start of this part.
        stop: Fraction of the whole at the end of this part.
    """

    whole: ProgressReporter
    start: float = 0.0
    stop: float = 1.0
    _highest: float = 0.0

    def report(self, fraction: float | None, message: str) -> None:
        """Pass a report on; where the fraction is unknown, that of the last one stands."""
        if fraction is not None:
            self._highest = max(self._highest, min(1.0, fraction))
        self.whole.report(self.start + (self.stop - self.start) * self._highest, message)

    def step(self, number: int, count: int, message: str) -> None:
        """Report that *number* of *count* equal steps are done."""
        self.report(number / max(count, 1), message)
