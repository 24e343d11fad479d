"""A list of components to choose from: title and sentence of each, found by typing.

Where several may be used at once, each has a box: what is ticked is what is used. While one is
ticked the tick goes with the choice, so nobody who wants one has to think of boxes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import (
    QModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QShowEvent,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gui.i18n import tr
from gui.spoken import announce
from gui.submit.component_rows import (
    ID_ROLE,
    RECENT_ROLE,
    TICKED,
    ComponentDelegate,
    ComponentView,
    FoundComponents,
    component_item,
    mark_favourite,
)
from gui.widgets import muted_label
from queue_core.components.registry import Component

MOST_RECENT = 4
UNTICKED = Qt.CheckState.Unchecked


class ComponentList(QWidget):
    """Search line and list.

    Signals:
        chosen: Carries the id of the component that is now chosen; empty for none.
        ticked: Others are ticked.
        starred: A component, by its id, is a favourite now, or not any more.
    """

    chosen = Signal(str)
    ticked = Signal()
    starred = Signal(str, bool)

    def __init__(self, *, takes_several: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._takes_several = takes_several
        self._is_filling = False
        self._is_held = False
        self._recent: tuple[str, ...] = ()
        self._favourites: frozenset[str] = frozenset()
        self._offered: tuple[Sequence[Component], Collection[str]] = ((), frozenset())
        self._model = QStandardItemModel(self)
        self._shown = FoundComponents(self._model)
        self.search = _SearchLine()
        self.search.setPlaceholderText(tr("Find…"))
        self.search.setAccessibleName(tr("Find…"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.search.down_pressed.connect(self._go_to_list)
        self.view = ComponentView(has_boxes=takes_several)
        self.view.setAccessibleName(tr("Components"))
        self.view.box_clicked.connect(self._on_box)
        self.view.star_clicked.connect(self._on_star)
        self.view.setModel(self._shown)
        self.view.setItemDelegate(ComponentDelegate(self.view))
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
        ranked = sorted(components, key=self._rank)
        self._is_filling = True
        self._offered = (tuple(components), frozenset(missing))
        self._model.clear()
        for component in ranked:
            item = component_item(component, is_missing=component.id in missing)
            item.setData(component.id in self._recent, RECENT_ROLE)
            mark_favourite(item, is_favourite=component.id in self._favourites)
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

    def _rank(self, component: Component) -> tuple[bool, int, bool]:
        """Return where a component stands: favourites, then what was used last, then the chosen.

        So all of these are in sight together; with none of the first two, nothing moves.
        """
        used = component.id in self._recent
        place = self._recent.index(component.id) if used else MOST_RECENT
        moves = bool(self._recent or self._favourites)
        is_chosen = moves and component.id == self.current_id
        return component.id not in self._favourites, place, not is_chosen

    def set_recent(self, ids: Sequence[str]) -> None:
        """Put the components that were used last behind the favourites; what is chosen stays."""
        self._put_first(tuple(dict.fromkeys(ids))[:MOST_RECENT], self._favourites)

    def set_favourites(self, ids: Collection[str]) -> None:
        """Put the favourites first; what is chosen stays."""
        self._put_first(self._recent, frozenset(ids))

    def _put_first(self, recent: tuple[str, ...], favourites: frozenset[str]) -> None:
        if (recent, favourites) != (self._recent, self._favourites):
            self._recent, self._favourites = recent, favourites
            self.set_components(*self._offered)
            centre = QAbstractItemView.ScrollHint.PositionAtCenter
            self.view.scrollTo(self.view.currentIndex(), centre)

    def _on_star(self, index: QModelIndex) -> None:
        """Make a component a favourite, or not any more; it moves when the list is next opened."""
        if not index.isValid():
            return
        item = self._model.itemFromIndex(self._shown.mapToSource(index))
        component_id = str(item.data(ID_ROLE))
        self._favourites ^= {component_id}
        is_favourite = component_id in self._favourites
        mark_favourite(item, is_favourite=is_favourite)
        self.starred.emit(component_id, is_favourite)

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
        """Show what matches; what is ticked stays as it is, for looking around chooses nothing."""
        before = self.current_id
        was_filling, self._is_filling = self._is_filling, True
        self._shown.look_for(text)
        if not self.choose(before):
            self.view.setCurrentIndex(self._shown.index(0, 0))
        self._nothing.setVisible(self._shown.rowCount() == 0)
        self._is_filling = was_filling
        if self.current_id != before and not was_filling:
            self._follow()
            self.chosen.emit(self.current_id)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the chosen one into view."""
        super().showEvent(event)
        centre = QAbstractItemView.ScrollHint.PositionAtCenter
        QTimer.singleShot(0, self, lambda: self.view.scrollTo(self.view.currentIndex(), centre))

    def _go_to_list(self) -> None:
        """Go on in the list: at the first that was found, where something is looked for."""
        if self.search.text().strip():
            self.view.setCurrentIndex(self._shown.index(0, 0))
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)


class _SearchLine(QLineEdit):
    down_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)
