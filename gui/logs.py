"""The window's own log: a file, written by a thread so that the window never waits for the disk."""

from __future__ import annotations

import logging
import logging.handlers
import queue
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from queue_core.paths import LocalFolder

FILE_BYTES = 2 * 2**20
FILES_KEPT = 3
FORMAT = "%(asctime)s %(levelname)-8s %(threadName)s %(name)s: %(message)s"

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def start_logging(folder: LocalFolder) -> Callable[[], None]:
    """Write the program's log into the local folder; return what ends that."""
    file = logging.handlers.RotatingFileHandler(
        folder.logs / "window.log", maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8"
    )
    file.setFormatter(logging.Formatter(FORMAT))
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = logging.handlers.QueueHandler(lines)
    listener = logging.handlers.QueueListener(lines, file)
    root = logging.getLogger()
    for other in root.handlers:
        # The file holds more than the terminal shows; the terminal stays as quiet as it was.
        other.setLevel(max(other.level, root.level))
    root.setLevel(min(root.level, logging.INFO))
    root.addHandler(handler)
    # Huey tells of each start of its own, which our own log tells better.
    logging.getLogger("huey").setLevel(logging.WARNING)
    listener.start()
    previous = qInstallMessageHandler(_log_qt_message)

    def stop() -> None:
        qInstallMessageHandler(previous)
        root.removeHandler(handler)
        listener.stop()
        file.close()

    return stop


def _log_qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    logging.getLogger("qt").log(_LEVELS.get(kind, logging.INFO), "%s", text)
