"""What the tables of results show, read for paper: all of it, or the beginning of a long one."""

from __future__ import annotations

import asyncio
from functools import partial

from PySide6.QtCore import QAbstractItemModel, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QTableView, QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr
from gui.printing.opening import print_table
from gui.printing.printed_table import (
    MOST_COLUMNS,
    MOST_ROWS,
    PrintedColumn,
    PrintedTable,
    left_out_text,
)
from gui.results.arranged import Arrangement
from gui.results.paged_table import PagedTableModel

# So many rows of a model are read at once: others get their turn.
ROWS_AT_ONCE = 20
CUT_MIDDLE = Qt.TextElideMode.ElideMiddle


def print_rows(
    widget: QWidget, bridge: Bridge, title: str, model: PagedTableModel, about: str
) -> None:
    """Print a stored table in the order in which it is shown.

    Args:
        widget: Where the user is.
        bridge: The way to other threads.
        title: What the table is called.
        model: Its rows.
        about: Which rows these are.
    """
    left_out = left_out_text(model.rowCount(), model.columnCount())
    read = partial(_read_rows, model, title, about, left_out)
    bridge.start(
        print_table(widget, bridge, title, read, left_out=left_out), what=tr("Printing a table")
    )


def print_view(widget: QWidget, bridge: Bridge, title: str, view: QTableView, about: str) -> None:
    """Print what a table shows whose cells are all there; arguments as for `print_rows`."""
    model = view.model()
    left_out = left_out_text(model.rowCount(), len(_sections(view)))
    read = partial(_read_view, view, title, about, left_out)
    bridge.start(
        print_table(widget, bridge, title, read, left_out=left_out), what=tr("Printing a table")
    )


def arrangement_text(shown: Arrangement, heading: str) -> str:
    """Return what was chosen of a table, and how it is sorted; nothing where it is as it was.

    Args:
        shown: The order and the condition.
        heading: What stands above the column that is sorted by.
    """
    said = []
    if shown.condition:
        said.append(tr("only rows for which {condition}", condition=shown.condition))
    if shown.column is not None:
        said.append(sorted_text(heading, descending=shown.descending))
    return " · ".join(said)


def sorted_text(heading: str, *, descending: bool) -> str:
    """Return how a table is sorted."""
    if descending:
        return tr("sorted by {column}, descending", column=heading)
    return tr("sorted by {column}", column=heading)


async def _read_rows(model: PagedTableModel, title: str, about: str, left_out: str) -> PrintedTable:
    columns = model.columns[:MOST_COLUMNS]
    rows = await model.first_rows(min(model.rowCount(), MOST_ROWS), len(columns))
    numbered = [[format_count(number), *row] for number, row in enumerate(rows, 1)]
    number = PrintedColumn("", is_number=True, names_row=True)
    shown = (PrintedColumn(column.shown_name, is_number=column.is_number) for column in columns)
    return PrintedTable(title, (number, *shown), numbered, about, left_out)


async def _read_view(view: QTableView, title: str, about: str, left_out: str) -> PrintedTable:
    model, sections = view.model(), _sections(view)[:MOST_COLUMNS]
    rows: list[list[str]] = []
    bold: set[tuple[int, int]] = set()
    columns = tuple(
        PrintedColumn(
            str(model.headerData(section, Qt.Orientation.Horizontal) or ""),
            is_number=_is_at_right(model, section), names_row=place == 0,
            cuts_middle=view.textElideMode() is CUT_MIDDLE,
        )
        for place, section in enumerate(sections)
    )  # fmt: skip
    # Who sorts meanwhile shall not find a row twice: its cells stay where they are.
    first = [QPersistentModelIndex(model.index(n, 0)) for n in range(_rows_of(model))]
    for index in first:
        if not index.isValid():
            continue
        place = len(rows)
        rows.append([str(index.sibling(index.row(), n).data() or "") for n in sections])
        bold |= {(place, n) for n, section in enumerate(sections) if _is_bold(index, section)}
        if not len(rows) % ROWS_AT_ONCE:
            await asyncio.sleep(0)
    return PrintedTable(title, columns, rows, about, left_out, bold=frozenset(bold))


def _rows_of(model: QAbstractItemModel) -> int:
    return min(model.rowCount(), MOST_ROWS)


def _sections(view: QTableView) -> list[int]:
    """Return the columns that are shown, from the left."""
    header = view.horizontalHeader()
    found = (header.logicalIndex(place) for place in range(header.count()))
    return [section for section in found if not header.isSectionHidden(section)]


def _is_bold(index: QPersistentModelIndex, section: int) -> bool:
    font = index.sibling(index.row(), section).data(Qt.ItemDataRole.FontRole)
    return isinstance(font, QFont) and font.bold()


def _is_at_right(model: QAbstractItemModel, section: int) -> bool:
    role = Qt.ItemDataRole.TextAlignmentRole
    way = model.headerData(section, Qt.Orientation.Horizontal, role)
    return way is not None and bool(Qt.AlignmentFlag(int(way)) & Qt.AlignmentFlag.AlignRight)
