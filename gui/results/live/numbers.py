"""Numbers that a figure holds as texts, as the user's language writes them."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale

_NUMBER = re.compile(r"[−+-]?\d[\d,]*(\.\d+)?(e[−+-]?\d+)?( ?%)?")


def local_number(text: str) -> str:
    """Return a number as it is read here; any other text may be a name, and stays."""
    if _NUMBER.fullmatch(text) is None:
        return text
    locale = QLocale()
    return text.translate({ord("."): locale.decimalPoint(), ord(","): locale.groupSeparator()})
