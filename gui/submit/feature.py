"""Connects submitting to the window: drag and drop, Open file, New job, Retry with changes."""

from __future__ import annotations

from functools import partial

from shiboken6 import isValid

from gui.actions import Action, Place, Selection, needs
from gui.bridge import Bridge
from gui.i18n import mark, tr, tr_plural
from gui.jobs.type_looks import type_icon
from gui.main_window import MainWindow
from gui.submit import repeating
from gui.submit.drop_overlay import DropOverlay
from gui.submit.job_types import FROM_FILES, JOB_TYPES, all_job_types, job_type
from gui.submit.loading import FileLoading
from gui.submit.opening import open_new_job
from gui.submit.recent_files import RecentFiles
from gui.submit.repeating import tell_repeated
from queue_core.jobs.job_type import JobType
from queue_core.jobs.registry import job_types
from queue_core.queue.job_record import JobRecord


@needs(mark("Select one job that has ended."))
def can_change(selection: Selection) -> bool:
    """Allow it for one ended job of ours whose parameters a form can show."""
    if len(selection.ids) != 1:
        return False
    return not selection.records or is_changeable(selection.records[0])


def is_changeable(record: JobRecord) -> bool:
    """Return whether a job can be done again with other parameters."""
    return record.is_ours and record.status.is_final and job_type(record.task_type) is not None


OPEN = Action(
    id="file.open", title=mark("Load data file…"), icon="open", shortcuts=("Ctrl+O",),
    places=frozenset({Place.NEW_JOB}), sentence=mark("Choose files to load as datasets."),
)  # fmt: skip
OPEN_REPEATED = Action(
    id="file.open_repeated", title=mark("Load a file each night…"), icon="open",
    sentence=mark("Choose files, and how often each is loaded anew."),
)  # fmt: skip
NEW = Action(
    id="job.new", title=mark("New job…"), icon="add", shortcuts=("Ctrl+N",),
    sentence=mark("Submit a job from a form."),
)  # fmt: skip
RETRY = Action(
    id="job.retry_with_changes", title=mark("Retry with changes…"), icon="edit",
    shortcuts=("Ctrl+Shift+R",), places=frozenset({Place.CONTEXT, Place.DETAILS}),
    enabled=can_change, sentence=mark("Run the job again with other parameters."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the commands and the drop target."""
    loading = FileLoading(window, bridge, window.state)
    overlay = DropOverlay(window)
    overlay.dropped.connect(loading.load)
    overlay.entered.connect(loading.warm_up)
    window.files_given.connect(loading.load)
    window.open_wanted.connect(loading.ask_for_files)
    window.sample_wanted.connect(partial(_load_sample, loading))
    loading.message.connect(window.toasts.show_message)
    loading.jobs_put.connect(partial(_on_jobs_put, window))
    loading.repeated.connect(partial(tell_repeated, window))
    RecentFiles(window, loading)
    repeating.install(window, bridge)
    _add_actions(window, bridge, loading)
    what = tr("Looking for job types of other packages")
    bridge.start(_add_other_types(window, bridge, loading), what=what)


async def _add_other_types(window: MainWindow, bridge: Bridge, loading: FileLoading) -> None:
    """Offer what other packages bring, as soon as it has been imported."""
    await bridge.call(job_types)
    if not isValid(window):
        return
    for kind in all_job_types()[len(JOB_TYPES) :]:
        _add_kind(window, bridge, loading, kind)
    window.action_set.update(window.action_set.selection)


def _add_actions(window: MainWindow, bridge: Bridge, loading: FileLoading) -> None:
    actions = window.action_set
    others = [kind for kind in JOB_TYPES if kind.task_type != FROM_FILES]
    actions.add((OPEN, OPEN_REPEATED))
    for kind in others:
        _add_kind(window, bridge, loading, kind)
    actions.add((NEW, RETRY))
    actions.handle(OPEN.id, lambda _selection: loading.ask_for_files())
    actions.handle(OPEN_REPEATED.id, lambda _selection: loading.ask_for_files(repeated=True))
    actions.handle(NEW.id, partial(_new_job, window, bridge, loading, "ExplorerJob"))
    actions.handle(RETRY.id, partial(_retry, window, bridge, loading))
    actions.update(actions.selection)


def _add_kind(window: MainWindow, bridge: Bridge, loading: FileLoading, kind: JobType) -> None:
    action = Action(
        id=f"job.new.{kind.task_type}", title=kind.title, icon=type_icon(kind.task_type),
        sentence=kind.description,
        places=frozenset({Place.NEW_JOB}), starts_group=kind is JOB_TYPES[1],
    )  # fmt: skip
    window.action_set.add((action,))
    window.action_set.handle(action.id, partial(_new_job, window, bridge, loading, kind.task_type))


def _new_job(
    window: MainWindow, bridge: Bridge, loading: FileLoading, kind: str, _selection: Selection
) -> None:
    dialog = open_new_job(window, bridge, kind=kind)
    dialog.files_wanted.connect(loading.ask_for_files)


def _retry(window: MainWindow, bridge: Bridge, loading: FileLoading, selection: Selection) -> None:
    record = selection.records[0] if selection.records else None
    if record is None or not is_changeable(record):
        return
    if record.task_type == FROM_FILES:
        loading.load_again(record)
        return
    open_new_job(window, bridge, retry_of=record)


def _load_sample(loading: FileLoading) -> None:
    from queue_core.components.loaders.files.sample import sample_dataset_path

    loading.load_as_detected([sample_dataset_path()])


def _on_jobs_put(window: MainWindow, job_ids: tuple[str, ...]) -> None:
    window.show_page(None)
    window.select_jobs(job_ids)
    if len(job_ids) > 1:
        count = len(job_ids)
        window.toasts.say(tr_plural("{count} job added.", "{count} jobs added.", count))
