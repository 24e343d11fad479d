"""Connects the comparison to the window: a command for two or more finished trainings."""

from __future__ import annotations

from functools import partial

from gui.actions import Action, Place, Selection
from gui.bridge import Bridge
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from gui.results.compare.opening import open_comparison, runs_of_jobs
from gui.submit.job_types import TRAINING
from queue_core.queue.job_record import JobStatus

MOST_COMPARED = 2000


def can_compare(selection: Selection) -> bool:
    """Allow it for two or more jobs, two of which at least are finished trainings."""
    if len(selection.ids) < 2:
        return False
    fitting = [
        record
        for record in selection.records
        if record.task_type == TRAINING and record.status is JobStatus.FINISHED
    ]
    return selection.is_partly_unknown or len(fitting) > 1


COMPARE = Action(
    id="job.compare", order=30, title=mark("Compare"), icon="compare", shortcuts=("Ctrl+M",),
    places=frozenset({Place.CONTEXT, Place.DETAILS}), enabled=can_compare,
    sentence=mark("Show the selected trained models side by side."), is_shown_only_enabled=True,
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the command."""
    window.action_set.add((COMPARE,))
    window.action_set.handle(COMPARE.id, partial(_compare, window, bridge))
    window.action_set.update(window.action_set.selection)


def _compare(window: MainWindow, bridge: Bridge, selection: Selection) -> None:
    bridge.start(_open(window, bridge, selection), what=tr("Reading jobs"))


async def _open(window: MainWindow, bridge: Bridge, selection: Selection) -> None:
    runs = await bridge.ask(partial(runs_of_jobs, selection.ids[:MOST_COMPARED]))
    if len(runs) > 1:
        open_comparison(window, bridge, run_ids=runs)
    else:
        window.toasts.say(tr("None of these jobs has trained a model that is still there."))
