"""A table that the program computed: its headings, and cells that are its words, translated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gui.bridge import Bridge
from gui.i18n import mark, translate, translate_message
from gui.results.paged_table import Block, ParquetSource, TableColumn

# What stands below these headings are words of the program, not values of the data.
HEADINGS = {
    "correlation": mark("correlation"), "covariance": mark("covariance"),
    "(output)": mark("(output)"), "(base)": mark("(base)"),
}  # fmt: skip
WORDS = frozenset({"type", "measure", "metric", "state", "reason", "rule", "algorithm", "split"})


class ComputedSource(ParquetSource):
    """The cells of a result's table."""

    def __init__(self, path: Path, bridge: Bridge) -> None:
        super().__init__(path, bridge)
        self._with_words: frozenset[int] = frozenset()

    async def facts(self) -> tuple[tuple[TableColumn, ...], int]:
        """Return the columns, called as the user's language calls them, and the rows."""
        columns, row_count = await super().facts()
        self._with_words = frozenset(
            place for place, column in enumerate(columns) if column.name in WORDS
        )
        shown = tuple(
            replace(column, heading=_heading(column.name), is_computed=True) for column in columns
        )
        return shown, row_count

    async def block(self, offset: int, limit: int, first_column: int, column_count: int) -> Block:
        """Return cells as texts, row by row."""
        cells = await super().block(offset, limit, first_column, column_count)
        places = [place - first_column for place in self._with_words]
        for row in cells:
            for place in places:
                if 0 <= place < len(row) and row[place] is not None:
                    row[place] = translate_message(row[place] or "")
        return cells


def _heading(name: str) -> str:
    return translate(HEADINGS[name]) if name in HEADINGS else translate_message(name)
