"""A stored dataset: its rows, its columns with statistics, warnings, rejected rows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QTableView, QTabWidget, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_bytes
from gui.i18n import tr, tr_plural
from gui.results.columns_table import ColumnsTable
from gui.results.described_column import DescribedColumn
from gui.results.export import copy_export, table_export
from gui.results.loading import LoadingView
from gui.results.printed_rows import print_view
from gui.results.save_button import save_button
from gui.results.table_view import TableView, size_text
from gui.submit.use_button import UseButton
from gui.widgets import Note, TextLabel, row, text_button
from queue_core.components.stored_dataset import StoredDataset

WARNINGS_SHOWN = 5


class DatasetView(LoadingView):
    """What a dataset holds.

    Attributes:
        tabs: Its rows, its columns, its rejected rows.
        paper: The button that prints the one in sight.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        bridge: Bridge,
        *,
        shows_warnings: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._dataset = StoredDataset(path)
        self._name = name
        self._shows_warnings = shows_warnings
        self._facts = TextLabel(role="muted", most_lines=1)
        self._warnings = Note("warningBox")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        save = save_button(
            tr("Save rows…"), bridge,
            lambda: table_export(bridge, self._dataset.parquet_path, name), has_words=True,
        )  # fmt: skip
        use = UseButton("dataset", int(path.name), bridge)
        self.paper = text_button(tr("Print…"), self._print, icon_name="print")
        self.paper.setEnabled(False)  # until there is something to print
        self.body.addLayout(row(use, save, self.paper, None))
        self.body.addWidget(self._facts)
        self.body.addWidget(self._warnings)
        self.body.addWidget(self.tabs, 1)
        self.load()

    async def fill(self) -> None:
        """Read what is stored with the dataset; its rows follow by themselves."""
        dataset = self._dataset
        size = await self.bridge.call(_size_of, dataset)
        self._facts.set_text(
            f"{size_text(dataset.row_count, len(dataset.columns))} · {format_bytes(size)}"
        )
        self._show_warnings(dataset.warnings if self._shows_warnings else ())
        rows = dataset.row_count
        columns = [
            DescribedColumn(info.name, info.type.value, info.missing, rows, info.statistics)
            for info in dataset.columns
        ]
        table = TableView(
            dataset.parquet_path, self._name, self.bridge, has_footer=False, columns=columns
        )
        self.paper.setEnabled(True)
        self.tabs.addTab(table, tr("Rows"))
        self.tabs.addTab(ColumnsTable(columns), tr("Columns"))
        if dataset.rejects_path is not None:
            self.tabs.addTab(self._rejects(dataset.rejects_path), tr("Rejected rows"))

    def _show_warnings(self, warnings: tuple[str, ...]) -> None:
        shown = list(warnings[:WARNINGS_SHOWN])
        more = len(warnings) - len(shown)
        if more:
            shown.append(tr_plural("And {count} more warning.", "And {count} more warnings.", more))
        self._warnings.show_text("\n".join(shown))

    def _print(self) -> None:
        """Print the table in sight: rows as they are sorted and chosen, columns, rejected rows."""
        page = self.tabs.currentWidget()
        if isinstance(page, TableView):
            page.print_rows()
            return
        table = page if isinstance(page, ColumnsTable) else page.findChild(QTableView)
        if table is not None:
            about = filter(None, (table.accessibleName(), table.accessibleDescription()))
            print_view(self, self.bridge, self._name, table, " · ".join(about))

    def _rejects(self, path: Path) -> QWidget:
        from gui.results.rejects_view import RejectsView

        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(RejectsView(path, self.bridge), 1)
        save = save_button(
            tr("Save rejected rows…"), self.bridge,
            lambda: copy_export(self.bridge, path, f"{self._name} rejected"),
        )  # fmt: skip
        layout.addLayout(row(None, save))
        return page


def _size_of(dataset: StoredDataset) -> int:
    """Read the metadata, which the dataset keeps, and return the size of the rows in bytes."""
    assert dataset.metadata
    return dataset.parquet_path.stat().st_size
