"""One viewer for each kind of result; `viewer_for` picks it for a job's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.bridge import Bridge
    from queue_core.queue.job_record import JobRecord


def viewer_for(record: JobRecord, bridge: Bridge) -> QWidget | None:
    """Return a new widget that shows what a job made; None where there is nothing to see.

    The widget reads what it shows in the background, and says so until it is there.
    """
    from gui.results.viewer import make_viewer

    return make_viewer(record, bridge)
