"""A stored table: its rows page by page, and saving it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.results.arranged import ArrangedFiles, Arrangement
from gui.results.computed_table import ComputedSource
from gui.results.described_column import DescribedColumn, summary_of
from gui.results.export import Export, table_export
from gui.results.loading import LoadingView
from gui.results.paged_table import PagedTable, PagedTableModel, ParquetSource
from gui.results.printed_rows import arrangement_text, print_rows
from gui.results.save_button import save_button
from gui.submit.miniature import Shape, shape_of
from gui.theme import COMPACT_ROW_HEIGHT_PX
from gui.widgets import icon_button, muted_label, row
from queue_core.errors import MonitorError

MOST_ROWS_AT_ONCE = 14
# Of so few rows one sees which they are.
FEW_ROWS = 20


class TableView(LoadingView):
    """The rows of a Parquet file; a heading sorts them, a condition chooses some."""

    def __init__(
        self, path: Path, title: str, bridge: Bridge, *, fits_rows: bool = False,
        has_footer: bool = True, is_computed: bool = False,
        columns: Sequence[DescribedColumn] = (), parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Make the view.

        Args:
            path: The file.
            title: What the table is called.
            bridge: The way to other threads.
            fits_rows: Whether it is as high as its rows.
            has_footer: Whether its size and the button that saves it stand below.
            is_computed: Whether its headings are the program's, rather than the data's.
            columns: What is known of its columns.
            parent: The widget it belongs to.
        """
        super().__init__(bridge, parent)
        self._path = path
        self._title = title
        self._fits_rows = fits_rows
        self._described = columns
        self._shown = Arrangement()
        self._files = ArrangedFiles(path, bridge)
        self._row_count = 0
        self._size = muted_label()
        self._size.setParent(self)
        self.filter = QLineEdit()
        self._build_filter()
        self._source = ComputedSource if is_computed else ParquetSource
        self.model = PagedTableModel(self._source(path, bridge), bridge, self)
        self.model.describe({c.name: summary_of(c) for c in columns})
        self.table = PagedTable()
        self.table.setAccessibleName(title)
        self.table.header.sectionClicked.connect(self._sort_by)
        self.body.addWidget(self.table, 1)
        if has_footer:
            save = save_button(tr("Save table…"), bridge, self._export)
            paper = icon_button("print", tr("Print…"), self.print_rows)
            self.body.addLayout(row(self._size, None, paper, save, spacing=4))
        self.load()

    def _build_filter(self) -> None:
        self.filter.setPlaceholderText(tr("Only rows for which…  e.g. age > 30"))
        self.filter.setAccessibleName(tr("Condition"))
        self.filter.setClearButtonEnabled(True)
        self.filter.returnPressed.connect(self._filter)
        self.filter.textChanged.connect(self._on_cleared)
        self._found = muted_label()
        self._found.hide()
        line = row(self.filter, self._found)
        line.setStretch(0, 1)
        self.filter.hide()
        self.body.addLayout(line)

    async def fill(self) -> None:
        """Read the columns and the first rows of what is to be seen."""
        wanted = self._shown
        path = await self._files.file_of(wanted, self)
        self.model.take(self._source(path, self.bridge))
        await self.model.load()
        self._path = path
        is_first = self.table.model() is None
        if is_first:
            self.table.show_model(self.model)
            self.table.header.show_shapes(self._shapes())
            self._row_count = self.model.rowCount()
        rows, columns = self.model.rowCount(), self.model.columnCount()
        self._size.setText(size_text(rows, columns))
        some = tr("{part} of {whole}", part=format_count(rows), whole=format_count(self._row_count))
        self._say(some if wanted.condition else "")
        self.filter.setVisible(self._row_count > FEW_ROWS)
        self._show_order()
        if self._fits_rows and is_first:
            shown = min(max(rows, 1), MOST_ROWS_AT_ONCE) + 1.8
            self.table.setFixedHeight(round(shown * COMPACT_ROW_HEIGHT_PX))

    def _export(self) -> Export:
        """Offer the rows that are shown."""
        return table_export(self.bridge, self._path, self._title)

    def print_rows(self) -> None:
        """Print the rows that are shown, as they are sorted."""
        shown, size = self._shown, size_text(self.model.rowCount(), self.model.columnCount())
        names = {column.name: column.shown_name for column in self.model.columns}
        chosen = arrangement_text(shown, names.get(shown.column or "", ""))
        about = " · ".join(filter(None, (size, chosen)))
        print_rows(self, self.bridge, self._title, self.model, about)

    def _shapes(self) -> dict[int, Shape]:
        places = {column.name: place for place, column in enumerate(self.model.columns)}
        found = ((c, shape_of(c.statistics, c.row_count - c.missing)) for c in self._described)
        return {places[c.name]: shape for c, shape in found if shape and c.name in places}

    def _sort_by(self, section: int) -> None:
        """Sort up, then down, then not at all."""
        name, shown = self.model.columns[section].name, self._shown
        if shown.column != name:
            self._arrange(replace(shown, column=name, descending=False))
        elif not shown.descending:
            self._arrange(replace(shown, descending=True))
        else:
            self._arrange(replace(shown, column=None, descending=False))

    def _say(self, text: str) -> None:
        self._found.setText(text)
        self._found.setVisible(bool(text))

    def _filter(self) -> None:
        self._arrange(replace(self._shown, condition=self.filter.text().strip()))

    def _on_cleared(self, text: str) -> None:
        if not text.strip() and self._shown.condition:
            self._filter()

    def _arrange(self, wanted: Arrangement) -> None:
        self._shown = wanted
        self._say(tr("Reading…"))
        self._show_order()
        self.load()

    def _show_order(self) -> None:
        names = [column.name for column in self.model.columns]
        shown = self._shown
        place = names.index(shown.column) if shown.column in names else -1
        orders = Qt.SortOrder
        way = orders.DescendingOrder if shown.descending else orders.AscendingOrder
        self.table.header.setSortIndicatorShown(place >= 0)
        self.table.header.setSortIndicator(place, way)

    def show_problem(self, error: MonitorError) -> None:
        """Say what is wrong; the rows that were shown stay."""
        self._say("")
        super().show_problem(error)


def size_text(rows: int, columns: int) -> str:
    """Return "150 rows × 5 columns"."""
    return tr(
        "{rows} × {columns}",
        rows=tr_plural("{count} row", "{count} rows", rows),
        columns=tr_plural("{count} column", "{count} columns", columns),
    )


def share_text(part: int, whole: int) -> str:
    """Return "12 (8 %)" for a part of a whole; "0" for nothing."""
    if not part:
        return "0"
    percent = 100 * part / whole if whole else 0
    shown = "<1" if 0 < percent < 1 else f"{percent:.0f}"
    return tr("{count} ({percent} %)", count=format_count(part), percent=shown)
