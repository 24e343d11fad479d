"""A small card beside the pointer that says what is under it, at once and as plain text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from gui.plain_text import PlainLabel
from gui.theme import small_font
from gui.widgets import set_role

AWAY_PX = 14
MOST_LETTERS = 600


class HoverCard(PlainLabel):
    """Belongs to a widget and stays within it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__()
        self.setParent(host)
        set_role(self, "card")
        self.setFont(small_font())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def tell(self, text: str, at: QPoint) -> None:
        """Say something beside a place of the host; nothing: hide."""
        if not text:
            self.hide()
            return
        self.setText(text[:MOST_LETTERS])
        self.adjustSize()
        host = self.parentWidget()
        assert host is not None  # it has had one from the beginning
        right, low = at.x() + AWAY_PX, at.y() + AWAY_PX
        left = right if right + self.width() <= host.width() else at.x() - AWAY_PX - self.width()
        top = low if low + self.height() <= host.height() else at.y() - AWAY_PX - self.height()
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()
