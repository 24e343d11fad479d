"""A notice on the desktop: through a tray icon that is there for as long as the notice."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from gui.completion import Notice
from gui.plain_text import as_typed
from gui.theme import icon
from gui.tray import tray_is_available

SHOWN_MS = 10_000


def show_notice(window: QWidget, notice: Notice) -> None:
    """Mark the window in the task bar; where the desktop shows notices, show this one."""
    QApplication.alert(window)
    if not tray_is_available() or not QSystemTrayIcon.supportsMessages():
        return
    symbol = QSystemTrayIcon(icon("application"), window)
    symbol.messageClicked.connect(lambda: _bring_to_front(window))
    symbol.show()
    kinds = QSystemTrayIcon.MessageIcon
    kind = kinds.Warning if notice.is_error else kinds.Information
    symbol.showMessage(as_typed(notice.title), as_typed(notice.text), kind, SHOWN_MS)
    QTimer.singleShot(SHOWN_MS, symbol, symbol.deleteLater)


def _bring_to_front(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
