"""The stretch of time that is shown: zooming, panning, and stretches with a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from gui.i18n import mark

SHORTEST_S = 1.0
LONGEST_S = 20 * 366 * 86400.0
HOUR_S = 3600.0
# "Last night" is from when people leave until they are back.
EVENING, MORNING = 18, 9


@dataclass(frozen=True)
class Stretch:
    """From one moment to another, in seconds since 1970.

    Attributes:
        begin_s: The first moment.
        end_s: The last one.
        follows: Whether it moves on with the clock.
    """

    begin_s: float
    end_s: float
    follows: bool = False

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.end_s - self.begin_s

    def zoomed(self, factor: float, around_s: float) -> Stretch:
        """Return a stretch *factor* times as long in which one moment stays where it is."""
        length = min(LONGEST_S, max(SHORTEST_S, self.length_s * factor))
        share = (around_s - self.begin_s) / self.length_s
        begin = around_s - length * share
        return Stretch(begin, begin + length)

    def moved(self, by_s: float) -> Stretch:
        """Return it earlier or later."""
        return Stretch(self.begin_s + by_s, self.end_s + by_s)

    def at(self, now_s: float) -> Stretch:
        """Return it as it is now: where it follows the clock, it ends a little after now."""
        if not self.follows:
            return self
        length = self.length_s
        end = now_s + length * 0.02
        return replace(self, begin_s=end - length, end_s=end)


def lasting(length_s: float, now: datetime) -> Stretch:
    """Return the last *length_s* seconds, going on with the clock."""
    now_s = now.timestamp()
    return Stretch(now_s - length_s, now_s, follows=True).at(now_s)


def today(now: datetime) -> Stretch:
    """Return the day so far, from midnight on."""
    begin = now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    return Stretch(begin, max(begin + HOUR_S, now.timestamp() + HOUR_S / 4))


def last_night(now: datetime) -> Stretch:
    """Return the night that is, or the one before this day."""
    evening = now.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    if now < evening:
        evening -= timedelta(days=1)
    morning = (evening + timedelta(days=1)).replace(hour=MORNING)
    return Stretch(evening.timestamp(), morning.timestamp())


@dataclass(frozen=True)
class Named:
    """A stretch with a name.

    Attributes:
        title: The name, in English.
        of: Returns it, for a moment of local time.
    """

    title: str
    of: Callable[[datetime], Stretch]


NAMED: Final[Mapping[str, Named]] = {
    "hour": Named(mark("Last hour"), lambda now: lasting(HOUR_S, now)),
    "today": Named(mark("Today"), today),
    "night": Named(mark("Last night"), last_night),
    "week": Named(mark("Last 7 days"), lambda now: lasting(7 * 24 * HOUR_S, now)),
}
