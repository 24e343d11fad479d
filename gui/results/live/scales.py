"""From values to places on an axis and back, and the ticks of what is shown. Knows no widgets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PySide6.QtCore import QDateTime, QLocale, QTimeZone

from gui.format import format_number
from queue_core.artifacts.figure import Axis, AxisScale

DAY_S = 86_400
TIME_STEPS_S = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S,
)  # fmt: skip
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
MOST_TICKS = 40

Tick = tuple[float, str]
Array = Any


@dataclass(frozen=True)
class View:
    """The stretch of an axis that is shown, in its own measure (that of a logarithm, say)."""

    low: float
    high: float

    def zoomed(self, factor: float, around: float) -> View:
        """Return a stretch *factor* times as long; *around* (0 to 1) stays where it is."""
        fixed = self.low + (self.high - self.low) * around
        return View(fixed - (fixed - self.low) * factor, fixed + (self.high - fixed) * factor)

    def moved(self, share: float) -> View:
        """Return the stretch moved by a share of its length."""
        by = (self.high - self.low) * share
        return View(self.low + by, self.high + by)


def measured(axis: Axis, values: Any) -> Array:
    """Return values in the axis' measure; NaN where it has no place for them."""
    numbers = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if axis.scale is AxisScale.LOG:
            return np.where(numbers > 0, np.log10(np.where(numbers > 0, numbers, 1.0)), np.nan)
        if axis.scale is AxisScale.SYMLOG:
            return np.sign(numbers) * np.log10(1 + np.abs(numbers))
    return numbers


def value_at(axis: Axis, place: float) -> float:
    """Return the value at a place in the axis' measure."""
    if axis.scale is AxisScale.LOG:
        return float(10.0 ** min(place, 300.0))
    if axis.scale is AxisScale.SYMLOG:
        return float(math.copysign(10.0 ** min(abs(place), 300.0) - 1, place))
    return place


def ticks(axis: Axis, view: View, most: int) -> list[Tick]:
    """Return places in the axis' measure and what stands beside them."""
    if not axis.has_ticks or not view.high > view.low:
        return []
    if axis.scale is AxisScale.CATEGORY:
        return _category_ticks(axis, view, most)
    if axis.scale is AxisScale.TIME:
        return _time_ticks(view, most)
    if axis.scale in (AxisScale.LOG, AxisScale.SYMLOG):
        return _log_ticks(axis, view, most)
    places = _even(view, max(2, most), is_whole=axis.has_whole_numbers)
    step = places[1] - places[0] if len(places) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    return [(place, _number(place, decimals)) for place in places]


def text_of(axis: Axis, value: float) -> str:
    """Return a value as it is read: a name, a moment, a number with its unit."""
    if axis.scale is AxisScale.CATEGORY:
        number = round(value)
        return axis.categories[number] if 0 <= number < len(axis.categories) else ""
    if axis.scale is AxisScale.TIME and math.isfinite(value):
        return QLocale().toString(_moment(value), "d MMM yyyy HH:mm:ss").removesuffix(" 00:00:00")
    return format_number(value) + (f" {axis.unit}" if axis.unit else "")


def _even(view: View, most: int, *, is_whole: bool) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten within a stretch."""
    raw = (view.high - view.low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * by for by in (1, 2, 5, 10) if size * by >= raw * (1 - 1e-9))
    if is_whole:
        step = max(1.0, step)
    first, last = math.ceil(view.low / step - 1e-9), math.floor(view.high / step + 1e-9)
    return [number * step for number in range(first, min(last, first + MOST_TICKS) + 1)]


def _number(value: float, decimals: int) -> str:
    size = abs(value)
    if size >= 1e9 or (0 < size < 1e-5 and decimals > 5):
        return format_number(value, digits=3)
    text = QLocale().toString(0.0 if size < 1e-12 else value, "f", min(decimals, 9))
    # Years are most of the numbers with four digits.
    return text.replace(QLocale().groupSeparator(), "") if size < 10_000 else text


def _category_ticks(axis: Axis, view: View, most: int) -> list[Tick]:
    first, last = max(0, math.ceil(view.low)), min(len(axis.categories) - 1, math.floor(view.high))
    each = max(1, -(-(last - first + 1) // max(1, most)))
    return [(float(n), axis.categories[n]) for n in range(first, last + 1, each)]


def _log_ticks(axis: Axis, view: View, most: int) -> list[Tick]:
    powers = range(math.floor(view.low), math.ceil(view.high) + 1)
    each = max(1, len(powers) // max(1, most))
    if axis.scale is AxisScale.SYMLOG:
        sides: Iterable[float] = {
            math.copysign(math.log10(1 + 10.0 ** abs(p)), p) for p in powers if p
        }
        found = [p for p in sorted({0.0, *sides}) if view.low <= p <= view.high]
        return [(p, format_number(round(value_at(axis, p)))) for p in found]
    chosen: list[float] = [float(p) for p in powers if p % each == 0]
    if view.high - view.low < 2:
        chosen = sorted(p + math.log10(by) for p in powers for by in (1, 2, 5))
    shown = [p for p in chosen if view.low - 1e-9 <= p <= view.high + 1e-9]
    return [(p, format_number(float(f"{10.0**p:.6g}"))) for p in shown]


def _time_ticks(view: View, most: int) -> list[Tick]:
    raw = (view.high - view.low) / max(1, most)
    step = next((s for s in TIME_STEPS_S if s >= raw), None)
    if step is None:
        return _month_ticks(view, raw)
    form = "HH:mm:ss" if step < 60 else "HH:mm" if step < DAY_S else "d MMM"
    first = math.ceil(view.low / step)
    last = min(math.floor(view.high / step), first + MOST_TICKS)
    found = []
    for number in range(first, last + 1):
        place = float(number * step)
        is_day = place % DAY_S == 0
        shown = "d MMM" if is_day else form
        found.append((place, QLocale().toString(_moment(place), shown)))
    return found


def _month_ticks(view: View, raw_s: float) -> list[Tick]:
    months = raw_s / (30.44 * DAY_S)
    step = next((s for s in MONTH_STEPS if s >= months), MONTH_STEPS[-1])
    low, high = _year_and_month(view.low), _year_and_month(view.high)
    first = -(-low // step) * step
    found = []
    for number in range(first, min(high, first + MOST_TICKS * step) + 1, step):
        year, month = divmod(number, 12)
        if not 1 <= year <= 9999:
            continue
        place = datetime(year, month + 1, 1, tzinfo=UTC).timestamp()
        form = "yyyy" if step >= 12 else "MMM yyyy"
        if view.low <= place <= view.high:
            found.append((place, QLocale().toString(_moment(place), form)))
    return found


def _year_and_month(seconds: float) -> int:
    date = _moment(seconds).date()
    return date.year() * 12 + date.month() - 1


def _moment(seconds: float) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(round(seconds * 1000), QTimeZone.utc())
