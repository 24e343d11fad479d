"""The commands that steer jobs and the queue, as records."""

from __future__ import annotations

from gui.actions import Action, Place, Selection, needs
from gui.i18n import mark
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import Move

_ORDER_MENU = mark("Order")
_MENUS = frozenset({Place.CONTEXT})
_EVERYWHERE = frozenset({Place.CONTEXT, Place.DETAILS})


@needs(mark("Select a job that runs."))
def can_pause(selection: Selection) -> bool:
    """Allow it while a job of ours runs and goes on."""
    return any(_runs_here(record) and not record.paused for record in selection.records)


@needs(mark("Select a paused job."))
def can_resume(selection: Selection) -> bool:
    """Allow it where all running jobs that are selected are suspended."""
    return not can_pause(selection) and any(
        _runs_here(record) and record.paused for record in selection.records
    )


@needs(mark("Select a job that waits."))
def can_move(selection: Selection) -> bool:
    """Allow it where a job of ours waits."""
    return any(is_waiting(record) for record in selection.records)


@needs(mark("Select a job that is not kept yet."))
def can_keep(selection: Selection) -> bool:
    """Allow it where clean-up may take a job of ours."""
    return any(record.is_ours and not record.pinned for record in selection.records)


@needs(mark("Select a job that is kept."))
def can_release(selection: Selection) -> bool:
    """Allow it where a job of ours is kept from clean-up."""
    return any(record.is_ours and record.pinned for record in selection.records)


@needs(mark("Select one job that failed or was interrupted."))
def can_report(selection: Selection) -> bool:
    """Allow it for one job that went wrong."""
    wrong = (JobStatus.ERROR, JobStatus.KILLED)
    return len(selection.ids) == 1 and any(
        record.is_ours and record.status in wrong for record in selection.records
    )


@needs(mark("Select one job that runs."))
def can_look_inside(selection: Selection) -> bool:
    """Allow it for one job of ours that runs."""
    return len(selection.ids) == 1 and any(
        record.is_ours and record.status is JobStatus.STARTED for record in selection.records
    )


@needs(mark("It runs on another machine, which cannot suspend it; cancelling reaches it."))
def cannot_suspend_there(selection: Selection) -> bool:
    """Tell why a job of ours that runs at another place cannot be suspended."""
    return _run_elsewhere(selection)


def is_waiting(record: JobRecord) -> bool:
    """Return whether a job of ours waits for its turn."""
    return record.is_ours and record.status is JobStatus.NOT_STARTED


def _runs_here(record: JobRecord) -> bool:
    """Return whether a job of ours runs on this computer: elsewhere its processes are not seen."""
    return record.is_ours and record.status is JobStatus.STARTED and record.place is None


def _run_elsewhere(selection: Selection) -> bool:
    """Return whether all selected jobs that run do so at other places."""
    running = [record for record in selection.records if record.status is JobStatus.STARTED]
    return bool(running) and all(record.is_ours and record.place for record in running)


def _move(where: Move, title: str, *, icon: str = "", keys: str, order: int) -> tuple[Move, Action]:
    action = Action(
        id=f"job.move_{where.value}", title=title, icon=icon, shortcuts=(keys,), places=_MENUS,
        enabled=can_move, order=order, submenu=_ORDER_MENU, is_shown_only_enabled=True,
    )  # fmt: skip
    return where, action


TOGGLE_QUEUE = Action(
    id="queue.toggle", title=mark("Pause queue"), icon="paused", shortcuts=("Ctrl+Shift+P",),
    places=frozenset({Place.TRAY}),
    sentence=mark("Start no more jobs until you resume the queue; running jobs go on."),
)  # fmt: skip
QUEUE = Action(
    id="view.queue", title=mark("Queue"), icon="not_started", shortcuts=("Ctrl+U",),
    sentence=mark("See what waits, when it starts, and change the order."),
)  # fmt: skip
CANCEL_ALL = Action(
    id="queue.cancel_all", order=40, title=mark("Cancel all…"), icon="stop",
    places=frozenset({Place.MENU}), starts_group=True,
    sentence=mark("Stop all waiting and running jobs that the filters show."),
)  # fmt: skip
SCHEDULES = Action(
    id="queue.schedules", order=41, title=mark("Schedules…"), icon="not_started",
    places=frozenset({Place.MENU}), sentence=mark("See and change the jobs that repeat."),
)  # fmt: skip
PAUSE = Action(
    id="job.pause", order=11, title=mark("Pause"), icon="paused", shortcuts=("Ctrl+P",),
    places=_EVERYWHERE, enabled=can_pause, is_shown_only_enabled=True,
    excuse=cannot_suspend_there,
    sentence=mark("Suspend the selected jobs where they are; their clocks stop."),
)  # fmt: skip
RESUME = Action(
    id="job.resume", order=12, title=mark("Resume"), icon="started", shortcuts=("Ctrl+P",),
    places=_EVERYWHERE, enabled=can_resume, is_shown_only_enabled=True,
    sentence=mark("Let the suspended jobs go on."),
)  # fmt: skip
LOOK_INSIDE = Action(
    id="job.stacks", order=13, title=mark("What is it doing now?"), icon="search",
    places=_MENUS, enabled=can_look_inside, is_shown_only_enabled=True,
)  # fmt: skip
PRIORITY = Action(
    id="job.priority", order=26, title=mark("Priority…"), places=_MENUS, enabled=can_move,
    is_shown_only_enabled=True, submenu=_ORDER_MENU, starts_group=False,
)  # fmt: skip
KEEP = Action(
    id="job.keep", order=83, title=mark("Keep"), places=_MENUS, enabled=can_keep,
    is_shown_only_enabled=True, sentence=mark("Clean-up leaves the selected jobs alone."),
)  # fmt: skip
RELEASE = Action(
    id="job.release", order=84, title=mark("Do not keep"), places=_MENUS, enabled=can_release,
    is_shown_only_enabled=True, sentence=mark("Clean-up may take the selected jobs."),
)  # fmt: skip
REPORT = Action(
    id="job.crash_report", order=70, title=mark("Save crash report…"), icon="export",
    places=_MENUS, enabled=can_report, is_shown_only_enabled=True,
    sentence=mark("Save one file with all that tells why the job failed; secrets are hidden."),
)  # fmt: skip
MOVES: dict[Move, Action] = dict(
    (
        _move(Move.TOP, mark("Move to the top"), icon="arrow_up", keys="Ctrl+Shift+Home", order=21),
        _move(Move.UP, mark("Move up"), keys="Ctrl+Shift+Up", order=22),
        _move(Move.DOWN, mark("Move down"), keys="Ctrl+Shift+Down", order=23),
        _move(
            Move.BOTTOM, mark("Move to the bottom"), icon="arrow_down", keys="Ctrl+Shift+End",
            order=24,
        ),
    )
)  # fmt: skip
ACTIONS: tuple[Action, ...] = (
    TOGGLE_QUEUE, CANCEL_ALL, SCHEDULES, PAUSE, RESUME, LOOK_INSIDE, *MOVES.values(),
    PRIORITY, KEEP, RELEASE, REPORT,
)  # fmt: skip
