"""A kind in the library's list: its name at the left, how many there are at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import STEP_PX, colours

COUNT_ROLE = Qt.ItemDataRole.UserRole + 7


class KindDelegate(QStyledItemDelegate):
    """Draws an item as the style does, and the count of `COUNT_ROLE` where all counts stand."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        """Draw one kind."""
        super().paint(painter, option, index)
        count = str(index.data(COUNT_ROLE) or "")
        if not count:
            return
        rect: QRect = option.rect
        painter.save()
        painter.setFont(option.font)
        painter.setPen(colours().role("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(0, 0, -STEP_PX * 3, 0), right, count)
        painter.restore()
