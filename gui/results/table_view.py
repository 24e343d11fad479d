"""A stored table: its rows page by page, and saving it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.results.computed_table import ComputedSource
from gui.results.export import save_table
from gui.results.loading import LoadingView
from gui.results.paged_table import PagedTable, PagedTableModel, ParquetSource
from gui.theme import COMPACT_ROW_HEIGHT_PX
from gui.widgets import icon_button, muted_label, row

MOST_ROWS_AT_ONCE = 14


class TableView(LoadingView):
    """The rows of a Parquet file."""

    def __init__(
        self, path: Path, title: str, bridge: Bridge, *, fits_rows: bool = False,
        has_footer: bool = True, is_computed: bool = False, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Make the view.

        Args:
            path: The file.
            title: What the table is called.
            bridge: The way to other threads.
            fits_rows: Whether it is as high as its rows.
            has_footer: Whether its size and the button that saves it stand below.
            is_computed: Whether its headings are the program's, rather than the data's.
            parent: The widget it belongs to.
        """
        super().__init__(bridge, parent)
        self._path = path
        self._title = title
        self._fits_rows = fits_rows
        self._size = muted_label()
        self._size.setParent(self)
        source = ComputedSource(path, bridge) if is_computed else ParquetSource(path, bridge)
        self.model = PagedTableModel(source, bridge, self)
        self.table = PagedTable()
        self.table.setAccessibleName(title)
        self.body.addWidget(self.table, 1)
        if has_footer:
            save = icon_button("export", tr("Save table…"), self.save)
            self.body.addLayout(row(self._size, None, save))
        self.load()

    async def fill(self) -> None:
        """Read the columns and the first rows."""
        await self.model.load()
        self.table.show_model(self.model)
        rows, columns = self.model.rowCount(), self.model.columnCount()
        self._size.setText(size_text(rows, columns))
        if self._fits_rows:
            shown = min(max(rows, 1), MOST_ROWS_AT_ONCE) + 1.8
            self.table.setFixedHeight(round(shown * COMPACT_ROW_HEIGHT_PX))

    def save(self) -> None:
        """Ask for a file and write the rows to it."""
        save_table(self, self.bridge, self._path, self._title)


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
