"""The heading of a part of a long page: the list of contents finds it and goes there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen

from gui.plain_text import PlainLabel
from gui.theme import STEP_PX, body_font, colours
from gui.widgets import set_role

SECTION_PT = 12.0
SECTION_GAP_PX = STEP_PX * 4
LINE_PX = 2
NARROWEST_PX = 160


class PartHeading(PlainLabel):
    """A heading that one can be led to.

    Attributes:
        level: 0 for a section, 1 for what stands within one.
    """

    def __init__(self, title: str, *, level: int = 1) -> None:
        super().__init__(title, wraps=True)
        self.level = level
        self._is_underlined = False
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

    def minimumSizeHint(self) -> QSize:
        """Let the page become narrow, whatever words a name of the user's is made of."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), NARROWEST_PX), hint.height())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Be seen to have the focus, but by who clicked and knows where."""
        super().focusInEvent(event)
        self._is_underlined = event.reason() is not Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Be a heading as others again."""
        super().focusOutEvent(event)
        self._is_underlined = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the heading; a line below its words where the keys have led here."""
        super().paintEvent(event)
        if not self._is_underlined:
            return
        painter = QPainter(self)
        painter.setPen(QPen(colours().role("accent"), LINE_PX))
        words = self.fontMetrics().boundingRect(
            self.contentsRect(), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        below = QRectF(self.contentsRect())
        below.setWidth(min(words.width(), self.width()))
        foot = below.bottom() - LINE_PX / 2
        painter.drawLine(round(below.left()), round(foot), round(below.right()), round(foot))
        painter.end()
