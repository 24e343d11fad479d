"""How the table and the details share the room: side by side, or one below the other."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from gui.window_state import WindowState

# Narrower, the details go below the table.
ACROSS_FROM_PX = 1100
SMALLEST_PANE = QSize(280, 160)
SMALLEST_DETAILS = QSize(280, 240)
# What the details take of the room until the user draws the line elsewhere.
SHARES = {Qt.Orientation.Horizontal: 0.4, Qt.Orientation.Vertical: 0.6}


class JobsRoom(QSplitter):
    """The table, and the details where they are wanted; remembers the line between them."""

    def __init__(self, pane: QWidget, details: QWidget, state: WindowState) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._details = details
        self._state = state
        self._shares = {
            across: state.share(_name(across), default=share) for across, share in SHARES.items()
        }
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        pane.setMinimumSize(SMALLEST_PANE)
        details.setMinimumSize(SMALLEST_DETAILS)
        self.addWidget(pane)
        self.addWidget(details)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.splitterMoved.connect(self._on_moved)

    def arrange(self, window_width: int) -> None:
        """Put the details beside or below the table, as the window's width allows."""
        wide = window_width >= ACROSS_FROM_PX
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if self.orientation() is not wanted:
            self.setOrientation(wanted)
            self._share()

    def show_details(self, *, shown: bool) -> None:
        """Show or hide the details; they come back with the room that they had."""
        if self._details.isHidden() is not shown:
            return
        self._details.setVisible(shown)
        if shown:
            self._share()

    def save(self) -> None:
        """Remember the line for the next day."""
        for across, share in self._shares.items():
            self._state.save_share(_name(across), share)

    def _share(self) -> None:
        """Qt forgets the size of what is hidden, and has none before the first time."""
        room = self._length()
        details = round(room * self._shares[self.orientation()])
        self.setSizes([room - details, details])

    def _on_moved(self) -> None:
        pane, details = self.sizes()
        if details:
            self._shares[self.orientation()] = details / (pane + details)

    def _length(self) -> int:
        across = self.orientation() is Qt.Orientation.Horizontal
        return self.width() if across else self.height()


def _name(direction: Qt.Orientation) -> str:
    return "across" if direction is Qt.Orientation.Horizontal else "down"
