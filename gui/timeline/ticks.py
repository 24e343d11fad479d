"""Where the axis of time has its marks, and what they say, in local time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QLocale

from gui.timeline.stretch import Stretch

# Distances between marks, in seconds up to hours, then in days.
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_DAYS = (1, 2, 7, 14, 28, 91, 182, 364, 1820)
DAY_S = 86400


@dataclass(frozen=True)
class Tick:
    """One mark.

    Attributes:
        moment_s: Where it stands, in seconds since 1970.
        text: What it says.
        is_day: Whether a day begins there.
    """

    moment_s: float
    text: str
    is_day: bool = False


def ticks(stretch: Stretch, most: int) -> list[Tick]:
    """Return the marks of a stretch, *most* of them at the most."""
    wanted_s = stretch.length_s / max(1, most)
    for step in _SECONDS:
        if step >= wanted_s:
            return list(_by_time(stretch, step))
    days = next((count for count in _DAYS if count * DAY_S >= wanted_s), _DAYS[-1])
    return list(_by_day(stretch, days))


def _by_time(stretch: Stretch, step_s: int) -> Iterator[Tick]:
    """Yield multiples of a step since each midnight, whatever the clock does meanwhile."""
    day = _midnight(stretch.begin_s)
    form = "%H:%M:%S" if step_s < 60 else "%H:%M"
    while day.timestamp() < stretch.end_s:
        following = _midnight_after(day)
        moment = day.timestamp()
        while moment < following.timestamp():
            if stretch.begin_s <= moment <= stretch.end_s:
                is_day = moment == day.timestamp()
                local = datetime.fromtimestamp(moment)  # noqa: DTZ006 - the axis is of local time
                yield Tick(moment, _date(local) if is_day else local.strftime(form), is_day)
            moment += step_s
        day = following


def _by_day(stretch: Stretch, days: int) -> Iterator[Tick]:
    day = _midnight(stretch.begin_s)
    day -= timedelta(days=day.toordinal() % days)
    while day.timestamp() <= stretch.end_s:
        if day.timestamp() >= stretch.begin_s:
            yield Tick(day.timestamp(), _date(day), is_day=True)
        day += timedelta(days=days)


def _midnight(moment_s: float) -> datetime:
    local = datetime.fromtimestamp(moment_s)  # noqa: DTZ006 - the axis is of local time
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight_after(day: datetime) -> datetime:
    return day + timedelta(days=1)


def _date(local: datetime) -> str:
    is_this_year = local.year == QDate.currentDate().year()
    form = "ddd d MMM" if is_this_year else "d MMM yyyy"
    return QLocale().toString(QDate(local.year, local.month, local.day), form)
