"""Windows are never larger than the screen they open on: their buttons must be in reach."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

# Room for the frame and the title that the window system adds.
FRAME = QSize(16, 48)


def open_at_size(window: QWidget, wanted: QSize, *, smallest: QSize | None = None) -> None:
    """Give *window* its first size, and its smallest one, as far as its screen has the room."""
    parent = window.parentWidget()
    screen = (parent.window() if parent is not None else window).screen()
    room = screen.availableGeometry().size() - FRAME
    if smallest is not None:
        window.setMinimumSize(smallest.boundedTo(room))
    window.resize(wanted.boundedTo(room))
