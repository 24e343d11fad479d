"""From the rows of a notebook to a model: they are kept as a dataset, then the form opens."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import main_window_of
from gui.submit.end_watch import say_until_end
from gui.submit.job_types import TRAINING
from gui.submit.opening import open_new_job
from queue_core.queue.job_record import JobRecord, JobStatus


def train_on_notebook(widget: QWidget, bridge: Bridge, notebook_id: int) -> None:
    """Keep a notebook's rows as they are now, and open the form for a model on them."""
    window = main_window_of(widget)
    bridge.start(_keep(window, bridge, notebook_id), what=tr("Submitting the job"))


async def _keep(window: QWidget, bridge: Bridge, notebook_id: int) -> None:
    from queue_core.jobs.apply_notebook_job import ApplyNotebookJob

    job_id = await bridge.submit(ApplyNotebookJob(notebook_id=notebook_id))

    def ended(record: JobRecord) -> None:
        result = record.result if isinstance(record.result, Mapping) else {}
        if record.status is JobStatus.FINISHED and isinstance(result.get("id"), int):
            open_new_job(window, bridge, kind=TRAINING, entities={"dataset": result["id"]})

    text = tr("Keeping the rows as a dataset; the form for the model opens then.")
    if isValid(window):  # else it has gone meanwhile
        say_until_end(window, bridge, job_id, text, ended)
