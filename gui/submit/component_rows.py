"""The rows of a list of components: what they hold, how they look, which of them are found."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.i18n import tr, translate
from gui.plain_text import as_typed
from gui.theme import body_font, colours, icon_pixmap, small_font
from queue_core.components.registry import Component
from queue_core.queue.finding.vocabulary import folded

ID_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 2
WORDS_ROLE = Qt.ItemDataRole.UserRole + 3
RECENT_ROLE = Qt.ItemDataRole.UserRole + 4
FAVOURITE_ROLE = Qt.ItemDataRole.UserRole + 5
STAR_PX = 14
PADDING_PX = 8
MOST_LINES = 2
BOX_PX = 22
TICKED = Qt.CheckState.Checked

Index = QModelIndex | QPersistentModelIndex


class FoundComponents(QSortFilterProxyModel):
    """The components that hold all words that are looked for, those that are called so first.

    Titles, sentences and ids are looked through; capitals and accents do not matter. What is ticked
    stays in sight, last.
    """

    def __init__(self, source: QStandardItemModel) -> None:
        super().__init__(source)
        self._words: list[str] = []
        self.setSourceModel(source)
        self.sort(0)

    def look_for(self, text: str) -> None:
        """Show what holds these words."""
        words = folded(text).split()
        if words != self._words:
            self._words = words
            self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Return whether a component holds all words, or is ticked."""
        index = self.sourceModel().index(source_row, 0, source_parent)
        ticked = index.data(Qt.ItemDataRole.CheckStateRole)
        return self._holds(str(index.data(WORDS_ROLE))) or (
            ticked is not None and Qt.CheckState(ticked) == TICKED
        )

    def lessThan(self, left: Index, right: Index) -> bool:
        """Return which comes first: the one that is called so, else as in the list."""
        return (self._rank(left), left.row()) < (self._rank(right), right.row())

    def _rank(self, index: Index) -> int:
        words = str(index.data(WORDS_ROLE))
        title = words.partition("\n")[0]
        if self._holds(title):
            return 0 if not self._words or title.startswith(self._words[0]) else 1
        return 2 if self._holds(words) else 3

    def _holds(self, text: str) -> bool:
        return all(word in text for word in self._words)


class ComponentView(QListView):
    """Tells of clicks on the boxes and stars of its rows, and of the keys that stand for them.

    Signals:
        box_clicked: Carries the row's index.
        star_clicked: Carries the row's index.
    """

    box_clicked = Signal(QModelIndex)
    star_clicked = Signal(QModelIndex)

    def __init__(self, *, has_boxes: bool) -> None:
        super().__init__()
        self.box_px = BOX_PX if has_boxes else 0
        self.setMouseTracking(True)
        toggle = QAction(tr("Favourite"), self)
        toggle.setShortcut(QKeySequence("Ctrl+D"))
        toggle.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        toggle.triggered.connect(lambda: self.star_clicked.emit(self.currentIndex()))
        self.addAction(toggle)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell of a click on a box or a star; choose the row elsewhere."""
        index = self.indexAt(event.position().toPoint())
        place = event.position()
        is_left = event.button() is Qt.MouseButton.LeftButton
        if index.isValid() and is_left and place.x() < PADDING_PX + self.box_px:
            self.box_clicked.emit(index)
        elif index.isValid() and is_left and self._is_on_star(index, place):
            self.star_clicked.emit(index)
        else:
            super().mousePressEvent(event)

    def _is_on_star(self, index: QModelIndex, place: QPointF) -> bool:
        row = self.visualRect(index)
        wide = PADDING_PX * 2 + STAR_PX
        return place.x() > row.right() - wide and place.y() < row.top() + wide

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the space key stand for a click on the box."""
        if self.box_px and event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.box_clicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class ComponentDelegate(QStyledItemDelegate):
    """Paints the title and, below it, the sentence on up to two lines."""

    def __init__(self, view: ComponentView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        control = QStyle.ControlElement.CE_ItemViewItem
        widget.style().drawControl(control, option, painter, widget)
        box: QRect = option.rect.adjusted(PADDING_PX + self._view.box_px, 4, -PADDING_PX, -4)
        painter.save()
        painter.setFont(body_font())
        painter.setPen(colours().role("text"))
        metrics = painter.fontMetrics()
        room = box.width() - self._paint_signs(painter, option, index, box)
        title = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(small_font())
        painter.setPen(colours().role("muted"))
        below = box.adjusted(0, metrics.lineSpacing(), 0, 0)
        for number, text in enumerate(_lines(str(index.data(SENTENCE_ROLE)), box.width())):
            top = number * painter.fontMetrics().lineSpacing()
            painter.drawText(below.adjusted(0, top, 0, 0), Qt.AlignmentFlag.AlignTop, text)
        painter.restore()

    def _paint_signs(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, box: QRect
    ) -> int:
        """Draw the star, and a clock at what was used last; return how much room they take."""
        hovered = bool(option.state.value & QStyle.StateFlag.State_MouseOver.value)
        selected = bool(option.state.value & QStyle.StateFlag.State_Selected.value)
        ratio = painter.device().devicePixelRatioF()
        left = box.right() - STAR_PX
        if index.data(FAVOURITE_ROLE):
            star = icon_pixmap("star_filled", "accent", size=STAR_PX, ratio=ratio)
            painter.drawPixmap(left, box.top() + 1, star)
        elif hovered or selected:
            star = icon_pixmap("star", "muted", size=STAR_PX, ratio=ratio)
            painter.drawPixmap(left, box.top() + 1, star)
        if index.data(RECENT_ROLE):
            left -= STAR_PX + PADDING_PX // 2
            clock = icon_pixmap("not_started", "muted", size=STAR_PX, ratio=ratio)
            painter.drawPixmap(left, box.top() + 1, clock)
        return box.right() - left + PADDING_PX // 2

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for the title and the lines of the sentence."""
        small = QFontMetrics(small_font())
        width = self._view.viewport().width() - 2 * PADDING_PX - self._view.box_px
        lines = len(_lines(str(index.data(SENTENCE_ROLE)), width)) * small.lineSpacing()
        return QSize(80, QFontMetrics(body_font()).lineSpacing() + lines + 10)


def _lines(sentence: str, width: int) -> list[str]:
    """Return the sentence on at most two lines, the last one cut off with an ellipsis."""
    metrics = QFontMetrics(small_font())
    layout = QTextLayout(sentence, small_font())
    layout.beginLayout()
    lines: list[str] = []
    while len(lines) < MOST_LINES and (line := layout.createLine()).isValid():
        line.setLineWidth(max(80, width))
        start, length = line.textStart(), line.textLength()
        is_last = len(lines) == MOST_LINES - 1
        text = sentence[start:] if is_last else sentence[start : start + length]
        lines.append(metrics.elidedText(text.strip(), Qt.TextElideMode.ElideRight, max(80, width)))
    layout.endLayout()
    return lines


def component_item(component: Component, *, is_missing: bool) -> QStandardItem:
    """Return the row of a component; where its package is missing, it says so."""
    title, sentence = translate(component.title), translate(component.description)
    if is_missing:
        sentence = tr("Needs an extra: {extra}.", extra=component.extra) + " " + sentence
    item = QStandardItem(title)
    item.setEditable(False)
    item.setData(component.id, ID_ROLE)
    item.setData(sentence, SENTENCE_ROLE)
    item.setData(folded(f"{title}\n{sentence}\n{component.id}"), WORDS_ROLE)
    item.setToolTip(as_typed(sentence))
    mark_favourite(item, is_favourite=False)
    return item


def mark_favourite(item: QStandardItem, *, is_favourite: bool) -> None:
    """Show whether a component is a favourite, to the ear as well."""
    item.setData(is_favourite, FAVOURITE_ROLE)
    said = f"{item.text()}. {item.data(SENTENCE_ROLE)}"
    heard = tr("{text} Favourite.", text=said) if is_favourite else said
    item.setData(heard, Qt.ItemDataRole.AccessibleTextRole)
