"""Memory and processor use of a job over time, as two small curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.format import format_bytes, format_count, format_duration
from gui.i18n import tr
from gui.spoken import Role, speak_as
from gui.theme import STEP_PX, colours, current_theme, small_font
from queue_core.queue.values import Sample

CURVE_PX = 48
PEAK_PX = 2.5
# A limit farther above the peak is only told: its line would press the curve flat.
FARTHEST_LIMIT = 3.0
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Usage:
    """What is drawn.

    Attributes:
        memory: Seconds since the start, and bytes.
        cpu: Seconds since the start, and how busy the job was up to then: 1 is one whole core.
        limit_bytes: How much memory the job may take; None where nothing limits it.
    """

    memory: Points = ()
    cpu: Points = ()
    limit_bytes: int | None = None

    @property
    def is_drawable(self) -> bool:
        """Whether there are enough points for a curve."""
        return len(self.memory) > 1


def usage_of(samples: Sequence[Sample], limit_bytes: int | None) -> Usage:
    """Return the curves of the last attempt."""
    last = max((sample.attempt for sample in samples), default=1)
    used = [sample for sample in samples if sample.attempt == last]
    cpu = [
        (after.elapsed_s, max(0.0, after.cpu_time_s - before.cpu_time_s) / span)
        for before, after in pairwise(used)
        if (span := after.elapsed_s - before.elapsed_s) > 0
    ]
    memory = tuple((sample.elapsed_s, float(sample.memory_bytes)) for sample in used)
    return Usage(memory, tuple(cpu), limit_bytes or None)


@dataclass(frozen=True)
class Limit:
    """A line across a curve.

    Attributes:
        value: Where it is, in the unit of the curve; 0: nowhere.
        word: What it is called.
        role: Its colour.
    """

    value: float
    word: str
    role: str = "muted"


def top_of(points: Points, limit: Limit) -> float:
    """Return the value at the upper edge: the peak, or the limit where that is not far above."""
    most = max((value for _, value in points), default=0.0) or 1.0
    return limit.value if most < limit.value <= FARTHEST_LIMIT * most else most


class UsageCurve(QWidget):
    """Memory above, processor below, each with its peak named; hidden without samples."""

    def __init__(self) -> None:
        super().__init__()
        self._usage = Usage()
        speak_as(self, Role.Chart)
        self.setFont(small_font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.update)
        self.hide()

    @property
    def usage(self) -> Usage:
        """What is drawn."""
        return self._usage

    def show_usage(self, usage: Usage) -> None:
        """Draw other curves."""
        self._usage = usage
        self.setAccessibleName(" ".join((self._memory_title(), self._cpu_title())))
        self.setVisible(usage.is_drawable)
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for two titles, two curves and the time below."""
        return QSize(200, 3 * self._line_px() + 2 * CURVE_PX + STEP_PX * 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw titles, curves and the time axis."""
        if not self._usage.is_drawable:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = colours()
        step = self._line_px() + CURVE_PX + STEP_PX * 2
        memory, cpu = self._usage.memory, self._usage.cpu
        limit = Limit(float(self._usage.limit_bytes or 0), tr("Limit"), "error")
        self._draw(painter, 0, self._memory_title(), memory, shown.role("accent"), limit)
        core = Limit(1.0, tr("1 core"))
        self._draw(painter, step, self._cpu_title(), cpu, shown.role("finished"), core)
        painter.setPen(shown.role("muted"))
        box = QRectF(0, 2 * step - STEP_PX, self.width(), self._line_px())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, tr("{number} s", number=format_count(0)))
        end = format_duration(self._usage.memory[-1][0])
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, end)
        painter.end()

    def _draw(
        self, painter: QPainter, top: int, title: str, points: Points, colour: QColor,
        limit: Limit,
    ) -> None:  # fmt: skip
        line_px = self._line_px()
        painter.setPen(colours().role("muted"))
        title_box = QRectF(0, top, self.width(), line_px)
        painter.drawText(title_box, Qt.AlignmentFlag.AlignLeft, title)
        area = QRectF(0.5, top + line_px + 1, self.width() - 1, CURVE_PX)
        painter.setPen(QPen(colours().role("border"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        last_s = self._usage.memory[-1][0] or 1.0
        most = top_of(points, limit)

        def place(at: float, value: float) -> QPointF:
            up = (area.height() - 2) * value / most
            return QPointF(area.left() + area.width() * at / last_s, area.bottom() - up)

        line = QPolygonF([place(at, value) for at, value in points])
        if line.isEmpty():
            return
        below = QPolygonF(line)
        below.append(QPointF(line.last().x(), area.bottom()))
        below.append(QPointF(line.first().x(), area.bottom()))
        tint = QColor(colour)
        tint.setAlphaF(0.15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(below)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(line)
        peak = max(points, key=lambda point: point[1])
        painter.setBrush(colour)
        painter.drawEllipse(place(*peak), PEAK_PX, PEAK_PX)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if limit.value > 0 and most >= limit.value:
            self._draw_limit(painter, place(0.0, limit.value).y(), limit)

    def _draw_limit(self, painter: QPainter, y: float, limit: Limit) -> None:
        """Draw where it ends, with its name at the right where the line does not cross it."""
        colour, word = colours().role(limit.role), limit.word
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        width = self.fontMetrics().horizontalAdvance(word)
        painter.drawLine(QPointF(0, y), QPointF(self.width() - width - STEP_PX, y))
        painter.setPen(colour)
        box = QRectF(0, y - self._line_px() / 2, self.width(), self._line_px())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box, right, word)

    def _memory_title(self) -> str:
        peak = max((value for _, value in self._usage.memory), default=0.0)
        if self._usage.limit_bytes is None:
            return tr("Memory, at most {peak}", peak=format_bytes(peak))
        return tr(
            "Memory, at most {peak} of {limit} allowed",
            peak=format_bytes(peak), limit=format_bytes(self._usage.limit_bytes),
        )  # fmt: skip

    def _cpu_title(self) -> str:
        peak = max((value for _, value in self._usage.cpu), default=0.0)
        return tr(
            "Processor, at most {percent} % of a core", percent=format_count(round(peak * 100))
        )

    def _line_px(self) -> int:
        return self.fontMetrics().lineSpacing()
