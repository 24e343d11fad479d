"""What is known of a column of a dataset without reading it, and what is said of it in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gui.format import format_count, format_number
from gui.i18n import tr

TOP_SHOWN = 3


@dataclass(frozen=True)
class DescribedColumn:
    """What is known of one column of a dataset.

    Attributes:
        name: Its name.
        type: Its `ColumnType`, as text.
        missing: How many values are missing.
        row_count: Rows of the dataset.
        statistics: As `ColumnInfo.statistics` has them.
    """

    name: str
    type: str
    missing: int
    row_count: int
    statistics: Mapping[str, Any]


def summary_of(column: DescribedColumn) -> str:
    """Return where the values of a column lie, or which are the most frequent."""
    statistics = column.statistics
    if "median" in statistics or "mean" in statistics:
        parts = [
            tr("{low} to {high}", low=_value(statistics, "min"), high=_value(statistics, "max")),
            tr("mean {number}", number=_value(statistics, "mean")),
            tr("median {number}", number=_value(statistics, "median")),
            tr("sd {number}", number=_value(statistics, "std")),
        ]
        return " · ".join(parts)
    if statistics.get("top"):
        shown = [
            f"{_shorten(str(item['value']))} ({format_count(item['count'])})"
            for item in statistics["top"][:TOP_SHOWN]
        ]
        return ", ".join(shown)
    if statistics.get("min") is not None:
        return tr("{low} to {high}", low=statistics["min"], high=statistics["max"])
    return ""


def _value(statistics: Mapping[str, Any], key: str) -> str:
    value = statistics.get(key)
    return "—" if value is None else format_number(float(value))


def _shorten(text: str, limit: int = 24) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
