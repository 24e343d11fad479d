"""The library: everything that jobs have made, by kind, with what it holds."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, translate
from gui.latest_task import LatestTask
from gui.library.deleting import ask_and_delete
from gui.library.kind_delegate import COUNT_ROLE, KindDelegate
from gui.library.kinds import LIBRARY_KINDS, LibraryKind, component_titles
from gui.library.lineage import LineageWindow
from gui.library.model import ABOUT, CREATED, NAME, STATUS, LibraryModel
from gui.library.shown_entity import ShownEntity
from gui.plain_text import as_typed
from gui.theme import ROW_HEIGHT_PX, icon
from gui.widgets import muted_label, select_row, set_role
from queue_core.database.status import EntityKind
from queue_core.library.entities import (
    EntityFilter,
    EntityRecord,
    count_entities,
    list_entities,
    rename_entity,
)
from queue_core.library.renewal import outdated
from queue_core.queue.values import ChangeBatch

KINDS_PX = 208
FOLDED_PX = 48
# Below this the chosen one stands under the list, not beside it.
NARROW_PX = 860
MIDDLE_PX = 280
# What stands beside a name steps back before the name has less than half of this.
WITH_ABOUT_PX = 460
WITH_CREATED_PX = 320
MOST_SHOWN = 2000
FRESH_MS = 700
KIND_ROLE = Qt.ItemDataRole.UserRole + 1


class LibraryPage(QWidget):
    """Kinds at the left, entities in the middle, the chosen one at the right or below."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._latest = LatestTask(self)
        self._is_fresh = False
        self._counts: dict[EntityKind, int] = {}
        self.kinds = QListWidget()
        self._words = ""
        self._wanted: int | None = None
        self.model = LibraryModel(self)
        self.table = _EntityTable()
        self.shown = ShownEntity(bridge)
        self._empty = muted_label()
        self._news = QTimer(self, singleShot=True, interval=FRESH_MS)
        self._news.timeout.connect(self._reload_if_seen)
        self._build()
        self._connect()
        self.kinds.setCurrentRow(0)

    @property
    def kind(self) -> LibraryKind:
        """The kind that is listed."""
        found: LibraryKind = self.kinds.currentItem().data(KIND_ROLE)
        return found

    def show_kind(self, kind: EntityKind) -> None:
        """List another kind."""
        kinds = [item.kind for item in LIBRARY_KINDS]
        if kind in kinds:
            self.kinds.setCurrentRow(kinds.index(kind))

    def show_entity(self, kind: EntityKind, entity_id: int) -> None:
        """List the kind of an entity and choose it."""
        self._wanted = entity_id
        if kind is self.kind.kind:
            self.reload()
        self.show_kind(kind)

    def look_for(self, words: str) -> None:
        """List only what has these words in its name."""
        if words.strip() != self._words:
            self._words = words.strip()
            self.reload()

    def reload(self) -> None:
        """Read the list again."""
        self._is_fresh = True
        self._latest.cancel()
        self._latest.task = self._bridge.start(self._read(), what=tr("Reading the library"))

    @property
    def is_reading(self) -> bool:
        """Whether the list is being read."""
        return self._latest.is_running

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._side())
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(self._middle())
        split.addWidget(self.shown)
        split.setSizes([430, 640])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        layout.addWidget(split, 1)

    def _side(self) -> QFrame:
        side = self._kinds_side = QFrame()
        set_role(side, "side")
        side.setFixedWidth(KINDS_PX)
        set_role(self.kinds, "side")
        self.kinds.setItemDelegate(KindDelegate(self.kinds))
        self.kinds.setAccessibleName(tr("Library"))
        self.kinds.setIconSize(QSize(16, 16))
        for kind in LIBRARY_KINDS:
            item = QListWidgetItem(icon(kind.icon, "muted"), translate(kind.title))
            item.setData(KIND_ROLE, kind)
            item.setToolTip(as_typed(translate(kind.title)))
            item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
            self.kinds.addItem(item)
        inside = QVBoxLayout(side)
        inside.setContentsMargins(8, 12, 8, 8)
        inside.addWidget(self.kinds, 1)
        return side

    def _middle(self) -> QWidget:
        middle = QFrame()
        middle.setMinimumWidth(MIDDLE_PX)
        set_role(middle, "surface")
        self.table.setModel(self.model)
        self.table.arrange()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.hide()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.table, 1)
        return middle

    def _connect(self) -> None:
        self.kinds.currentItemChanged.connect(lambda _new, _old: self._on_kind())
        self.table.selectionModel().currentRowChanged.connect(lambda _new, _old: self._on_row())
        self.table.delete_pressed.connect(self._delete)
        self.model.renamed.connect(self._rename)
        self.model.modelReset.connect(self._select_first)
        self.shown.rename_wanted.connect(self._edit_name)
        self.shown.delete_wanted.connect(self._delete)
        self.shown.lineage_wanted.connect(self._show_lineage)
        self.shown.outdated.newer_wanted.connect(self.show_entity)
        self._bridge.changed.connect(self._on_changed)

    # --- reading ------------------------------------------------------------------------------

    async def _read(self) -> None:
        folder, kind = self._bridge.folder, self.kind
        where = EntityFilter(text=self._words)
        records = await self._bridge.call(list_entities, folder, kind.kind, where, limit=MOST_SHOWN)
        counts = await self._bridge.call(count_entities, folder)
        await self._bridge.call(component_titles)  # which reads the registry once
        stale = await self._bridge.call(outdated, folder) if records else frozenset()
        self.model.show(records, stale)
        self._show_counts(counts)
        self._empty.setVisible(not records)
        self.table.setVisible(bool(records))
        nothing = tr("No name has these words in it.") if self._words else translate(kind.empty)
        self._empty.setText(nothing)
        if self._wanted is not None:
            self.table.selectRow(max(0, self.model.row_of(self._wanted)))
            self._wanted = None
        self._on_row()

    def _show_counts(self, counts: dict[EntityKind, int]) -> None:
        self._counts = counts
        narrow = self._kinds_side.width() == FOLDED_PX
        for number, kind in enumerate(LIBRARY_KINDS):
            count = counts.get(kind.kind, 0)
            title = translate(kind.title)
            shown = format_count(count) if count else ""
            item = self.kinds.item(number)
            item.setText("" if narrow else title)
            item.setData(COUNT_ROLE, "" if narrow else shown)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title} {shown}".strip())

    def _on_changed(self, _batch: ChangeBatch) -> None:
        self._news.start()

    def _reload_if_seen(self) -> None:
        self._is_fresh = False
        if self.isVisible() and not self.table.is_editing:
            self.reload()

    def _on_kind(self) -> None:
        self.shown.show_record(None)
        self.reload()

    # --- the chosen one -----------------------------------------------------------------------

    @property
    def current(self) -> EntityRecord | None:
        """The entity that is chosen."""
        return self.model.record(self.table.currentIndex().row())

    def _on_row(self) -> None:
        self.shown.show_record(self.current)

    def _select_first(self) -> None:
        if self.model.rowCount():
            select_row(self.table, 0)

    def _edit_name(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(self.model.index(index.row(), 0))

    def _rename(self, record: EntityRecord, name: str) -> None:
        what = tr("Renaming {name}", name=record.name)
        self._bridge.start(self._do_rename(record, name), what=what)

    async def _do_rename(self, record: EntityRecord, name: str) -> None:
        folder = self._bridge.folder
        await self._bridge.call(rename_entity, folder, record.kind, record.id, name)
        self.reload()

    def _show_lineage(self) -> None:
        if self.current is not None:
            window = LineageWindow(self.current, self._bridge, self.window())
            window.chosen.connect(self.show_entity)
            window.show()

    def _delete(self) -> None:
        record = self.current
        if record is not None:
            ask_and_delete(self, self._bridge, record, self.reload)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the kinds to icons, and put the chosen one below, where room is short."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_PX
        self._kinds_side.setFixedWidth(FOLDED_PX if narrow else KINDS_PX)
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._split.orientation() is not wanted:
            self._split.setOrientation(wanted)
            self._split.setSizes([1, 1])
        self._show_counts(self._counts)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has changed meanwhile."""
        super().showEvent(event)
        if not self._is_fresh:
            self.reload()
        self.table.setFocus()


class _EntityTable(QTableView):
    """The list; F2 renames, Delete deletes."""

    delete_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Entities"))
        set_role(self, "data")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT_PX)

    def arrange(self) -> None:
        """Give the columns their widths."""
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        modes = QHeaderView.ResizeMode
        for column in (NAME, ABOUT):
            header.setSectionResizeMode(column, modes.Stretch)
        for column in (STATUS, CREATED):
            header.setSectionResizeMode(column, modes.ResizeToContents)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what a name has no room beside; the page of the chosen one says it, too."""
        super().resizeEvent(event)
        self.setColumnHidden(ABOUT, self.width() < WITH_ABOUT_PX)
        self.setColumnHidden(CREATED, self.width() < WITH_CREATED_PX)

    @property
    def is_editing(self) -> bool:
        """Whether a name is being typed."""
        return self.state() is QAbstractItemView.State.EditingState

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete the chosen one."""
        if event.key() == Qt.Key.Key_Delete and not self.is_editing:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)
