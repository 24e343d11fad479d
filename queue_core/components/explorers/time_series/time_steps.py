"""Regular steps of time: which one fits a column."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class TimeStep:
    """A regular distance between points in time.

    Attributes:
        name: In words, for people.
        seconds: Its length; for calendar steps the mean length.
        frequency: The same for pandas.
        periods: How many steps usual cycles have, e.g. 7 and 365 for days.
    """

    name: str
    seconds: int
    frequency: str
    periods: tuple[int, ...] = ()

    def sql(self, time: str) -> str:
        """Return SQL for the start of the step that a timestamp is in."""
        words = {"MS": "month", "QS": "quarter", "YS": "year", "W-MON": "week"}
        if self.frequency in words:
            return f"date_trunc('{words[self.frequency]}', {time})"
        return f"time_bucket(to_seconds({self.seconds}), {time}, TIMESTAMP '1970-01-01')"


def _fixed(name: str, seconds: int, frequency: str) -> TimeStep:
    cycles = (_HOUR, _DAY, 7 * _DAY)
    periods = tuple(cycle // seconds for cycle in cycles if cycle // seconds > 1)
    return TimeStep(name, seconds, frequency, periods)


STEPS = (
    _fixed("second", 1, "s"),
    _fixed("5 seconds", 5, "5s"),
    _fixed("15 seconds", 15, "15s"),
    _fixed("minute", _MINUTE, "min"),
    _fixed("5 minutes", 5 * _MINUTE, "5min"),
    _fixed("15 minutes", 15 * _MINUTE, "15min"),
    _fixed("30 minutes", 30 * _MINUTE, "30min"),
    _fixed("hour", _HOUR, "h"),
    _fixed("3 hours", 3 * _HOUR, "3h"),
    _fixed("6 hours", 6 * _HOUR, "6h"),
    TimeStep("day", _DAY, "D", (7, 365)),
    TimeStep("week", 7 * _DAY, "W-MON", (52,)),
    TimeStep("month", 2_629_746, "MS", (12,)),
    TimeStep("quarter", 7_889_238, "QS", (4,)),
    TimeStep("year", 31_556_952, "YS"),
)

_NAMES = {step.name: step for step in STEPS}


def step_named(name: str) -> TimeStep:
    """Return the step of this name."""
    return _NAMES[name]


def fitting_step(gap_s: float, span_s: float, most: int) -> TimeStep:
    """Return the longest step that is not longer than the usual gap, or as long as need be.

    Args:
        gap_s: The usual distance between two rows, in seconds.
        span_s: Distance between the first and the last row, in seconds.
        most: How many steps there may be.
    """
    chosen = STEPS[0]
    for step in STEPS:
        if step.seconds <= gap_s * 1.1 or span_s / chosen.seconds > most:
            chosen = step
    return chosen
