"""Making results anew, from wherever the user is: shown first, put at once, taken back by Undo."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.notifications import ToastAction, main_window_of, notify
from gui.submit.opening import ShowsJobs
from queue_core.database.status import EntityKind
from queue_core.library.renewal import Renewal, plan_renewal


def open_renewal(
    widget: QWidget, bridge: Bridge, *, about: tuple[EntityKind, int] | None = None
) -> None:
    """Show what would be made anew; where nothing is out of date, say so.

    Args:
        widget: Where the user is.
        bridge: The way to the queue.
        about: Only what this was made from and what was made of it; None: all there is.
    """
    work = _open(main_window_of(widget), bridge, about)
    bridge.start(work, what=tr("Looking for what is out of date"))


async def _open(window: QWidget, bridge: Bridge, about: tuple[EntityKind, int] | None) -> None:
    from gui.renewal.dialog import RenewalDialog

    # It looks at files, which may lie on another machine.
    plan = await bridge.call_far(plan_renewal, bridge.folder, about)
    if not plan.steps and not plan.left_out:
        notify(window, tr("All results are up to date."))
        return
    dialog = RenewalDialog(plan, window)
    dialog.accepted.connect(partial(_start, window, bridge, plan))
    dialog.open()


def _start(window: QWidget, bridge: Bridge, plan: Renewal) -> None:
    bridge.start(_put(window, bridge, plan), what=tr("Submitting the jobs"))


async def _put(window: QWidget, bridge: Bridge, plan: Renewal) -> None:
    from queue_core.jobs.renewing import put_renewal

    folder = bridge.folder
    known = await bridge.records(tuple(plan.busy.values()))
    ids = await bridge.order(lambda queue: put_renewal(plan, queue, folder, known=frozenset(known)))
    undo = ToastAction(tr("Undo"), partial(_undo, window, bridge, ids))
    show = ToastAction(tr("Show"), partial(_show, window, ids))
    said = tr_plural("{count} job is in the queue.", "{count} jobs are in the queue.", len(ids))
    notify(window, said, undo, show)


def _show(window: QWidget, job_ids: tuple[str, ...]) -> None:
    if isinstance(window, ShowsJobs):
        window.show_page(None)
        window.select_jobs(job_ids)


def _undo(window: QWidget, bridge: Bridge, job_ids: tuple[str, ...]) -> None:
    what = tr_plural("Removing {count} job", "Removing {count} jobs", len(job_ids))
    bridge.start(_take_back(window, bridge, job_ids), what=what)


async def _take_back(window: QWidget, bridge: Bridge, job_ids: tuple[str, ...]) -> None:
    from queue_core.jobs.renewing import take_back

    folder = bridge.folder
    left = await bridge.order(lambda queue: take_back(job_ids, queue, folder))
    if not left:
        notify(window, tr("The jobs were taken back. What was finished already stays."))
        return
    said = tr_plural(
        "{count} job is still there: it does not stop, or its result is in use.",
        "{count} jobs are still there: they do not stop, or their results are in use.",
        len(left),
    )
    hint = tr("Remove what is left once it has ended.")
    notify(window, said, ToastAction(tr("Show"), partial(_show, window, left)), hint=hint)
