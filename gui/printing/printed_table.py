"""A table as it is to be printed: texts that are ready, however they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gui.format import format_count
from gui.i18n import tr

# More would be a book; all of it is what saving is for.
MOST_ROWS = 1_000
MOST_COLUMNS = 60


@dataclass(frozen=True)
class PrintedColumn:
    """One column.

    Attributes:
        heading: What stands above it.
        is_number: Whether its cells stand at the right.
        names_row: Whether it stands again where the columns go on on another page.
        cuts_middle: Whether what tells its cells apart stands at their end.
    """

    heading: str
    is_number: bool = False
    names_row: bool = False
    cuts_middle: bool = False


@dataclass(frozen=True)
class PrintedTable:
    """A table.

    Attributes:
        title: What it is called.
        columns: Its columns from the left.
        rows: Its cells.
        about: Which rows these are, and in which order.
        left_out: What is said below the last row; empty where all of it is there.
        groups: Headings that stand above rows, by the number of the row.
        notes: What is said below rows, by the number of the row.
        bold: Cells that stand out, as row and column.
    """

    title: str
    columns: Sequence[PrintedColumn]
    rows: Sequence[Sequence[str]]
    about: str = ""
    left_out: str = ""
    groups: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)
    bold: frozenset[tuple[int, int]] = frozenset()

    def lines_of(self, row: int) -> int:
        """Return how many lines a row takes, with what stands above and below it."""
        return 1 + (row in self.groups) + (row in self.notes)


def left_out_text(rows: int, columns: int) -> str:
    """Return what is said of a table of which only the beginning is printed; else nothing."""
    said = []
    if rows > MOST_ROWS:
        said.append(
            tr(
                "The first {count} of {total} rows are printed; save the table for all.",
                count=format_count(MOST_ROWS), total=format_count(rows),
            )
        )  # fmt: skip
    if columns > MOST_COLUMNS:
        said.append(
            tr(
                "The first {count} of {total} columns are printed; save the table for all.",
                count=format_count(MOST_COLUMNS), total=format_count(columns),
            )
        )  # fmt: skip
    return " ".join(said)
