"""A rule of cron in words, as far as people say such rhythms; else the rule itself."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale

from gui.i18n import tr

_TIME = re.compile(r"(\d{1,2}) (\d{1,2}|\*) \* \* (\*|[0-7]|1-5)", re.ASCII)


def cron_words(cron: str) -> str:
    """Return "Every day at 03:00" for "0 3 * * *"; what has no such words stays as it is."""
    found = _TIME.fullmatch(" ".join(cron.split()))
    if found is None:
        return cron
    minute, hour, day = found.groups()
    if int(minute) > 59 or (hour != "*" and int(hour) > 23):
        return cron
    minute = f"{int(minute):02d}"
    if hour == "*":
        return tr("Every hour at :{minute}", minute=minute) if day == "*" else cron
    clock = f"{int(hour):02d}:{minute}"
    if day == "*":
        return tr("Every day at {time}", time=clock)
    if day == "1-5":
        return tr("Every workday at {time}", time=clock)
    return tr("Every {day} at {time}", day=QLocale().dayName(int(day) or 7), time=clock)
