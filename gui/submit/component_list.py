"""A list of components to choose from: title and sentence of each, found by typing.

Where several may be used at once, each has a box: what is ticked is what is used. While one is
ticked the tick goes with the choice, so nobody who wants one has to think of boxes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QShowEvent,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr, translate
from gui.plain_text import as_typed
from gui.spoken import announce
from gui.theme import body_font, colours, icon_pixmap, small_font
from gui.widgets import muted_label
from queue_core.components.registry import Component

ID_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 2
WORDS_ROLE = Qt.ItemDataRole.UserRole + 3
RECENT_ROLE = Qt.ItemDataRole.UserRole + 4
MOST_RECENT = 4
CLOCK_PX = 14
PADDING_PX = 8
MOST_LINES = 2
BOX_PX = 22
TICKED = Qt.CheckState.Checked
UNTICKED = Qt.CheckState.Unchecked

Index = QModelIndex | QPersistentModelIndex


class ComponentList(QWidget):
    """Search line and list.

    Signals:
        chosen: Carries the id of the component that is now chosen; empty for none.
        ticked: Others are ticked.
    """

    chosen = Signal(str)
    ticked = Signal()

    def __init__(self, *, takes_several: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._takes_several = takes_several
        self._is_filling = False
        self._is_held = False
        self._recent: tuple[str, ...] = ()
        self._offered: tuple[Sequence[Component], Collection[str]] = ((), frozenset())
        self._model = QStandardItemModel(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setFilterRole(WORDS_ROLE)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = _SearchLine()
        self.search.setPlaceholderText(tr("Find…"))
        self.search.setAccessibleName(tr("Find…"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.search.down_pressed.connect(self._go_to_list)
        self.view = _ListView(has_boxes=takes_several)
        self.view.setAccessibleName(tr("Components"))
        self.view.box_clicked.connect(self._on_box)
        self.view.setModel(self._shown)
        self.view.setItemDelegate(_TwoLines(self.view))
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.selectionModel().currentChanged.connect(self._on_current)
        self._nothing = muted_label(tr("Nothing fits."))
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self._nothing)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.search)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._let_go)

    def set_components(
        self, components: Sequence[Component], missing: Collection[str] = ()
    ) -> None:
        """Offer *components*; those in *missing* need a package that is not installed."""
        before = self.current_id
        ticked = self.ticked_ids
        self._is_filling = True
        self._offered = (tuple(components), frozenset(missing))
        self._model.clear()
        rank = {component_id: place for place, component_id in enumerate(self._recent)}
        for component in sorted(components, key=lambda item: rank.get(item.id, len(rank))):
            item = _item(component, is_missing=component.id in missing)
            item.setData(component.id in rank, RECENT_ROLE)
            if self._takes_several:
                item.setCheckState(TICKED if component.id in ticked else UNTICKED)
            self._model.appendRow(item)
        if not before or not self.choose(before):
            self.view.setCurrentIndex(self._shown.index(0, 0))
        self._on_search(self.search.text())
        self._is_filling = False
        self._follow()
        if self.current_id != before:
            self.chosen.emit(self.current_id)

    def set_recent(self, ids: Sequence[str]) -> None:
        """Put the components that were used last first; what is chosen stays."""
        recent = tuple(dict.fromkeys(ids))[:MOST_RECENT]
        if recent != self._recent:
            self._recent = recent
            self.set_components(*self._offered)
            centre = QAbstractItemView.ScrollHint.PositionAtCenter
            self.view.scrollTo(self.view.currentIndex(), centre)

    @property
    def current_id(self) -> str:
        """The id of the chosen component; empty for none."""
        return str(self.view.currentIndex().data(ID_ROLE) or "")

    @property
    def ticked_ids(self) -> tuple[str, ...]:
        """The ids of all that are ticked, in the order of the list; the chosen one alone else."""
        if not self._takes_several:
            return (self.current_id,) if self.current_id else ()
        items = (self._model.item(row) for row in range(self._model.rowCount()))
        return tuple(item.data(ID_ROLE) for item in items if item.checkState() == TICKED)

    def choose(self, component_id: str) -> bool:
        """Choose a component; return False where it is not there."""
        for number in range(self._shown.rowCount()):
            index = self._shown.index(number, 0)
            if index.data(ID_ROLE) == component_id:
                self.view.setCurrentIndex(index)
                self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
                return True
        return False

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._is_filling:
            self._follow()
            self.chosen.emit(str(index.data(ID_ROLE) or ""))

    def _follow(self) -> None:
        """Let a single tick go with the choice, unless the space key has held it in its place."""
        if self._is_held and self.ticked_ids:
            return
        if self._takes_several and self.current_id and len(self.ticked_ids) < 2:
            self._tick((self.current_id,))

    def _on_box(self, index: QModelIndex) -> None:
        """Tick or untick one; the last one stays."""
        clicked = str(index.data(ID_ROLE))
        before = self.ticked_ids
        self._is_held = before == (clicked,)
        if self._is_held:
            announce(self.view, tr("Kept. Go on and tick more with the space key."))
        after = (*before, clicked) if clicked not in before else ()
        after = after or tuple(known for known in before if known != clicked)
        if after:
            self._tick(after)
        # While one is ticked alone, it is the one that is chosen.
        if len(self.ticked_ids) > 1:
            self.view.setCurrentIndex(index)
        else:
            self.choose(*self.ticked_ids)

    def _let_go(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Elsewhere in the form, one that is ticked alone is the one that is chosen."""
        if self._is_held and now is not None and not self.isAncestorOf(now):
            self._is_held = False
            self._follow()

    def _tick(self, ids: Collection[str]) -> None:
        if set(ids) == set(self.ticked_ids):
            return
        for row in range(self._model.rowCount()):
            item = self._model.item(row)
            item.setCheckState(TICKED if item.data(ID_ROLE) in ids else UNTICKED)
        self.ticked.emit()

    def _on_search(self, text: str) -> None:
        self._shown.setFilterFixedString(text.strip())
        self._nothing.setVisible(self._shown.rowCount() == 0)
        if not self.view.currentIndex().isValid():
            self.view.setCurrentIndex(self._shown.index(0, 0))

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the chosen one into view."""
        super().showEvent(event)
        centre = QAbstractItemView.ScrollHint.PositionAtCenter
        QTimer.singleShot(0, self, lambda: self.view.scrollTo(self.view.currentIndex(), centre))

    def _go_to_list(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)


class _SearchLine(QLineEdit):
    down_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)


class _ListView(QListView):
    """Tells of clicks on the boxes of its rows, and of the space key.

    Signals:
        box_clicked: Carries the row's index.
    """

    box_clicked = Signal(QModelIndex)

    def __init__(self, *, has_boxes: bool) -> None:
        super().__init__()
        self.box_px = BOX_PX if has_boxes else 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.position().x() < PADDING_PX + self.box_px:
            self.box_clicked.emit(index)
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.box_px and event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.box_clicked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class _TwoLines(QStyledItemDelegate):
    """Paints the title and, below it, the sentence on up to two lines."""

    def __init__(self, view: _ListView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
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
        room = box.width()
        if index.data(RECENT_ROLE):
            room -= CLOCK_PX + 4
            ratio = painter.device().devicePixelRatioF()
            clock = icon_pixmap("not_started", "muted", size=CLOCK_PX, ratio=ratio)
            painter.drawPixmap(box.right() - CLOCK_PX, box.top() + 1, clock)
        title = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room)
        painter.drawText(box, Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(small_font())
        painter.setPen(colours().role("muted"))
        below = box.adjusted(0, metrics.lineSpacing(), 0, 0)
        for number, text in enumerate(_lines(str(index.data(SENTENCE_ROLE)), box.width())):
            top = number * painter.fontMetrics().lineSpacing()
            painter.drawText(below.adjusted(0, top, 0, 0), Qt.AlignmentFlag.AlignTop, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
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


def _item(component: Component, *, is_missing: bool) -> QStandardItem:
    title, sentence = translate(component.title), translate(component.description)
    if is_missing:
        sentence = tr("Needs an extra: {extra}.", extra=component.extra) + " " + sentence
    item = QStandardItem(title)
    item.setEditable(False)
    item.setData(component.id, ID_ROLE)
    item.setData(sentence, SENTENCE_ROLE)
    item.setData(f"{title} {sentence} {component.id}", WORDS_ROLE)
    item.setToolTip(as_typed(sentence))
    item.setData(f"{title}. {sentence}", Qt.ItemDataRole.AccessibleTextRole)
    return item
