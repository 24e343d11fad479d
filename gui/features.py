"""What the window is made of besides the jobs: each part adds its commands, pages and viewers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.main_window import MainWindow
from queue_core.queue.base import JobRecord

Install = Callable[[MainWindow, Bridge], None]

# Called in this order after the window is shown; each connects itself to signals and actions.
FEATURES: tuple[Install, ...] = ()


def viewer_for(record: JobRecord) -> QWidget | None:  # noqa: ARG001
    """Return the viewer of a job's result, or None where there is none of its kind."""
    return None
