"""Several jobs are selected: the models among them in one small table, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.results.compare.opening import runs_of_jobs
from gui.results.comparison import Comparison, compare
from gui.results.session_view import models_table
from gui.submit.job_types import TRAINING
from gui.theme import STEP_PX
from gui.widgets import heading_label
from queue_core.library.comparing import measured_runs
from queue_core.queue.job_record import JobRecord, JobStatus

MOST_SHOWN = 40


class ModelsSelected(QWidget):
    """Shows what was measured of the selected models; nothing while there are not two."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._ids: tuple[str, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(STEP_PX * 4, STEP_PX, STEP_PX * 4, 0)
        self._layout.setSpacing(STEP_PX * 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_records(self, records: Sequence[JobRecord]) -> None:
        """Show the models that these jobs have trained."""
        done = (r for r in records if r.task_type == TRAINING and r.status is JobStatus.FINISHED)
        ids = tuple(record.id for record in done)[:MOST_SHOWN]
        if ids == self._ids:
            return
        self._ids = ids
        if len(ids) < 2:
            self._show(Comparison())
        else:
            self._bridge.start(self._read(ids), what=tr("Reading the library"))

    async def _read(self, ids: tuple[str, ...]) -> None:
        runs = await self._bridge.ask(partial(runs_of_jobs, ids))
        found = await self._bridge.call(measured_runs, self._bridge.folder, run_ids=runs)
        if ids == self._ids:
            self._show(compare(found.runs, found.measured))

    def _show(self, found: Comparison) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            before = item.widget()
            if before is not None:
                before.deleteLater()
        if len(found.runs) > 1:
            self._layout.addWidget(heading_label(tr("Models")))
            self._layout.addWidget(models_table(found))
        self.setVisible(len(found.runs) > 1)
