"""The page of failures: the groups at the left, the chosen one at the right or below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import mark, tr, translate
from gui.theme import STEP_PX
from gui.throttle import Throttle
from gui.triage.delegate import FailureDelegate
from gui.triage.group_view import GroupView
from gui.triage.job_links import MOST_SHOWN
from gui.triage.model import FailureModel
from gui.triage.words import STATE_LOOKS
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.queue.values import ChangeBatch, FailureGroup, FailureState

# Below this the chosen group stands under the list.
NARROW_PX = 860
READ_INTERVAL_S = 1.0
SHARES = (3, 2)
SHOWN_PX = 280
CHOICES: tuple[tuple[FailureState | None, str], ...] = (
    *((state, word) for state, (word, _icon) in STATE_LOOKS.items()), (None, mark("All")),
)  # fmt: skip


class FailuresPage(QWidget):
    """What failed, folded by what it failed of.

    Attributes:
        model: The groups.
        list: Their list.
        shown: The chosen group.
    """

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._is_fresh = False
        self._has_read = False
        self._shared: Qt.Orientation | None = None
        self.model = FailureModel(self)
        self.list = _FailureList(self.model)
        self.shown = GroupView()
        self._empty = muted_label()
        self._states = QButtonGroup(self)
        self._buttons: dict[FailureState | None, QPushButton] = {}
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the failures"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        self._jobs = Throttle(
            bridge, self._look_at_jobs, what=tr("Reading the failures"),
            interval_s=READ_INTERVAL_S, parent=self,
        )  # fmt: skip
        self._build()
        self.list.selectionModel().currentChanged.connect(self._on_row)
        self.model.modelReset.connect(self._choose_row)
        self.model.dataChanged.connect(self._on_row)
        bridge.changed.connect(self._on_changed)

    @property
    def current(self) -> FailureGroup | None:
        """The chosen group."""
        return self.model.group(self.list.currentIndex().row())

    def look_for(self, words: str) -> None:
        """List only groups with these words."""
        self.model.set_words(words)
        self._show_emptiness()

    def show_state(self, state: FailureState | None) -> None:
        """List only groups of this state; None: all."""
        self._buttons[state].setChecked(True)
        self.model.set_state(state)
        self._show_emptiness()

    def reload(self) -> None:
        """Read everything again, now."""
        self._read.request_now()

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = row(*self._choices(), None, spacing=STEP_PX)
        bar.setContentsMargins(STEP_PX * 3, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        column.addLayout(bar)
        column.addWidget(self._empty, 1)
        column.addWidget(self.list, 1)
        split = self._split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        self.shown.setMinimumWidth(SHOWN_PX)
        split.addWidget(self.shown)
        for number, part in enumerate(SHARES):
            split.setStretchFactor(number, part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.show_state(FailureState.OPEN)

    def _choices(self) -> list[QWidget]:
        for state, word in CHOICES:
            button = text_button(translate(word), role="flat")
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, chosen=state: self.show_state(chosen))
            self._states.addButton(button)
            self._buttons[state] = button
        return list(self._buttons.values())

    # --- reading ------------------------------------------------------------------------------

    async def _look(self) -> None:
        self._is_fresh = True
        groups = await self._bridge.ask(lambda queue: queue.failures())
        self._has_read = True
        self.model.set_groups(groups)
        for state, word in CHOICES:
            count = self.model.count(state)
            text = f"{translate(word)}  {format_count(count)}" if count else translate(word)
            self._buttons[state].setText(text)
        self._show_emptiness()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        self._is_fresh = False
        if self.isVisible():
            self._read.request()

    def _show_emptiness(self) -> None:
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        self.list.setVisible(not empty)
        self.shown.setVisible(not empty)
        nothing = {
            FailureState.OPEN: tr("All that failed is solved or ignored."),
            FailureState.SOLVED: tr("No failure has been solved yet."),
            FailureState.IGNORED: tr("No failure is ignored."),
        }
        all_empty = self.model.count(self.model.state) == 0
        if not self.model.count(None):
            nothing[FailureState.OPEN] = tr("No job has failed.")
        text = nothing.get(self.model.state, tr("No job has failed.")) if self.model.state else ""
        if not self._has_read:
            text, all_empty = tr("Reading…"), True
        self._empty.setText(
            (text or tr("No job has failed.")) if all_empty else tr("No failure has these words.")
        )
        if empty:
            self.shown.show_group(None)

    # --- choosing -----------------------------------------------------------------------------

    def _on_row(self) -> None:
        before, group = self.shown.group, self.current
        self.shown.show_group(group)
        if group is not None and group != before:
            self._jobs.request_now()

    async def _look_at_jobs(self) -> None:
        group = self.shown.group
        if group is None:
            return
        name = group.fingerprint
        ids = await self._bridge.ask(lambda queue: queue.failed_ids(name, limit=MOST_SHOWN))
        found = await self._bridge.records(ids)
        if self.shown.group is not None and self.shown.group.fingerprint == name:
            self.shown.links.show_jobs([found[job_id] for job_id in ids if job_id in found])

    def _choose_row(self) -> None:
        """Keep the group that is shown; else the first one."""
        before = self.shown.group
        found = self.model.row_of(before.fingerprint) if before is not None else -1
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(max(0, found)))
        self._on_row()

    def _share(self) -> None:
        """Give both their share of the room, once there is any, and once in each direction."""
        wanted = self._split.orientation()
        if self.isVisible() and wanted is not self._shared:
            self._shared = wanted
            self._split.setSizes([part * 1000 for part in SHARES])

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the chosen one below where room is short."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_PX
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._split.orientation() is not wanted:
            self._split.setOrientation(wanted)
        if self._split.orientation() is not self._shared:
            self._share()

    def showEvent(self, event: QShowEvent) -> None:
        """Read what has changed meanwhile."""
        super().showEvent(event)
        self._share()
        if not self._is_fresh:
            self.reload()
        self.list.setFocus()


class _FailureList(QListView):
    """The groups.

    Signals:
        opened: Enter or a double click.
    """

    opened = Signal()

    def __init__(self, model: FailureModel) -> None:
        super().__init__()
        set_role(self, "failures")
        self.setAccessibleName(tr("Failures"))
        self.setModel(model)
        self.setItemDelegate(FailureDelegate(self, model))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.doubleClicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the last error of the chosen group."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)
