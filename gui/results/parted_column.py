"""A scrolled column of parts that keeps its place: what comes late never moves what one reads.

Figures and tables get their height when they have been read, long after the page is shown. The
column holds on to a widget in sight and scrolls along with it, before anything is painted.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.results.part_heading import PartHeading
from gui.results.scrolled_column import ScrolledColumn

# How far down one reads, as a share of the height; near the end of a page the line sinks to the
# lower edge, so that each of the last parts has its turn.
READING_LINE = 0.25
# A heading in the upper part is what stays; below it the widget at the upper edge does.
HELD_WITHIN = 0.6


class PartedColumn(ScrolledColumn):
    """Parts one below the other, each found by its `PartHeading`.

    Signals:
        parts_changed: There are other parts than before.
        current_changed: Another part is being read.
    """

    parts_changed = Signal()
    current_changed = Signal()

    def __init__(self, name: str, *, spacing: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(name, spacing=spacing, parent=parent)
        self._parts: list[PartHeading] = []
        self._current = -1
        self._goal: PartHeading | None = None
        self._held: tuple[QWidget, int] | None = None
        self._is_holding = False
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._on_scrolled)
        # Comes before the bar bounds its value to the new range.
        bar.rangeChanged.connect(self._hold)
        self.page.installEventFilter(self)

    @property
    def parts(self) -> tuple[PartHeading, ...]:
        """The headings, in order."""
        return tuple(part for part in self._parts if isValid(part))

    @property
    def current(self) -> int:
        """The place in `parts` of what is read now, or where one was led; -1 for none."""
        return self._current

    def go_to(self, place: int) -> None:
        """Show a part from its heading on, and stay there while others are still drawn."""
        self._goal = self.parts[place]
        self._held = self._goal, self._goal.gap_px
        self._hold()

    def _on_scrolled(self, value: int) -> None:
        if not self._is_holding:
            self._goal = None
            self._held = self._what_is_at(value) if value else None
            self._tell_current()

    def _hold(self) -> None:
        """Scroll so that what is held stands where it stood."""
        if self._held is not None:
            widget, below_px = self._held
            if isValid(widget):
                self._is_holding = True
                self.verticalScrollBar().setValue(self._top_of(widget) - below_px)
                self._is_holding = False
            else:
                self._held = self._what_is_at(self.verticalScrollBar().value())
        self._tell_current()

    def _what_is_at(self, value: int) -> tuple[QWidget, int] | None:
        lowest = value + round(self.viewport().height() * HELD_WITHIN)
        for part in self.parts:
            if value <= (top := self._top_of(part)) <= lowest:
                return part, top - value
        for number in range(self.column.count()):
            item = self.column.itemAt(number)
            widget = item.widget() if item is not None else None
            if widget is not None and widget.geometry().bottom() >= value:
                return widget, widget.y() - value
        return None

    def _place_of(self, widget: QWidget) -> tuple[int, int]:
        place = widget.mapTo(self.page, QPoint(0, 0))
        return place.y(), place.x()

    def _top_of(self, widget: QWidget) -> int:
        return self._place_of(widget)[0]

    def _find_parts(self) -> None:
        headings = self.page.findChildren(PartHeading)
        shown = (heading for heading in headings if heading.isVisibleTo(self.page))
        # As one reads; before the first layout all are at one place, in the order of their making.
        found = sorted(shown, key=self._place_of)
        if found != self._parts:
            self._parts = found
            self.parts_changed.emit()

    def _tell_current(self) -> None:
        current = self._read_now()
        if current != self._current:
            self._current = current
            self.current_changed.emit()

    def _read_now(self) -> int:
        parts = self.parts
        if self._goal is not None and self._goal in parts:
            return parts.index(self._goal)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        left = bar.maximum() - bar.value()
        sinks = 1 - min(1.0, left / max(1, min(height, bar.maximum()))) if bar.maximum() else 0.0
        line = bar.value() + height * (READING_LINE + (1 - READING_LINE) * sinks)
        passed = [place for place, part in enumerate(parts) if self._top_of(part) <= line]
        return passed[-1] if passed else min(0, len(parts) - 1)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the page: its layout has been done by the time that this hears of it."""
        if watched is self.page and event.type() in (
            QEvent.Type.LayoutRequest,
            QEvent.Type.Resize,
        ):
            self._find_parts()
            self._hold()
        return super().eventFilter(watched, event)
