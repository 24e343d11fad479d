"""A notebook: its steps, which can be reordered and undone, and its table before and after each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import tr
from gui.notifications import ToastAction, main_window_of, notify
from gui.plain_text import PlainMessageBox
from gui.results.loading import LoadingView
from gui.results.step_list import StepList
from gui.results.step_summary import changes_of
from gui.results.table_view import TableView
from gui.submit.use_button import UseButton
from gui.widgets import TextLabel, heading_label, icon_button, muted_label, row, text_button
from queue_core.components.registry import ComponentKind, components
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityFilter, EntityRecord, list_entities
from queue_core.library.pages import notebook_table
from queue_core.paths import LocalFolder
from queue_core.queue.values import ChangeBatch

FRESH_MS = 600
MOST_STEPS = 500
AFTER, BEFORE = 0, 1


class NotebookView(LoadingView):
    """The steps of a notebook and its rows."""

    def __init__(self, notebook_id: int, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._id = notebook_id
        self._known: list[EntityRecord] | None = None
        self._path = ""
        self._side = AFTER
        self.steps = StepList()
        self.undo = text_button(tr("Undo"), lambda: self._change("undo"), icon_name="undo")
        self.redo = text_button(tr("Redo"), lambda: self._change("redo"), icon_name="retry")
        self.up = icon_button("arrow_up", tr("Earlier (Alt+↑)"), partial(self.steps.move_step, -1))
        self.down = icon_button("arrow_down", tr("Later (Alt+↓)"), partial(self.steps.move_step, 1))
        self.remove = icon_button("remove", tr("Remove step…"), self._ask_to_remove)
        self.before = text_button(tr("Before the step"), partial(self._show_side, BEFORE))
        self.after = text_button(tr("After the step"), partial(self._show_side, AFTER))
        self._none = muted_label(tr("No steps yet."))
        self._what = TextLabel(role="muted", most_lines=4)
        self._table_place = QVBoxLayout()
        self._build(UseButton("notebook", notebook_id, bridge))
        self._news = QTimer(self, singleShot=True, interval=FRESH_MS)
        self._news.timeout.connect(self.load)
        bridge.changed.connect(self._on_changed)
        self.steps.order_wanted.connect(self._reorder)
        self.steps.removal_wanted.connect(self._ask_to_remove)
        self.steps.currentRowChanged.connect(lambda _row: self.load())
        self.load()

    def _build(self, use: UseButton) -> None:
        for button in (self.before, self.after):
            button.setCheckable(True)
        body = self.body
        body.addLayout(row(self.undo, self.redo, None, use))
        tools = (self.up, self.down, self.remove)
        body.addLayout(row(heading_label(tr("Steps")), None, *tools, spacing=4))
        body.addWidget(self.steps)
        body.addWidget(self._none)
        sides = (self.before, self.after)
        body.addLayout(row(heading_label(tr("Rows")), None, *sides, spacing=4))
        body.addWidget(self._what)
        body.addLayout(self._table_place, 1)

    async def fill(self) -> None:
        """Read the steps; then the rows before or after the chosen one."""
        steps, titles = await self.bridge.call(_read_steps, self.bridge.folder, self._id)
        if steps != self._known:
            self._known = steps
            self.steps.blockSignals(True)
            self.steps.show_steps(steps, titles)
            self.steps.blockSignals(False)
        self._show_state(steps)
        chosen = self.steps.chosen
        self._what.set_text(
            "" if chosen is None else await self.bridge.call(changes_of, self.bridge.folder, chosen)
        )
        helper = helpers_of(self.bridge).reading
        path = await helper.call(
            notebook_table, root=str(self.bridge.folder.root), notebook_id=self._id,
            after_steps=self._wanted_steps(),
        )  # fmt: skip
        if path != self._path:
            self._path = path
            _replace(self._table_place, TableView(Path(path), tr("Rows"), self.bridge))

    def _wanted_steps(self) -> int | None:
        """Return after how many steps the rows are wanted; None for all."""
        chosen, applied = self.steps.chosen, self.steps.applied
        if chosen is None or chosen not in applied:
            return None
        return applied.index(chosen) + (0 if self._side == BEFORE else 1)

    def _show_state(self, steps: Sequence[EntityRecord]) -> None:
        applied = self.steps.applied
        is_applied = self.steps.chosen in applied
        self.steps.setVisible(bool(steps))
        self._none.setVisible(not steps)
        self.undo.setEnabled(bool(applied))
        self.redo.setEnabled(len(applied) < len(steps))
        self.up.setEnabled(self.steps.can_move(-1))
        self.down.setEnabled(self.steps.can_move(1))
        self.remove.setEnabled(self.steps.chosen is not None)
        self.before.setEnabled(is_applied)
        self.after.setEnabled(is_applied)
        self.before.setChecked(is_applied and self._side == BEFORE)
        self.after.setChecked(is_applied and self._side == AFTER)

    def _show_side(self, side: int) -> None:
        self._side = side
        self.load()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        # A method, not a function: Qt takes its connection away when the view goes.
        self._news.start()

    # --- orders -------------------------------------------------------------------------------

    def _change(self, action: str, steps: Sequence[int] = ()) -> None:
        _start(main_window_of(self), self.bridge, self._id, action, steps)

    def _reorder(self, ids: Sequence[int]) -> None:
        before = tuple(step.id for step in self.steps.applied)
        # The message may outlive this view: it knows the window, not the view.
        put = partial(_start, main_window_of(self), self.bridge, self._id, "reorder")
        put(ids, ToastAction(tr("Undo"), partial(put, before)))

    def _ask_to_remove(self) -> None:
        step = self.steps.chosen
        if step is None:
            return
        box = PlainMessageBox(
            QMessageBox.Icon.NoIcon, tr("Remove step"), tr("Remove “{name}”?", name=step.name),
            more=tr("The rows are computed anew without it. It cannot be undone."),
            parent=self.window(),
        )  # fmt: skip
        remove = box.addButton(tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        remove.clicked.connect(partial(self._change, "remove", (step.id,)))
        box.finished.connect(box.deleteLater)
        box.open()


def _start(
    window: QWidget, bridge: Bridge, notebook_id: int, action: str, steps: Sequence[int],
    *more: ToastAction,
) -> None:  # fmt: skip
    work = _put(window, bridge, notebook_id, action, steps, *more)
    bridge.start(work, what=tr("Submitting the job"))


async def _put(
    window: QWidget, bridge: Bridge, notebook_id: int, action: str, steps: Sequence[int],
    *more: ToastAction,
) -> None:  # fmt: skip
    from queue_core.jobs.notebook_job import NotebookJob

    await bridge.submit(NotebookJob(notebook_id=notebook_id, action=action, steps=list(steps)))
    notify(window, tr("The job is in the queue."), *more)


def _read_steps(
    folder: LocalFolder, notebook_id: int
) -> tuple[list[EntityRecord], Mapping[str, str]]:
    where = EntityFilter(having={"notebook_id": notebook_id})
    steps = list_entities(folder, EntityKind.CONVERTER, where, limit=MOST_STEPS)
    titles = {item.id: item.title for item in components(ComponentKind.CONVERTER).values()}
    return sorted(steps, key=lambda step: (step.details["position"], step.id)), titles


def _replace(place: QVBoxLayout, widget: QWidget) -> None:
    while (item := place.takeAt(0)) is not None:
        before = item.widget()
        if before is not None:
            before.deleteLater()
    place.addWidget(widget)
