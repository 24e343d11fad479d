"""The usual ways to write a date, the most usual first; tried where no format was given."""

from __future__ import annotations

_DAYS = (
    "%Y-%m", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%Y%m%d", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y",
    "%d %B %Y", "%B %d, %Y", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%Y",
)  # fmt: skip
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")

USUAL_FORMATS = (*_DAYS, *(f"{day} {clock}" for day in _DAYS[1:18] for clock in _CLOCKS))
