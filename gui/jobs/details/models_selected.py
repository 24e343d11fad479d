"""Several jobs are selected: the models among them in one small table, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr
from gui.results.compare.opening import runs_of_jobs
from gui.results.comparison import Comparison, compare
from gui.results.session_view import models_table
from gui.submit.job_types import TRAINING
from gui.theme import STEP_PX
from gui.throttle import Throttle
from gui.widgets import heading_label
from queue_core.library.comparing import measured_runs
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobRecord, JobStatus

MOST_SHOWN = 40
READ_INTERVAL_S = 0.2


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
        self._read = Throttle(
            bridge, self._compare, what=tr("Reading the library"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip

    def show_records(self, records: Sequence[JobRecord]) -> None:
        """Show the models that these jobs have trained."""
        done = (r for r in records if r.task_type == TRAINING and r.status is JobStatus.FINISHED)
        ids = tuple(record.id for record in done)
        if ids == self._ids:
            return
        self._ids = ids
        self._clear()
        if len(ids) > 1:
            self._read.request_soon()

    async def _compare(self) -> None:
        ids = self._ids
        if len(ids) < 2:  # others were selected meanwhile
            return
        try:
            runs = await self._bridge.ask(partial(runs_of_jobs, ids))
            found = await self._bridge.call(_compared, self._bridge.folder, runs)
        except Exception:
            if ids == self._ids:  # when they are selected again, they are read again
                self._ids = ()
            raise
        if ids == self._ids:
            self._show(found)

    def _clear(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            before = item.widget()
            if before is not None:
                before.deleteLater()
        self.hide()

    def _show(self, found: Comparison) -> None:
        self._clear()
        count = len(found.runs)
        if count < 2:
            return
        heading = tr("Models")
        if count > MOST_SHOWN:
            shown, all_of_them = format_count(MOST_SHOWN), format_count(count)
            heading = tr("Models: the best {shown} of {count}", shown=shown, count=all_of_them)
        self._layout.addWidget(heading_label(heading))
        self._layout.addWidget(models_table(_first(found, MOST_SHOWN)))
        self.show()


def _compared(folder: LocalFolder, run_ids: Sequence[int]) -> Comparison:
    found = measured_runs(folder, run_ids=run_ids)
    return compare(found.runs, found.measured)


def _first(found: Comparison, most: int) -> Comparison:
    columns = (replace(c, cells=c.cells[:most], spreads=c.spreads[:most]) for c in found.columns)
    return Comparison(found.runs[:most], tuple(columns))
