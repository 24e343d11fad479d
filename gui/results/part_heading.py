"""The heading of a part of a long page: the list of contents finds it and goes there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen

from gui.plain_text import PlainLabel
from gui.theme import STEP_PX, body_font, colours
from gui.widgets import set_role

SECTION_PT = 12.0
SECTION_GAP_PX = STEP_PX * 4
RING_PX = 2


class PartHeading(PlainLabel):
    """A heading that one can be led to.

    Attributes:
        level: 0 for a section, 1 for what stands within one.
    """

    def __init__(self, title: str, *, level: int = 1) -> None:
        super().__init__(title, wraps=True)
        self.level = level
        if level:
            set_role(self, "heading")
        else:
            self.setFont(body_font(SECTION_PT, semibold=True))
            self.setContentsMargins(0, SECTION_GAP_PX, 0, 0)

    @property
    def gap_px(self) -> int:
        """How far below the upper edge it stands where one is led to it."""
        return STEP_PX * 2 if self.level else 0

    # Qt

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be seen to have the focus: from here Tab goes on."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Be a heading as others again."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the heading; a line below its words where the keys have led here."""
        super().paintEvent(event)
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setPen(QPen(colours().role("accent"), RING_PX))
        words = self.fontMetrics().boundingRect(
            self.contentsRect(), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        below = QRectF(self.contentsRect())
        below.setWidth(min(words.width(), self.width()))
        foot = below.bottom() - RING_PX / 2
        painter.drawLine(round(below.left()), round(foot), round(below.right()), round(foot))
        painter.end()
