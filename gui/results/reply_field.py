"""The field below a conversation: what is asked next; Enter sends it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from gui.i18n import tr
from gui.widgets import text_button

FEWEST_LINES, MOST_LINES = 2, 6
PADDING_PX = 18


class ReplyField(QWidget):
    """A text and a button.

    Signals:
        sent: Carries the text; it stays until `clear` is called.
    """

    sent = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = _Text()
        self.text.setPlaceholderText(tr("Reply… (Enter sends, Shift+Enter begins a line)"))
        self.text.setAccessibleName(tr("Reply"))
        self.text.setTabChangesFocus(True)
        self.text.send_wanted.connect(self._send)
        self.text.textChanged.connect(self._fit)
        self.button = text_button(tr("Send"), self._send, role="primary")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        self.setFocusProxy(self.text)
        self._fit()

    def clear(self) -> None:
        """Empty it for the next reply."""
        self.text.clear()

    def _send(self) -> None:
        words = self.text.toPlainText().strip()
        if words and self.button.isEnabled():
            self.sent.emit(words)

    def _fit(self) -> None:
        """Be as high as the text, within reason."""
        lines = min(MOST_LINES, max(FEWEST_LINES, self.text.document().blockCount()))
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + PADDING_PX)
        self.button.setEnabled(bool(self.text.toPlainText().strip()))


class _Text(QPlainTextEdit):
    """Plain text in which Enter sends.

    Signals:
        send_wanted: Enter was pressed without Shift.
    """

    send_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_wanted.emit()
        else:
            super().keyPressEvent(event)
