"""A notebook: its steps, which can be undone, and its table as it is after them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.helper import helpers_of
from gui.i18n import tr
from gui.notifications import notify
from gui.results.facts_table import FactsTable
from gui.results.loading import LoadingView
from gui.results.table_view import TableView
from gui.submit.use_button import UseButton
from gui.widgets import heading_label, muted_label, row, text_button
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityFilter, EntityRecord, list_entities
from queue_core.library.pages import notebook_table
from queue_core.paths import LocalFolder
from queue_core.queue.values import ChangeBatch

FRESH_MS = 600
MOST_STEPS = 500


class NotebookView(LoadingView):
    """The steps of a notebook and its rows."""

    def __init__(self, notebook_id: int, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._id = notebook_id
        self._steps: list[EntityRecord] = []
        self._path = ""
        self.undo = text_button(tr("Undo"), lambda: self._change("undo"), icon_name="undo")
        self.redo = text_button(tr("Redo"), lambda: self._change("redo"), icon_name="retry")
        use = UseButton("notebook", notebook_id, bridge)
        self._place = QVBoxLayout()
        self._table_place = QVBoxLayout()
        self.body.addLayout(row(self.undo, self.redo, None, use))
        self.body.addWidget(heading_label(tr("Steps")))
        self.body.addLayout(self._place)
        self.body.addWidget(heading_label(tr("Rows after the steps")))
        self.body.addLayout(self._table_place, 1)
        self._news = QTimer(self, singleShot=True, interval=FRESH_MS)
        self._news.timeout.connect(self.load)
        bridge.changed.connect(self._on_changed)
        self.load()

    async def fill(self) -> None:
        """Read the steps; where they have changed, the rows too."""
        steps = await self.bridge.call(_read_steps, self.bridge.folder, self._id)
        path = await helpers_of(self.bridge).reading.call(
            notebook_table, root=str(self.bridge.folder.root), notebook_id=self._id
        )
        applied = [step for step in steps if step.details["applied"]]
        self.undo.setEnabled(bool(applied))
        self.redo.setEnabled(len(applied) < len(steps))
        if steps != self._steps or self._place.count() == 0:
            self._steps = steps
            _replace(self._place, _steps_table(steps))
        if path != self._path:
            self._path = path
            _replace(self._table_place, TableView(Path(path), tr("Rows"), self.bridge))

    def _on_changed(self, _batch: ChangeBatch) -> None:
        # A method, not a function: Qt takes its connection away when the view goes.
        self._news.start()

    def _change(self, action: str) -> None:
        self.bridge.start(self._put(action), what=tr("Submitting the job"))

    async def _put(self, action: str) -> None:
        from queue_core.jobs.notebook_job import NotebookJob

        await self.bridge.submit(NotebookJob(notebook_id=self._id, action=action))
        notify(self, tr("The job is in the queue."))


def _steps_table(steps: list[EntityRecord]) -> QWidget:
    if not steps:
        return muted_label(tr("No steps yet."))
    rows = [
        [
            step.name,
            ", ".join(step.details.get("columns") or ()) or tr("all that fit"),
            tr("applied") if step.details["applied"] else tr("undone"),
        ]
        for step in steps
    ]
    return FactsTable(tr("Steps"), [tr("Step"), tr("Columns"), tr("State")], rows)


def _read_steps(folder: LocalFolder, notebook_id: int) -> list[EntityRecord]:
    where = EntityFilter(having={"notebook_id": notebook_id})
    steps = list_entities(folder, EntityKind.CONVERTER, where, limit=MOST_STEPS)
    return sorted(steps, key=lambda step: (step.details["position"], step.id))


def _replace(place: QVBoxLayout, widget: QWidget) -> None:
    while (item := place.takeAt(0)) is not None:
        before = item.widget()
        if before is not None:
            before.deleteLater()
    place.addWidget(widget)
