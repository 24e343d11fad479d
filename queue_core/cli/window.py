"""Opens the window, or says what it needs."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from queue_core.errors import MissingPackageError, MonitorError


def open_window(files: list[Path]) -> int:
    """Run the window until it closes; *files* become dataset jobs.

    The core does not depend on the window, so it is looked up by name.

    Raises:
        MonitorError: PySide6, a library of the system, or a display is missing.
    """
    try:
        app = importlib.import_module("gui.app")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("gui", "PySide6", "shiboken6", "qasync"):
            raise
        raise MissingPackageError(
            error.name or "PySide6", extra="gui", feature="The window"
        ) from error
    except ImportError as error:  # PySide6 is there, a library that it needs is not
        raise MonitorError(
            f"The window cannot start: {error}.",
            hint="Install the library that is named; `make run` installs all of Qt's on Debian "
            "and Ubuntu. The other commands work without it.",
        ) from error
    _need_display()
    return int(app.main(files))


def _need_display() -> None:
    """Say it calmly: Qt itself aborts the process."""
    if sys.platform != "linux" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        return
    raise MonitorError(
        "There is no display for the window.",
        hint="Start it on a desktop, or use the commands: dashai-monitor --help lists them.",
    )
