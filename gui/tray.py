"""The icon in the desktop's tray: the program lives on there when its window is closed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from gui.i18n import tr, tr_plural
from gui.plain_text import as_typed


def tray_is_available() -> bool:
    """Return whether the desktop has a tray now; where not, nothing of it is offered."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """The icon with its menu.

    Signals:
        show_requested: The icon or a notification of it was clicked.
    """

    show_requested = Signal()

    def __init__(
        self, symbol: QIcon, actions: Sequence[QAction], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._menu = QMenu()
        for action in actions:
            self._menu.addAction(action)
        self._icon = QSystemTrayIcon(symbol, self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.show_requested)
        self.set_counts(running=0, waiting=0)
        self._icon.show()

    def set_counts(self, *, running: int, waiting: int) -> None:
        """Tell in the tooltip what is going on."""
        if running or waiting:
            parts = [
                tr_plural("{count} running", "{count} running", running),
                tr_plural("{count} waiting", "{count} waiting", waiting),
            ]
            state = " · ".join(parts)
        else:
            state = tr("No jobs running")
        self._icon.setToolTip(as_typed(f"DashAI Monitor\n{state}"))

    def notify(self, title: str, text: str, *, is_error: bool = False) -> None:
        """Show a notification of the desktop."""
        kind = QSystemTrayIcon.MessageIcon
        if self._icon.supportsMessages():
            shown = kind.Warning if is_error else kind.Information
            self._icon.showMessage(as_typed(title), as_typed(text), shown)

    def close(self) -> None:
        """Take the icon away."""
        self._icon.hide()
        self._menu.deleteLater()
        self.deleteLater()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        reasons = QSystemTrayIcon.ActivationReason
        if reason in (reasons.Trigger, reasons.DoubleClick):
            self.show_requested.emit()
