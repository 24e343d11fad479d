"""Completes a query while one types: keys first, then the values that are known."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gui.i18n import tr
from gui.jobs.query_texts import Known, offers, token_before
from gui.plain_text import one_line
from gui.theme import STEP_PX, colours, small_font

HEIGHT_PX = 26
NARROWEST_PX = 420
_SENTENCE = Qt.ItemDataRole.UserRole + 1
_SELECTED = QStyle.StateFlag.State_Selected


class QueryCompleter(QObject):
    """Offers what may follow below a field; Enter, Tab or a click takes it over.

    Args:
        field: Where the query is typed.
        known: Tells what there is to be offered; None: nothing is to be offered now.

    Attributes:
        popup: The list of what may follow.
    """

    def __init__(self, field: QLineEdit, known: Callable[[], Known | None]) -> None:
        super().__init__(field)
        self._field = field
        self._known = known
        self._model = QStandardItemModel(self)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setWidget(field)
        popup = self.popup = QListView()
        popup.setObjectName("queryOffers")
        popup.setAccessibleName(tr("What may follow"))
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._completer.setPopup(popup)
        popup.setItemDelegate(_OfferDelegate(popup))  # the completer has just set its own
        self._completer.activated.connect(self._take)
        field.textEdited.connect(self._offer)

    def _offer(self, text: str) -> None:
        known = self._known()
        cursor = self._field.cursorPosition()
        found = offers(token_before(text, cursor), known) if known is not None else []
        self._model.clear()
        for offer in found:
            item = QStandardItem(offer.text)
            item.setData(offer.sentence, _SENTENCE)
            item.setData(f"{offer.text} {offer.sentence}", Qt.ItemDataRole.AccessibleTextRole)
            self._model.appendRow(item)
        if not found:
            self.popup.hide()
            return
        place = self._field.rect()
        place.setWidth(max(place.width(), NARROWEST_PX))
        self._completer.complete(place)

    def _take(self, taken: str) -> None:
        text, cursor = self._field.text(), self._field.cursorPosition()
        start = cursor - len(token_before(text, cursor))
        goes_on = taken.endswith((":", "."))
        after = "" if goes_on or text[cursor:].startswith(" ") else " "
        self._field.setText(text[:start] + taken + after + text[cursor:])
        self._field.setCursorPosition(start + len(taken) + len(after))
        if goes_on:
            self._offer(self._field.text())


class _OfferDelegate(QStyledItemDelegate):
    """Draws what would be typed, and muted beside it what it means."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:  # fmt: skip
        """Draw one offer."""
        shown = colours()
        rect: QRect = option.rect
        is_selected = bool(option.state.value & _SELECTED.value)
        painter.fillRect(rect, shown.role("selection" if is_selected else "raised"))
        inner = rect.adjusted(STEP_PX * 2, 0, -STEP_PX * 2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        text = one_line(str(index.data() or ""))
        painter.setFont(option.font)
        painter.setPen(shown.role("text"))
        painter.drawText(inner, middle, text)
        width = QFontMetrics(option.font).horizontalAdvance(text) + STEP_PX * 4
        inner.setLeft(max(inner.left() + width, rect.left() + 150))
        font = small_font()
        painter.setFont(font)
        painter.setPen(shown.role("muted"))
        sentence = one_line(str(index.data(_SENTENCE) or ""))
        cut = QFontMetrics(font).elidedText(sentence, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, middle, cut)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the size of a line."""
        return QSize(NARROWEST_PX, HEIGHT_PX)
