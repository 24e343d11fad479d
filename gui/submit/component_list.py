"""A list of components to choose one from: title and sentence of each, found by typing."""

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
    QPainter,
    QShowEvent,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
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
from gui.theme import body_font, colours, small_font
from gui.widgets import muted_label
from queue_core.components.registry import Component

ID_ROLE = Qt.ItemDataRole.UserRole + 1
SENTENCE_ROLE = Qt.ItemDataRole.UserRole + 2
WORDS_ROLE = Qt.ItemDataRole.UserRole + 3
PADDING_PX = 8
MOST_LINES = 2

Index = QModelIndex | QPersistentModelIndex


class ComponentList(QWidget):
    """Search line and list.

    Signals:
        chosen: Carries the id of the component that is now chosen; empty for none.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_filling = False
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
        self.view = QListView()
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

    def set_components(
        self, components: Sequence[Component], missing: Collection[str] = ()
    ) -> None:
        """Offer *components*; those in *missing* need a package that is not installed."""
        before = self.current_id
        self._is_filling = True
        self._model.clear()
        for component in components:
            self._model.appendRow(_item(component, is_missing=component.id in missing))
        if not before or not self.choose(before):
            self.view.setCurrentIndex(self._shown.index(0, 0))
        self._on_search(self.search.text())
        self._is_filling = False
        if self.current_id != before:
            self.chosen.emit(self.current_id)

    @property
    def current_id(self) -> str:
        """The id of the chosen component; empty for none."""
        return str(self.view.currentIndex().data(ID_ROLE) or "")

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
            self.chosen.emit(str(index.data(ID_ROLE) or ""))

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


class _TwoLines(QStyledItemDelegate):
    """Paints the title and, below it, the sentence on up to two lines."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        control = QStyle.ControlElement.CE_ItemViewItem
        widget.style().drawControl(control, option, painter, widget)
        box: QRect = option.rect.adjusted(PADDING_PX, 4, -PADDING_PX, -4)
        painter.save()
        painter.setFont(body_font())
        painter.setPen(colours().role("text"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, box.width())
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
        width = self._view.viewport().width() - 2 * PADDING_PX
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
