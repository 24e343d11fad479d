"""The list of past messages, with their details to read again and to copy."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.format import format_clock
from gui.i18n import tr
from gui.notifications import PastMessage
from gui.placing import open_at_size
from gui.plain_text import PlainLabel, as_typed
from gui.theme import icon, monospace_font

ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1


class MessageList(QDialog):
    """Past messages, newest first; the chosen one is shown below in full."""

    def __init__(self, past: Iterable[PastMessage], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Messages"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_at_size(self, QSize(640, 420))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Messages"))
        self.details = QPlainTextEdit(readOnly=True)
        self.details.setFont(monospace_font())
        self.details.setAccessibleName(tr("Details"))
        self._empty = PlainLabel(tr("No messages yet."), alignment=Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.list)
        split.addWidget(self.details)
        split.setSizes([220, 160])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._empty, 1)
        layout.addWidget(split, 1)
        layout.addWidget(buttons)
        for entry in past:
            self.add(entry)
        self._empty.setVisible(self.list.count() == 0)
        split.setVisible(self.list.count() > 0)
        self.list.currentItemChanged.connect(lambda _new, _old: self._show_details())
        self.list.setCurrentRow(0)

    def add(self, entry: PastMessage) -> None:
        """Put a message on top."""
        item = QListWidgetItem(f"{format_clock(entry.time)}   {entry.message.text}")
        is_error = entry.message.is_error
        item.setIcon(icon("error", "error") if is_error else icon("info", "muted"))
        item.setData(ENTRY_ROLE, entry)
        item.setToolTip(as_typed(entry.message.text))
        self.list.insertItem(0, item)

    def _show_details(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            message = item.data(ENTRY_ROLE).message
            parts = (message.text, message.hint, message.details)
            self.details.setPlainText("\n\n".join(part for part in parts if part))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
