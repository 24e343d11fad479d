"""The palette's lines: what they say, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.palette.entries import Entry, Ranked
from gui.plain_text import one_line
from gui.theme import ICON_PX, RADIUS_PX, STEP_PX, body_font, colours, icon_pixmap, small_font

ROW_PX = 44
PADDING_PX = STEP_PX * 3
LINE_PX = 18
AnyIndex = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
_CENTRE = Qt.AlignmentFlag.AlignHCenter | _MIDDLE
_NOWHERE = QModelIndex()


class PaletteModel(QAbstractListModel):
    """The entries that fit, the best first."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Sequence[Ranked] = ()

    def show_entries(self, shown: Sequence[Ranked]) -> None:
        """Show others."""
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()

    def ranked(self, row: int) -> Ranked | None:
        """Return what stands in a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return the title; for a screen reader all that is drawn."""
        ranked = self.ranked(index.row())
        if ranked is None:
            return None
        entry = ranked.entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (entry.title, entry.kind, entry.keys, second_line(entry))
            return ", ".join(part for part in parts if part)
        return None


def second_line(entry: Entry) -> str:
    """Return what stands below the title: why it cannot be used, or what it does."""
    return entry.obstacle or entry.sentence


class PaletteDelegate(QStyledItemDelegate):
    """Draws icon, title with what was found in bold, the sentence below, kind and keys."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one line."""
        model = index.model()
        ranked = model.ranked(index.row()) if isinstance(model, PaletteModel) else None
        if ranked is None:
            return
        entry, shown, area = ranked.entry, colours(), option.rect.adjusted(4, 1, -4, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(shown.role("selection"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        inner = area.adjusted(PADDING_PX - 4, 0, 4 - PADDING_PX, 0)
        if entry.icon:
            role = "disabled" if entry.obstacle else entry.role
            ratio = painter.device().devicePixelRatioF()
            top = inner.top() + (inner.height() - ICON_PX) // 2
            painter.drawPixmap(inner.left(), top, icon_pixmap(entry.icon, role, ratio=ratio))
        words = inner.adjusted(ICON_PX + STEP_PX * 3, 0, 0, 0)
        words.setRight(_paint_end(painter, words, entry) - STEP_PX * 2)
        below = second_line(entry)
        title = QRect(words)
        if below:
            title = QRect(words.left(), area.top() + 3, words.width(), LINE_PX)
            _paint_below(painter, title.translated(0, LINE_PX), below, entry)
        _paint_title(painter, title, ranked)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the height of a line."""
        return QSize(120, ROW_PX)


def _paint_end(painter: QPainter, area: QRect, entry: Entry) -> int:
    """Draw the keys, or what kind it is, at the right; return where that begins."""
    font = small_font()
    text = entry.keys or entry.kind
    width = QFontMetrics(font).horizontalAdvance(text) + (STEP_PX * 3 if entry.keys else 0)
    box = QRect(area.right() - width, area.top() + (area.height() - 22) // 2, width, 22)
    painter.setFont(font)
    if entry.keys:
        painter.setPen(colours().role("border"))
        painter.setBrush(colours().role("surface"))
        painter.drawRoundedRect(box, 4, 4)
    painter.setPen(colours().role("muted"))
    painter.drawText(box, _CENTRE, text)
    return box.left()


def _paint_below(painter: QPainter, area: QRect, text: str, entry: Entry) -> None:
    font = small_font()
    painter.setFont(font)
    painter.setPen(colours().role("killed" if entry.obstacle else "muted"))
    cut = QFontMetrics(font).elidedText(one_line(text), Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _LEFT, cut)


def _paint_title(painter: QPainter, area: QRect, ranked: Ranked) -> None:
    """Draw the title, the letters that were found in bold, run by run."""
    plain, bold = body_font(), body_font(semibold=True)
    bold.setWeight(QFont.Weight.Bold)
    painter.setPen(colours().role("disabled" if ranked.entry.obstacle else "text"))
    title = one_line(ranked.entry.title)
    cut = QFontMetrics(bold).elidedText(title, Qt.TextElideMode.ElideRight, area.width())
    left = area.left()
    for text, is_found in runs(cut, ranked.places):
        font = bold if is_found else plain
        width = QFontMetrics(font).horizontalAdvance(text)
        painter.setFont(font)
        painter.drawText(QRect(left, area.top(), width + 2, area.height()), _LEFT, text)
        left += width


def runs(text: str, places: frozenset[int]) -> list[tuple[str, bool]]:
    """Return *text* in pieces, each either found as a whole or not at all."""
    pieces: list[tuple[str, bool]] = []
    for number, letter in enumerate(text):
        is_found = number in places
        if pieces and pieces[-1][1] is is_found:
            pieces[-1] = (pieces[-1][0] + letter, is_found)
        else:
            pieces.append((letter, is_found))
    return pieces
