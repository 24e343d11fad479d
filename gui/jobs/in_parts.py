"""Orders for thousands of jobs, a part after another: others get their turn, one can stop it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from gui.format import format_count
from gui.i18n import tr
from gui.notifications import Toast, ToastAction, ToastArea

PART: Final = 500


async def in_parts(
    job_ids: Sequence[str], toasts: ToastArea, doing: str
) -> AsyncIterator[Sequence[str]]:
    """Return the jobs in parts; where there are several, a message tells how far it is.

    Args:
        job_ids: The jobs.
        toasts: Where the message is shown.
        doing: What is done with all of them, e.g. "Cancelling 3,000 jobs".
    """
    stopped: list[bool] = []
    toast: Toast | None = None
    if len(job_ids) > PART:
        toast = toasts.say(f"{doing}…", ToastAction(tr("Stop"), lambda: stopped.append(True)))
    try:
        for start in range(0, len(job_ids), PART):
            if stopped:
                break
            yield job_ids[start : start + PART]
            if toast in toasts.toasts:
                done = format_count(min(start + PART, len(job_ids)))
                toast.keep(tr("{doing}: {done} are done", doing=doing, done=done))
    finally:
        if toast in toasts.toasts:
            toast.close_now()
