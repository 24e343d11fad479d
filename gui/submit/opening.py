"""Opening the form for a new job, from wherever the user is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.notifications import ToastAction, main_window_of, notify, say
from gui.submit.end_watch import say_until_end
from gui.submit.together import GroupWatch
from queue_core.queue.job_record import JobRecord, JobStatus

if TYPE_CHECKING:
    from gui.submit.new_job_dialog import NewJobDialog


@runtime_checkable
class ShowsJobs(Protocol):
    """What is asked of the main window, which stands above forms and is not imported by them."""

    @property
    def shows_jobs(self) -> bool:
        """Whether the jobs are the page that is shown."""

    def select_jobs(self, job_ids: tuple[str, ...]) -> None:
        """Select these jobs as soon as they are there."""

    def show_page(self, page: QWidget | None) -> None:
        """Show a page; None: the jobs."""


def open_new_job(
    widget: QWidget,
    bridge: Bridge,
    *,
    kind: str = "ExplorerJob",
    values: Mapping[str, Any] | None = None,
    entities: Mapping[str, int] | None = None,
    retry_of: JobRecord | None = None,
) -> NewJobDialog:
    """Show the form; return the dialog.

    Args:
        widget: Where the user is; its window says when the job has been put.
        bridge: The way to the queue.
        kind: Class name of the job.
        values: Parameters to begin with, by name.
        entities: Entities to begin with, by the format of the field that names them.
        retry_of: The job that is to be done again with changes.
    """
    from gui.submit.new_job_dialog import NewJobDialog

    window = main_window_of(widget)
    dialog = NewJobDialog(
        bridge, kind=kind, values=values, entities=entities, retry_of=retry_of, parent=window
    )
    dialog.submitted.connect(lambda job_id: _tell(window, bridge, (job_id,)))
    dialog.submitted_several.connect(lambda ids: _tell(window, bridge, ids))
    dialog.submitted_several.connect(lambda ids: GroupWatch(window, bridge, ids))
    dialog.show()
    return dialog


def _tell(window: QWidget, bridge: Bridge, job_ids: tuple[str, ...]) -> None:
    """Select new jobs where jobs are shown; elsewhere offer to go there."""
    if not isinstance(window, ShowsJobs):
        return
    window.select_jobs(job_ids)
    if window.shows_jobs:
        return
    show = ToastAction(tr("Show"), lambda: window.show_page(None))
    count = len(job_ids)
    if count > 1:  # what comes of them is said of all together
        notify(
            window,
            tr_plural("{count} job is in the queue.", "{count} jobs are in the queue.", count),
            show,
        )
        return

    def ended(record: JobRecord) -> None:
        """Say that it has finished; a failure is told where all failures are."""
        if record.status is JobStatus.FINISHED:
            again = ToastAction(show.title, lambda: _go_to(window, job_ids))
            say(window, tr("“{name}” has finished.", name=record.job_name), again)

    say_until_end(window, bridge, job_ids[0], tr("The job is in the queue."), ended, show)


def _go_to(window: ShowsJobs, job_ids: tuple[str, ...]) -> None:
    window.select_jobs(job_ids)
    window.show_page(None)
