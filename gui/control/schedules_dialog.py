"""The jobs that repeat: when, on or off, and away with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.control.cron_words import cron_words
from gui.format import format_moment, format_relative
from gui.i18n import tr, translate_message
from gui.jobs.states import EmptyState
from gui.jobs.type_looks import type_word
from gui.notifications import ToastAction, say
from gui.placing import open_at_size
from gui.plain_text import as_typed, no_mnemonic
from gui.spoken import name_scrolled
from gui.theme import STEP_PX, monospace_font
from gui.throttle import Throttle
from gui.widgets import TextLabel, heading_label, icon_button, muted_label, text_button
from queue_core.queue.values import ChangeBatch, Schedule

if TYPE_CHECKING:
    from gui.window_queue import QueueOrders

SIZE = QSize(680, 360)
LOOK_INTERVAL_S = 1.0


class SchedulesDialog(QDialog):
    """A line per schedule, with a switch, a button to remove it, and its problem below.

    Signals:
        file_wanted: A file is to be loaded again and again.
    """

    file_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Schedules"))
        open_at_size(self, SIZE)
        self._bridge = bridge
        self._shown: Sequence[Schedule] | None = None
        self._leaving: set[str] = set()
        self._area = QScrollArea()
        name_scrolled(self._area, tr("Schedules"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the schedules"), interval_s=LOOK_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        bridge.changed.connect(self._on_changed)

    def switches(self) -> list[QCheckBox]:
        """Return the switches, in the order of the schedules."""
        content = self._area.widget()
        return content.findChildren(QCheckBox) if content is not None else []

    def remove_buttons(self) -> list[QToolButton]:
        """Return what removes each schedule, in the same order."""
        content = self._area.widget()
        return content.findChildren(QToolButton) if content is not None else []

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self.isVisible():
            self._read.request()

    async def _look(self) -> None:
        there = await self._bridge.ask(lambda queue: tuple(queue.schedules()))
        found = tuple(schedule for schedule in there if schedule.id not in self._leaving)
        if found != self._shown:
            self._shown = found
            self._area.setWidget(self._list(found) if found else self._nothing())

    def _nothing(self) -> QWidget:
        """Say how a job comes to repeat, and offer to make one."""
        sentence = tr(
            "Right-click any job and choose “Repeat…”, or choose “Repeat” under Options when you "
            "load a file or make a new job."
        )
        load = text_button(tr("Load a file each night…"), self._ask_for_file, role="primary")
        return EmptyState("not_started", tr("No job repeats yet"), sentence, load)

    def _ask_for_file(self) -> None:
        self.close()
        self.file_wanted.emit()

    def _list(self, schedules: Sequence[Schedule]) -> QWidget:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(STEP_PX * 4, STEP_PX * 4, STEP_PX * 4, STEP_PX * 4)
        grid.setHorizontalSpacing(STEP_PX * 4)
        grid.setVerticalSpacing(STEP_PX * 2)
        for column, title in enumerate((tr("Job"), tr("Type"), tr("When"), tr("Next run"))):
            grid.addWidget(heading_label(title), 0, column)
        for number, schedule in enumerate(schedules):
            self._add(grid, 1 + 2 * number, schedule)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(2 * len(schedules) + 1, 1)
        return content

    def _add(self, grid: QGridLayout, number: int, schedule: Schedule) -> None:
        switch = QCheckBox(no_mnemonic(schedule.name))
        switch.setChecked(schedule.enabled)
        switch.setToolTip(tr("Put this job when its time has come."))
        switch.toggled.connect(lambda on: self._switch(schedule.id, enabled=on))
        following = muted_label(tr("Off"))
        if schedule.next_run is not None:
            following.setText(format_relative(schedule.next_run))
            following.setToolTip(as_typed(format_moment(schedule.next_run)))
        words = cron_words(schedule.cron)
        cron = TextLabel(words, font=monospace_font() if words == schedule.cron else None)
        fields = tr("Minute, hour, day of the month, month, day of the week.")
        cron.setToolTip(as_typed(f"{schedule.cron}\n{fields}"))
        remove = icon_button("remove", tr("Remove"), lambda: self._remove(schedule, switch))
        kind = muted_label(type_word(schedule.task_type))
        for column, widget in enumerate((switch, kind, cron, following, remove)):
            grid.addWidget(widget, number, column)
        if schedule.problem:
            problem = TextLabel(translate_message(schedule.problem), role="error")
            grid.addWidget(problem, number + 1, 0, 1, grid.columnCount())

    def showEvent(self, event: QShowEvent) -> None:
        """Read what there is now."""
        super().showEvent(event)
        self._read.request()

    def _switch(self, schedule_id: str, *, enabled: bool) -> None:
        self._order(lambda queue: queue.change_schedule(schedule_id, enabled=enabled))

    def _remove(self, schedule: Schedule, switch: QCheckBox) -> None:
        """Switch a schedule off and take it out of sight; it goes when nobody wants it back.

        Args:
            schedule: As it was read.
            switch: Its switch, which may say otherwise since a moment ago.
        """
        was_on = switch.isChecked()
        self._leaving.add(schedule.id)
        self._switch(schedule.id, enabled=False)
        text = tr("“{name}” repeats no more.", name=schedule.name)
        undo = ToastAction(tr("Undo"), lambda: self._keep(schedule.id, was_on))
        toast = say(self, text, undo)
        if toast is None:
            self._carry_out(schedule.id)
        else:
            # The button closes the message before it acts: decide after both.
            toast.closed.connect(
                lambda: QTimer.singleShot(0, self, lambda: self._carry_out(schedule.id))
            )

    def _keep(self, schedule_id: str, was_on: bool) -> None:
        self._leaving.discard(schedule_id)
        self._switch(schedule_id, enabled=was_on)

    def _carry_out(self, schedule_id: str) -> None:
        if schedule_id in self._leaving:
            self._leaving.discard(schedule_id)
            self._order(lambda queue: queue.remove_schedule(schedule_id))

    def _order(self, change: Callable[[QueueOrders], None]) -> None:
        async def work() -> None:
            await self._bridge.order(change)
            await self._look()

        self._bridge.start(work(), what=tr("Changing a schedule"))
