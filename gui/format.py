"""Numbers, sizes, times and durations as people of the chosen language read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDate, QDateTime, QLocale

from gui.i18n import tr, tr_plural

# QLocale groups Spanish numbers from five digits on (1234, 12.345), English ones from four.
_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def format_count(number: int) -> str:
    """Return a whole number with its thousands separated."""
    return QLocale().toString(number)


def format_about(number: int) -> str:
    """Return an estimate with as many digits as it deserves: 2,000 and 3.2 million."""
    if number >= 1_000_000:
        millions = float(f"{number / 1e6:.2g}")
        return tr("{number} million", number=format_number(millions, digits=2))
    return format_count(int(float(f"{number:.2g}")))


def format_number(value: float, *, digits: int = 4) -> str:
    """Return *value* with *digits* significant digits; whole numbers in full."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if float(value).is_integer() and abs(value) < 1e15:
        return QLocale().toString(int(value))
    size = abs(value)
    if size >= 1e7 or size < 1e-4:
        return QLocale().toString(float(value), "e", digits - 1)
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    text = QLocale().toString(float(value), "f", decimals)
    return _without_trailing_zeros(text)


def column_decimals(values: Sequence[float], *, digits: int = 4) -> int:
    """Return how many decimals give the largest of *values* so many significant digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if all(float(value).is_integer() for value in values if math.isfinite(value)):
        return 0
    # 0.95 and 1.0 are of one kind: shares, with as many decimals each.
    return max(0, min(9, digits - max(0, 1 + math.floor(math.log10(largest)))))


def format_fixed(value: float, decimals: int) -> str:
    """Return *value* with *decimals*, as all values of its column; tiny ones keep their digits."""
    if not math.isfinite(value) or abs(value) >= 1e15:
        return format_number(value)
    if value and abs(value) < 0.5 * 10.0**-decimals:
        return format_number(value, digits=2)
    return QLocale().toString(float(value), "f", decimals)


def format_percent(fraction: float) -> str:
    """Return 0 to 1 as a percentage without decimals."""
    return tr("{number} %", number=format_count(math.floor(fraction * 100 + 1e-9)))


def format_bytes(size: float) -> str:
    """Return a number of bytes in decimal units: 999 B, 1.1 GB."""
    unit = _unit_of(size)
    return f"{_in_unit(size, unit)} {_SIZE_UNITS[unit]}"


def format_bytes_of(done: float, total: float) -> str:
    """Return "1.1 of 1.8 GB": both numbers in the unit of the total."""
    unit = _unit_of(total)
    return tr(
        "{done} of {total} {unit}",
        done=_in_unit(done, unit),
        total=_in_unit(total, unit),
        unit=_SIZE_UNITS[unit],
    )


def format_duration(span: timedelta | float) -> str:
    """Return a time span, given as such or in seconds: 0.4 s, 12 s, 4 min 05 s, 2 h 03 min."""
    seconds = max(0.0, span.total_seconds() if isinstance(span, timedelta) else float(span))
    if seconds < 1:
        return tr("{number} ms", number=format_count(round(seconds * 1000)))
    if seconds < 9.95:
        return tr("{number} s", number=QLocale().toString(seconds, "f", 1))
    whole = round(seconds)
    if whole < 60:
        return tr("{number} s", number=format_count(whole))
    if whole < 3600:
        return tr("{minutes} min {seconds:02d} s", minutes=whole // 60, seconds=whole % 60)
    if whole < 86400:
        return tr("{hours} h {minutes:02d} min", hours=whole // 3600, minutes=whole % 3600 // 60)
    return tr("{days} d {hours} h", days=whole // 86400, hours=whole % 86400 // 3600)


def format_remaining(seconds: float) -> str:
    """Return "about 20 s left", rounded as coarsely as an estimate deserves."""
    step = 1 if seconds < 10 else 5 if seconds < 60 else 60
    rounded = max(step, round(seconds / step) * step)
    if rounded < 60:
        return tr("about {number} s left", number=format_count(rounded))
    if rounded < 3600:
        return tr("about {number} min left", number=format_count(round(rounded / 60)))
    return tr("about {number} h left", number=format_count(round(rounded / 3600)))


def format_relative(moment: datetime, *, now: datetime | None = None) -> str:
    """Return "3 min ago" for an aware *moment*; the exact time after a week."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < -1:
        return tr("in {duration}", duration=_coarse(-seconds))
    if seconds < 5:
        return tr("just now")
    if seconds < 7 * 86400:
        return tr("{duration} ago", duration=_coarse(seconds))
    return format_date(moment)


def format_clock(moment: datetime) -> str:
    """Return the time of day for today's moments, date and time for others (local time)."""
    local = moment.astimezone()
    if local.date() == datetime.now(UTC).astimezone().date():
        return local.strftime("%H:%M:%S")
    return format_moment(moment)


def format_date(moment: datetime) -> str:
    """Return "28 Nov", with the year where it is not this one (local time)."""
    date = _to_qt(moment).date()
    is_this_year = date.year() == QDate.currentDate().year()
    return QLocale().toString(date, "d MMM" if is_this_year else "d MMM yyyy")


def format_moment(moment: datetime) -> str:
    """Return date and time to the second: the exact form, for tooltips (local time)."""
    return f"{format_date(moment)} {moment.astimezone().strftime('%H:%M:%S')}"


def _coarse(seconds: float) -> str:
    if seconds < 60:
        return tr("{number} s", number=format_count(int(seconds)))
    if seconds < 3600:
        return tr("{number} min", number=format_count(int(seconds // 60)))
    if seconds < 86400:
        return tr("{number} h", number=format_count(int(seconds // 3600)))
    return tr_plural("{count} day", "{count} days", int(seconds // 86400))


def _unit_of(size: float) -> int:
    unit = 0
    while abs(size) >= 999.5 and unit < len(_SIZE_UNITS) - 1:
        size /= 1000
        unit += 1
    return unit


def _in_unit(size: float, unit: int) -> str:
    value = size / 1000**unit
    decimals = 0 if unit == 0 or abs(value) >= 99.95 else 1
    return QLocale().toString(value, "f", decimals)


def _without_trailing_zeros(text: str) -> str:
    point = QLocale().decimalPoint()
    return text.rstrip("0").removesuffix(point) if point in text else text


def _to_qt(moment: datetime) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(int(moment.timestamp() * 1000))
