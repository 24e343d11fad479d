"""The source's lines that could not be stored, with the reason for each."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.plain_text import as_typed
from gui.results.loading import LoadingView
from gui.theme import COMPACT_ROW_HEIGHT_PX
from gui.widgets import LEFT, muted_label, set_role

ROWS_SHOWN = 1000
CELL_LETTERS = 300


class RejectsView(LoadingView):
    """The first thousand rejected lines; all of them are in the file."""

    def __init__(self, path: Path, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._path = path
        self._note = muted_label()
        self.table = QTableWidget()
        self.table.setAccessibleName(tr("Rejected rows"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        set_role(self.table, "data")
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(COMPACT_ROW_HEIGHT_PX)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.horizontalHeader().setDefaultAlignment(LEFT)
        self.body.addWidget(self._note)
        self.body.addWidget(self.table, 1)
        self.load()

    async def fill(self) -> None:
        """Read the file."""
        lines = await self.bridge.call(_read, self._path)
        header, rows = (lines[0], lines[1:]) if lines else ([], [])
        self.table.setColumnCount(len(header))
        self.table.setHorizontalHeaderLabels(header)
        self.table.setRowCount(len(rows))
        for number, cells in enumerate(rows):
            for column, text in enumerate(cells[: len(header)]):
                item = QTableWidgetItem(text[:CELL_LETTERS])
                item.setToolTip(as_typed(text[:CELL_LETTERS]))
                self.table.setItem(number, column, item)
        self.table.resizeColumnsToContents()
        is_cut = len(rows) >= ROWS_SHOWN
        note = tr("The first {count} are shown.", count=ROWS_SHOWN) if is_cut else ""
        self._note.setText(note)
        self.table.setAccessibleDescription(note)
        self._note.setVisible(is_cut)


def _read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(file)
        return [line for _, line in zip(range(ROWS_SHOWN + 1), reader, strict=False)]
