"""The page of the waiting jobs: which is next, when it starts, and another order by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.actions import Selection
from gui.bridge import Bridge
from gui.control.queue_list import QueueLineDelegate, QueueListModel, QueueListView
from gui.i18n import tr, tr_plural
from gui.jobs.expectations import range_text
from gui.jobs.states import EmptyState
from gui.plain_text import PlainLabel, as_typed
from gui.theme import STEP_PX, body_font, icon
from gui.throttle import Throttle
from gui.widgets import muted_label, row
from queue_core.queue.estimates import Forecast
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import Before, ChangeBatch, Move

READ_INTERVAL_S = 0.3
MOST_SHOWN = 500
# Each reason costs a few reads; further down nobody plans to the second.
MOST_REASONS = 60
MOVES = {
    Qt.Key.Key_Up: Move.UP, Qt.Key.Key_Down: Move.DOWN,
    Qt.Key.Key_Home: Move.TOP, Qt.Key.Key_End: Move.BOTTOM,
}  # fmt: skip


class QueuePage(QWidget):
    """The queue.

    Signals:
        job_wanted: The id of a job that the user wants to go to.
        priority_wanted: A `Selection` whose priority is to be changed.
        cancel_wanted: A `Selection` that is to be cancelled.
    """

    job_wanted = Signal(str)
    priority_wanted = Signal(object)
    cancel_wanted = Signal(object)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._words = ""
        self._forecast = Forecast()
        self._waiting = 0
        self.model = QueueListModel()
        self.list = QueueListView()
        self.summary = PlainLabel()
        self._stack = QStackedWidget()
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the queue"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        self._build()
        self.model.dropped.connect(self.drop)
        self.list.doubleClicked.connect(lambda index: self._go(index.row()))
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.installEventFilter(self)
        bridge.changed.connect(self._on_changed)

    @property
    def selection(self) -> Selection:
        """The jobs that are selected, in their order."""
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        records = tuple(self.model.jobs[number] for number in rows)
        return Selection(tuple(record.id for record in records), records)

    def look_for(self, words: str) -> None:
        """Show only what has these words in its name."""
        self._words = words.strip().casefold()
        self._read.request_now()

    def show_forecast(self, found: Forecast) -> None:
        """Say when all will have ended."""
        self._forecast = found
        self._say()
        if self.isVisible():
            self._read.request()

    def move_selected(self, to: Move) -> None:
        """Move the selected jobs."""
        self._order(self.selection.ids, to)

    def drop(self, ids: tuple[str, ...], before: str | None) -> None:
        """Move jobs before another one; None: behind all."""
        self._order(ids, Before(before))

    # --- inside -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(QueueLineDelegate(self.list))
        self.list.setAccessibleName(tr("Waiting jobs"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.summary.setFont(body_font(semibold=True))
        hint = muted_label(tr("Drag jobs, or press Alt+↑ and Alt+↓, to change the order."))
        head = row(self.summary, None, hint)
        head.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        filled = QWidget()
        layout = QVBoxLayout(filled)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.list, 1)
        empty = EmptyState(
            "not_started", tr("No job waits"), tr("What is put next starts at once, or waits here.")
        )
        self._stack.addWidget(filled)
        self._stack.addWidget(empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self.isVisible():
            self._read.request()

    async def _look(self) -> None:
        if not self.isVisible():
            return
        jobs = await self._bridge.ask(lambda queue: queue.queue_order(limit=MOST_SHOWN))
        reasons = await self._bridge.why_many([job.id for job in jobs[:MOST_REASONS]])
        self._waiting = len(jobs)
        shown = [job for job in jobs if self._words in job.job_name.casefold()]
        numbers = {job.id: number for number, job in enumerate(jobs, start=1)}
        self._show(shown, lambda: self.model.show_jobs(shown, reasons, numbers))
        self._stack.setCurrentIndex(0 if jobs else 1)
        self._say()

    def _show(self, jobs: Sequence[JobRecord], show: Callable[[], object]) -> None:
        """Show jobs, and keep selection and place."""
        chosen, current = set(self.selection.ids), self.list.currentIndex().row()
        current_id = self.model.jobs[current].id if 0 <= current < len(self.model.jobs) else ""
        scrolled = self.list.verticalScrollBar().value()
        if not show():
            return
        flags = QItemSelectionModel.SelectionFlag
        for number, job in enumerate(jobs):
            if job.id in chosen:
                self.list.selectionModel().select(self.model.index(number), flags.Select)
            if job.id == current_id:
                self.list.selectionModel().setCurrentIndex(self.model.index(number), flags.NoUpdate)
        self.list.verticalScrollBar().setValue(scrolled)

    def _say(self) -> None:
        count = self._waiting
        text = tr_plural("{count} job waits", "{count} jobs wait", count)
        expected = self._forecast.all_s
        if expected is not None and expected.high_s >= 1:
            text += " · " + tr("all have ended in {time}", time=range_text(expected))
        is_open = bool(count) and expected is None and self._forecast.unknown > 0
        if is_open:
            text += " · " + tr("no estimate yet")
        learnt = tr("It is learnt from jobs of the same kind: three must have ended here first.")
        self.summary.setToolTip(as_typed(learnt) if is_open else "")
        self.summary.setText(text)

    def _order(self, ids: tuple[str, ...], to: Move | Before) -> None:
        if ids:
            work = self._bridge.order(lambda queue: queue.move(ids, to))
            self._bridge.start(work, what=tr("Moving jobs"))

    def _go(self, number: int) -> None:
        if 0 <= number < len(self.model.jobs):
            self.job_wanted.emit(self.model.jobs[number].id)

    def _show_menu(self, place: QPoint) -> None:
        if not self.list.indexAt(place).isValid():
            return  # there is no job of which anything could be done
        menu = self.make_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def make_menu(self) -> QMenu:
        """Return what can be done with the selected jobs."""
        chosen, menu = self.selection, QMenu(self)
        for title, name, does in (
            (tr("Move to the top"), "arrow_up", partial(self.move_selected, Move.TOP)),
            (tr("Move up"), "", partial(self.move_selected, Move.UP)),
            (tr("Move down"), "", partial(self.move_selected, Move.DOWN)),
            (tr("Move to the bottom"), "arrow_down", partial(self.move_selected, Move.BOTTOM)),
            (tr("Priority…"), "", partial(self.priority_wanted.emit, chosen)),
            (tr("Show in the table"), "details", lambda: self._go_to_first(chosen)),
            (tr("Cancel"), "stop", partial(self.cancel_wanted.emit, chosen)),
        ):
            action = menu.addAction(icon(name) if name else icon("job"), title)
            action.setIconVisibleInMenu(bool(name))
            action.setEnabled(bool(chosen.ids))
            action.triggered.connect(does)
        return menu

    def _go_to_first(self, chosen: Selection) -> None:
        if chosen.ids:
            self.job_wanted.emit(chosen.ids[0])

    # --- Qt's calls ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move with Alt, go with Enter, cancel with Delete."""
        if watched is not self.list or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key, with_alt = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.AltModifier
        is_press = event.type() == QEvent.Type.KeyPress
        if with_alt and key in MOVES:
            if is_press:
                self.move_selected(MOVES[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if is_press:
                self._go(self.list.currentIndex().row())
        elif key == Qt.Key.Key_Delete:
            if is_press and self.selection.ids:
                self.cancel_wanted.emit(self.selection)
        else:
            return super().eventFilter(watched, event)
        event.accept()
        return True

    def showEvent(self, event: QShowEvent) -> None:
        """Read what waits now."""
        super().showEvent(event)
        self._read.request_now()
