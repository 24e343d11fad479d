"""Numbers of a column with the same decimals: no more than four digits need, none that say nothing.

The texts are those of stored tables, with a point whatever the language.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from gui.format import column_decimals

MOST_DECIMALS = 9


def decimals_of(texts: Sequence[str]) -> int:
    """Return how many decimals the numbers of a column are shown with."""
    plain = [text for text in texts if "e" not in text]
    given = max((len(text.partition(".")[2]) for text in plain), default=0)
    values = [float(text) for text in plain if _is_number(text)]
    return min(given, column_decimals(values), MOST_DECIMALS) if values else 0


def with_decimals(text: str, decimals: int) -> str:
    """Return a number with so many decimals; one that would lose its digits stays as it is."""
    if not _is_number(text) or "e" in text:
        return text
    value = float(text)
    if not decimals:
        # Whole numbers may have more digits than a float keeps.
        return text if "." not in text else f"{value:.0f}"
    is_tiny = value != 0 and abs(value) < 0.5 * 10.0**-decimals
    return f"{value:.2e}" if is_tiny else f"{value:.{decimals}f}"


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
