"""Where the time of a job went: its phases as one bar, and each with its share below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.format import format_duration, format_percent
from gui.i18n import tr, tr_plural, translate
from gui.jobs.details.phase_spans import Span, summed
from gui.plain_text import as_typed
from gui.spoken import Role, speak_as
from gui.theme import STEP_PX, colours, current_theme
from gui.widgets import TextLabel, heading_label

BAR_PX = 16
SWATCH_PX = 10
MOST_LINES = 8
# Roles whose colours are told apart by their lightness, too; neighbours differ.
_ROLES = ("accent", "killed", "finished", "muted", "error")
_STRENGTHS = (0.9, 0.5)


def phase_colour(number: int) -> QColor:
    """Return the colour of a phase."""
    colour = colours().role(_ROLES[number % len(_ROLES)])
    colour.setAlphaF(_STRENGTHS[number // len(_ROLES) % len(_STRENGTHS)])
    return colour


class _Bar(QWidget):
    """The stretches of time, each as long as it took."""

    def __init__(self) -> None:
        super().__init__()
        self._spans: tuple[Span, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        current_theme().changed.connect(self.update)

    def show_spans(self, spans: tuple[Span, ...]) -> None:
        """Draw others."""
        self._spans = spans
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the bar."""
        return QSize(200, BAR_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them side by side, a thin gap between them."""
        painter = QPainter(self)
        for span, box in self._boxes():
            painter.fillRect(box.adjusted(0, 0, -min(1.0, box.width() / 2), 0),
                             phase_colour(span.number))  # fmt: skip
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say what lies under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            boxes = self._boxes()
            found = (span for span, box in boxes if box.contains(event.pos().toPointF()))
            span = next(found, None)
            text = "" if span is None else span_text(span, _total(self._spans))
            self.setToolTip(as_typed(text))
        return super().event(event)

    def _boxes(self) -> list[tuple[Span, QRectF]]:
        total = _total(self._spans)
        if total <= 0:
            return []
        scale = self.width() / total
        return [
            (span, QRectF(span.began_s * scale, 0, span.seconds * scale, self.height()))
            for span in self._spans
        ]


class PhaseBar(QWidget):
    """The bar and its legend; hidden where a job has told of no phases."""

    def __init__(self) -> None:
        super().__init__()
        self._spans: tuple[Span, ...] = ()
        self.bar = _Bar()
        speak_as(self.bar, Role.Graphic)
        self._legend = QWidget()
        self._grid = QGridLayout(self._legend)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(STEP_PX * 2)
        self._grid.setVerticalSpacing(STEP_PX)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(heading_label(tr("Where the time went")))
        layout.addWidget(self.bar)
        layout.addWidget(self._legend)
        self.hide()

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is drawn."""
        return self._spans

    def show_spans(self, spans: tuple[Span, ...]) -> None:
        """Show where the time went."""
        if spans == self._spans:
            return
        names = [span.name for span in summed(self._spans)]
        self._spans = spans
        self.setVisible(bool(spans))
        self.bar.show_spans(spans)
        shown = summed(spans)
        texts = [span_text(span, _total(spans)) for span in shown]
        self.bar.setAccessibleName(" ".join(texts))
        if [span.name for span in shown] != names:
            self._make_legend(len(shown))
        self._fill_legend(shown)

    def _make_legend(self, count: int) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        middle = Qt.AlignmentFlag.AlignVCenter
        for number in range(min(count, MOST_LINES)):
            self._grid.addWidget(_Swatch(number), number, 0, middle)
            self._grid.addWidget(TextLabel(most_lines=2), number, 1, middle)
            self._grid.addWidget(TextLabel(role="muted"), number, 2, middle)
        if count > MOST_LINES:
            more = tr_plural("and {count} more", "and {count} more", count - MOST_LINES)
            self._grid.addWidget(TextLabel(more, role="muted"), MOST_LINES, 1)

    def _fill_legend(self, shown: Sequence[Span]) -> None:
        total = _total(self._spans)
        for number, span in enumerate(shown[:MOST_LINES]):
            for column, text in ((1, translate(span.name)), (2, _share(span, total))):
                item = self._grid.itemAtPosition(number, column)
                label = item.widget() if item is not None else None
                if isinstance(label, TextLabel):
                    label.set_text(text)


class _Swatch(QWidget):
    """The colour of one phase."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(SWATCH_PX, SWATCH_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), phase_colour(self._number))
        painter.end()


def span_text(span: Span, total_s: float) -> str:
    """Return a phase with its time and share."""
    return tr("{phase}: {time}", phase=translate(span.name), time=_share(span, total_s))


def _share(span: Span, total_s: float) -> str:
    share = format_percent(span.seconds / total_s) if total_s > 0 else ""
    return f"{format_duration(span.seconds)} · {share}"


def _total(spans: Sequence[Span]) -> float:
    return sum(span.seconds for span in spans) + (spans[0].began_s if spans else 0.0)
