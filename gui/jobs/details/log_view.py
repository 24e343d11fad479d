"""Shows log lines: as many as there are, without slowing down."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from gui.i18n import tr
from gui.jobs.details.log_model import LogModel
from gui.theme import STEP_PX, current_theme, monospace_font
from gui.widgets import select_row


class LogView(QTableView):
    """The lines, the newest at the bottom.

    Signals:
        follows_changed: Whether it stays at the end; scrolling up lets go, scrolling down holds.
    """

    follows_changed = Signal(bool)

    def __init__(self, model: LogModel) -> None:
        super().__init__()
        self._lines = model
        self._follows = True
        self.setModel(model)
        self.setAccessibleName(tr("Log"))
        self.setFont(monospace_font())
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        metrics = QFontMetrics(self.font())
        self._letter_px = metrics.horizontalAdvance("0")
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(8)
        rows.setDefaultSectionSize(metrics.lineSpacing() + 3)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.setColumnWidth(0, metrics.horizontalAdvance("00:00:00") + STEP_PX * 4)
        model.rowsInserted.connect(self._on_rows_inserted)
        model.modelReset.connect(self._on_rows_inserted)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        current_theme().changed.connect(self.viewport().update)

    @property
    def follows(self) -> bool:
        """Whether it stays at the end."""
        return self._follows

    def set_follows(self, follows: bool) -> None:
        """Stay at the end, or here."""
        if follows != self._follows:
            self._follows = follows
            self.follows_changed.emit(follows)
        if follows:
            self.scrollToBottom()

    def show_row(self, row: int) -> None:
        """Select a line and bring it into sight."""
        self.set_follows(False)
        select_row(self, row)
        middle = QAbstractItemView.ScrollHint.PositionAtCenter
        self.scrollTo(self._lines.index(row, 1), middle)

    def copy_lines(self) -> None:
        """Copy the selected lines, or all where none is selected."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        text = "\n".join(self._lines.line(row).text for row in rows) or self._lines.text()
        QApplication.clipboard().setText(text)

    def _on_rows_inserted(self) -> None:
        self.setColumnWidth(1, self._letter_px * (self._lines.longest + 2))
        if self._follows:
            self.scrollToBottom()

    def _on_range_changed(self) -> None:
        if self._follows:
            self.scrollToBottom()

    def _on_scrolled(self, value: int) -> None:
        if self.verticalScrollBar().isSliderDown() or self.underMouse() or self.hasFocus():
            at_end = value >= self.verticalScrollBar().maximum() - 2
            if at_end != self._follows:
                self._follows = at_end
                self.follows_changed.emit(at_end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the selected lines."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_lines()
        elif event.key() == Qt.Key.Key_End:
            self.set_follows(True)
        else:
            super().keyPressEvent(event)
