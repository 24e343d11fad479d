"""A line around the list, table or page that the keys go to: Qt marks one only by its current row.

It is drawn over the widget, so that nothing moves, and only where the keyboard led there: who
clicks knows where.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.spoken import MARKS_ROW
from gui.theme import colours

WIDTH_PX = 2
RADIUS_PX = 4


class FocusRing(QObject):
    """Follows the focus through all windows of the program."""

    def __init__(self, application: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._line: _Line | None = None
        self._by_keys = False
        application.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._end_line()
        if now is None:
            return
        handle = now.window().windowHandle()
        if handle is not None:
            handle.installEventFilter(self)  # once more is no more
        if self._by_keys and isinstance(now, QAbstractScrollArea) and not _has_caret(now):
            self._line = _Line(now)

    def _end_line(self) -> None:
        if self._line is not None:
            self._line.end()
            self._line = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice, where a window gets its events, what the user has in hand."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            self._by_keys = True
        elif kind == QEvent.Type.MouseButtonPress:
            self._by_keys = False
            self._end_line()
        return False


def _has_caret(widget: QWidget) -> bool:
    """Return whether it is written in; such fields have a border of their own, too."""
    return isinstance(widget, QPlainTextEdit | QTextEdit) and not widget.isReadOnly()


def _marks_row(area: QWidget) -> bool:
    if not isinstance(area, QAbstractItemView) or not area.property(MARKS_ROW):
        return False
    return area.currentIndex().isValid()


class _Line(QWidget):
    _is_there = True

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(area.rect())
        area.installEventFilter(self)
        area.destroyed.connect(self._forget)
        self.show()
        self.raise_()

    def end(self) -> None:
        """Be seen no more."""
        if self._is_there:
            self._area.removeEventFilter(self)
            self.hide()
            self.deleteLater()

    def _forget(self) -> None:
        self._is_there = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as large as what it is around, and go with a click into it."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._area.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, unless a row is marked already."""
        if _marks_row(self._area):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours().role("accent"), WIDTH_PX))
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(inside, RADIUS_PX, RADIUS_PX)
        painter.end()


def install(window: MainWindow, _bridge: Bridge) -> None:
    """Follow the focus for as long as *window* lives."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        FocusRing(application, window)
