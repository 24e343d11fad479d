"""Failures day by day as small bars: whether it goes on is one look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.format import format_count, format_date
from gui.i18n import tr
from gui.spoken import Role, speak_as
from gui.theme import colours, current_theme, small_font

LEAST_PX = 2
GAP_PX = 1
BARS_PX = 28
MOST_PX = 320


def paint_days(painter: QPainter, area: QRectF, days: Sequence[int], colour: QColor) -> None:
    """Draw one bar for each day; days without a failure are a short line."""
    most = max(days, default=0)
    if not most:
        return
    width = area.width() / len(days)
    faint = colours().role("border")
    for number, count in enumerate(days):
        height = max(LEAST_PX, area.height() * count / most) if count else 1
        left = area.left() + number * width
        bar = QRectF(left, area.bottom() - height, max(1.0, width - GAP_PX), height)
        painter.fillRect(bar, colour if count else faint)


class DayBars(QWidget):
    """The last days of one group, with the first and the last day named."""

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[int, ...] = ()
        speak_as(self, Role.Graphic)
        self.setFont(small_font())
        self.setMaximumWidth(MOST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.update)

    def show_days(self, days: tuple[int, ...]) -> None:
        """Draw other days; hidden where none of them has a failure."""
        self._days = days
        most = format_count(max(days, default=0))
        self.setAccessibleName(
            tr("The last {days} days, at most {most} on one day", days=len(days), most=most)
        )
        self.setVisible(any(days))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for bars and words."""
        return QSize(200, BARS_PX + 2 * self.fontMetrics().lineSpacing() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars, what they are, and where they begin and end."""
        painter = QPainter(self)
        line_px = self.fontMetrics().lineSpacing()
        painter.setPen(colours().role("muted"))
        title = QRectF(0, 0, self.width(), line_px)
        flags = Qt.AlignmentFlag
        most = format_count(max(self._days, default=0))
        painter.drawText(title, flags.AlignLeft, tr("Each day, at most {most}", most=most))
        area = QRectF(0, line_px + 2, self.width(), BARS_PX)
        below = QRectF(0, line_px + BARS_PX + 4, self.width(), line_px)
        first = datetime.now(UTC) - timedelta(days=len(self._days) - 1)
        painter.drawText(below, flags.AlignLeft, format_date(first))
        painter.drawText(below, flags.AlignRight, tr("Today"))
        paint_days(painter, area, self._days, colours().role("error"))
        painter.end()
