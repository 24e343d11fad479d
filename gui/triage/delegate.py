"""Paints a group of failures: what it says, how often and where, its last days."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.format import format_count
from gui.plain_text import one_line
from gui.theme import ICON_PX, STEP_PX, colours, icon_pixmap, small_font
from gui.triage.day_bars import paint_days
from gui.triage.model import FailureModel
from gui.triage.words import STATE_LOOKS, sentence, whereabouts
from queue_core.queue.values import FailureGroup, FailureState

ROW_PX = 52
BARS_PX = (72, 20)
COUNT_PX = 44
# Where there is less room, the bars are left out.
BARS_FROM_PX = 420
MARK_PX = 3
Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_SELECTED = QStyle.StateFlag.State_Selected.value
_HOVERED = QStyle.StateFlag.State_MouseOver.value


class FailureDelegate(QStyledItemDelegate):
    """Draws the rows; it only paints."""

    def __init__(self, parent: QWidget, model: FailureModel) -> None:
        super().__init__(parent)
        self._model = model
        self._small = small_font()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        group = self._model.group(index.row())
        if group is None:
            return
        rect: QRect = option.rect
        shown = colours()
        painter.save()
        if option.state.value & _SELECTED:
            painter.fillRect(rect, shown.role("selection"))
            mark = QRect(rect.left(), rect.top(), MARK_PX, rect.height())
            painter.fillRect(mark, shown.role("accent"))
        elif option.state.value & _HOVERED:
            painter.fillRect(rect, shown.role("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), shown.role("hover"))
        self._paint_group(painter, option, rect.adjusted(STEP_PX * 3, 0, -STEP_PX * 3, 0), group)
        painter.restore()

    def _paint_group(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, group: FailureGroup
    ) -> None:
        shown = colours()
        name = STATE_LOOKS[group.state][1]
        ratio = painter.device().devicePixelRatio()
        top = box.top() + STEP_PX * 2
        painter.drawPixmap(box.left(), top + 1, icon_pixmap(name, name, ratio=ratio))
        right = self._paint_numbers(painter, option, box, group)
        left = box.left() + ICON_PX + STEP_PX * 2
        width = right - left - STEP_PX * 2
        metrics = QFontMetrics(option.font)
        muted = group.state is not FailureState.OPEN
        painter.setFont(option.font)
        painter.setPen(shown.role("muted" if muted else "text"))
        end = Qt.TextElideMode.ElideRight
        line = QRect(left, top, width, metrics.lineSpacing())
        painter.drawText(line, _LEFT, metrics.elidedText(one_line(sentence(group)), end, width))
        small = QFontMetrics(self._small)
        painter.setFont(self._small)
        painter.setPen(shown.role("muted"))
        line = QRect(left, line.bottom() + STEP_PX, width, small.lineSpacing())
        painter.drawText(line, _LEFT, small.elidedText(one_line(whereabouts(group)), end, width))

    def _paint_numbers(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, group: FailureGroup
    ) -> int:
        """Draw how often and the last days at the right; return where they begin."""
        shown = colours()
        count = QRect(box.right() - COUNT_PX, box.top(), COUNT_PX, box.height())
        painter.setFont(option.font)
        painter.setPen(shown.role("text"))
        painter.drawText(count, _RIGHT, format_count(group.count))
        if box.width() < BARS_FROM_PX:
            return count.left()
        wide, high = BARS_PX
        top = box.top() + (box.height() - high) / 2
        colour = shown.role(STATE_LOOKS[group.state][1])
        paint_days(painter, QRectF(count.left() - wide, top, wide, high), group.by_day, colour)
        return count.left() - wide
