"""Opening the comparison, from wherever the user is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.notifications import main_window_of
from gui.window_queue import QueueQuestions
from queue_core.database.status import EntityKind
from queue_core.errors import JobNotFoundError


def open_comparison(
    widget: QWidget, bridge: Bridge, *, session_id: int | None = None, run_ids: Sequence[int] = ()
) -> QWidget:
    """Show models side by side in a window of their own; return it.

    Args:
        widget: Where the user is.
        bridge: The way to other threads.
        session_id: Whose models; None: those of *run_ids*.
        run_ids: Which runs.
    """
    from gui.results.compare.window import ComparisonWindow

    window = ComparisonWindow(
        bridge, session_id=session_id, run_ids=run_ids, parent=main_window_of(widget)
    )
    window.show()
    return window


def runs_of_jobs(job_ids: Iterable[str], queue: QueueQuestions) -> tuple[int, ...]:
    """Return the ids of the runs that jobs have made; a question for the queue's reader."""
    found = []
    for job_id in job_ids:
        with suppress(JobNotFoundError):  # removed meanwhile
            result = queue.get(job_id).result
            is_run = isinstance(result, Mapping) and result.get("entity") == EntityKind.RUN.value
            if is_run and isinstance(result["id"], int):
                found.append(result["id"])
    return tuple(found)
