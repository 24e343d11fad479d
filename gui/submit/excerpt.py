"""The lines of a file around the one that cannot be read, as they stand there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.i18n import tr
from gui.plain_text import one_line
from gui.theme import STEP_PX, colours, monospace_font

LINE_PX = 22
TAB = "⇥"


class Excerpt(QWidget):
    """Numbered lines, the one at fault on the colour of errors; each is cut where room ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[tuple[int, str], ...] = ()
        self._bad = 0
        self.setFont(monospace_font())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_lines(self, lines: Sequence[tuple[int, str]], bad: int) -> None:
        """Show lines with their numbers; none hides it.

        Args:
            lines: Number and text of each.
            bad: Number of the line at fault.
        """
        self.lines = tuple((number, one_line(text.replace("\t", TAB))) for number, text in lines)
        self._bad = bad
        texts = (tr("Line {number}: {text}", number=number, text=t) for number, t in self.lines)
        self.setAccessibleName("\n".join(texts))
        self.setVisible(bool(self.lines))
        self.updateGeometry()
        self.update()

    # Qt

    def sizeHint(self) -> QSize:
        """Return room for all lines."""
        return QSize(0, LINE_PX * len(self.lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        metrics = QFontMetrics(self.font())
        numbers = max((metrics.horizontalAdvance(f"{n:,}") for n, _ in self.lines), default=0)
        start = STEP_PX * 3
        for place, (number, text) in enumerate(self.lines):
            box = QRect(0, place * LINE_PX, self.width(), LINE_PX)
            is_bad = number == self._bad
            if is_bad:
                painter.fillRect(box, colours().role("error_surface"))
            painter.setPen(colours().role("error" if is_bad else "muted"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(start, box.top(), numbers, LINE_PX), right, f"{number:,}")
            painter.setPen(colours().role("error" if is_bad else "text"))
            left = start + numbers + STEP_PX * 3
            room = self.width() - left - STEP_PX * 2
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(
                QRect(left, box.top(), room, LINE_PX),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                shown,
            )
