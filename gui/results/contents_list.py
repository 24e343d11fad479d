"""The parts of a long page by name, with a mark at the one that is being read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gui.i18n import tr
from gui.plain_text import as_typed, one_line
from gui.results.part_heading import PartHeading
from gui.spoken import MARKS_ROW
from gui.theme import RADIUS_PX, STEP_PX, body_font, colours, small_font
from gui.widgets import set_role

ROW_PX = 24
INDENT_PX = STEP_PX * 2
MARK_PX = 2
LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
READ_ROLE = Qt.ItemDataRole.UserRole + 2


class ContentsList(QListWidget):
    """Names of parts; arrows move, Enter or a click goes there.

    Signals:
        chosen: Carries the place of a part, and whether keys chose it.
    """

    chosen = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "contents")
        self.setAccessibleName(tr("Contents"))
        self.setProperty(MARKS_ROW, True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        # A click leads into the page, and the keys with it.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setItemDelegate(_PartDelegate(self))
        self._read = -1
        self.itemClicked.connect(lambda item: self.chosen.emit(self.row(item), False))

    def show_parts(self, parts: Sequence[PartHeading]) -> None:
        """List these parts."""
        self.clear()
        self._read = -1
        for part in parts:
            item = QListWidgetItem(one_line(part.text()))
            item.setToolTip(as_typed(part.text()))
            item.setData(LEVEL_ROLE, part.level)
            self.addItem(item)

    def show_read(self, place: int) -> None:
        """Mark the part that is being read; the row of the keys goes along, but for their user."""
        for row, is_read in ((self._read, False), (place, True)):
            item = self.item(row)
            if item is not None:
                item.setData(READ_ROLE, is_read)
                said = tr("You are here") if is_read else ""
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, said)
        self._read = place
        if not self.hasFocus():
            self.setCurrentRow(place)
        if (item := self.item(place)) is not None:
            self.scrollToItem(item)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the row of the keys."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentRow() >= 0:
                self.chosen.emit(self.currentRow(), True)
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the keys begin, the next time, where one reads by then."""
        super().focusOutEvent(event)
        self.setCurrentRow(self._read)


class _PartDelegate(QStyledItemDelegate):
    """Draws a name beside a thin line, which is thicker and coloured where one reads."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return a row as high as all others; a section has a little air above."""
        return QSize(0, ROW_PX + (0 if index.data(LEVEL_ROLE) or index.row() == 0 else STEP_PX))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        """Draw one part."""
        look, whole = colours(), QRect(option.rect)
        level, is_read = int(index.data(LEVEL_ROLE) or 0), bool(index.data(READ_ROLE))
        row = whole.adjusted(0, whole.height() - ROW_PX, 0, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRect(whole.x(), whole.y(), 1, whole.height()), look.role("border"))
        flags = QStyle.StateFlag
        under = "selection" if option.state & flags.State_HasFocus else ""
        under = under or ("hover" if option.state & flags.State_MouseOver else "")
        if under:
            painter.setPen(look.role("accent" if under == "selection" else under))
            painter.setBrush(look.role(under))
            painter.drawRoundedRect(row.adjusted(STEP_PX, 1, -2, -2), RADIUS_PX, RADIUS_PX)
        if is_read:
            painter.fillRect(QRect(row.x(), row.y(), MARK_PX, row.height()), look.role("accent"))
        painter.setFont(_font(level))
        painter.setPen(look.role("accent" if is_read else "muted" if level else "text"))
        room = row.adjusted(STEP_PX * 3 + INDENT_PX * level, 0, -STEP_PX, 0)
        mode = Qt.TextElideMode.ElideMiddle  # what differs stands at the end
        name = painter.fontMetrics().elidedText(str(index.data()), mode, room.width())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(left), name)
        painter.restore()


def _font(level: int) -> QFont:
    return small_font() if level else body_font()
