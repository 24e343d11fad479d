"""What the jobs page does in the background: an index, so that jobs are found at once."""

from __future__ import annotations

from gui.bridge import Bridge
from gui.jobs.indexing import JobIndexing
from gui.main_window import MainWindow


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add it."""
    JobIndexing(bridge, window.model)
