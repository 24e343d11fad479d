"""Files dropped by another program onto the real window, on a real X server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord

ROOT = Path(__file__).parents[3]
TOOLS = ("Xvfb", "xdotool")
SOURCE_AT = (1400, 20)
TARGET_AT = (600, 420)
STEPS = 10
SOURCE = """
import sys
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel

class Source(QLabel):
    def mousePressEvent(self, event):
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)
        print("DROPPED", flush=True)

application = QApplication(sys.argv[:1])
source = Source("drag me")
source.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
source.setGeometry(1360, 0, 100, 60)
source.show()
print("READY", flush=True)
application.exec()
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long_lived,
    pytest.mark.skipif(
        not all(shutil.which(tool) for tool in TOOLS), reason="needs Xvfb and xdotool"
    ),
]


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of the test's own."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1500x900x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield f":{_line(server.stdout)}"
    _end(server, signal.SIGTERM)


@pytest.fixture
def start(
    display: str, local_folder: LocalFolder
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a program on the test's X server."""
    started: list[subprocess.Popen[str]] = []
    environment = dict(
        os.environ, DISPLAY=display, QT_QPA_PLATFORM="xcb", PYTHONPATH=str(ROOT),
        DASHAI_LOCAL_PATH=str(local_folder.root),
    )  # fmt: skip

    def start(*command: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command], env=environment, cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        _end(process, signal.SIGTERM)


def test_files_dropped_by_another_program_become_jobs(
    start: Callable[..., subprocess.Popen[str]], display: str, local_folder: LocalFolder,
    tmp_path: Path,
) -> None:  # fmt: skip
    files = [tmp_path / "año nuevo.csv", tmp_path / "b.csv"]
    for file in files:
        file.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    local_folder.settings.write_text("[datasets]\npreview = false\n")
    start("-m", "gui")
    _until(lambda: local_folder.queue_db.exists() and _window(display))
    source = start("-c", SOURCE, *map(str, files))
    assert _line(source.stdout) == "READY"
    _drag(display)
    assert _line(source.stdout) == "DROPPED"
    queue = HueyJobQueue(local_folder.root)
    try:
        _until(lambda: [r.status.value for r in _records(queue)] == ["finished"] * 2)
        names = {record.job_name for record in _records(queue)}
        assert names == {"Load año nuevo.csv", "Load b.csv"}
    finally:
        queue.close()


def _drag(display: str) -> None:
    _xdotool(display, "mousemove", *SOURCE_AT, "mousedown", 1)
    for step in range(1, STEPS + 1):
        x = SOURCE_AT[0] + (TARGET_AT[0] - SOURCE_AT[0]) * step // STEPS
        y = SOURCE_AT[1] + (TARGET_AT[1] - SOURCE_AT[1]) * step // STEPS
        # As fast as a hand: XDND answers each move before it takes the next one.
        _xdotool(display, "mousemove", x, y, "sleep", 0.08)
    _xdotool(display, "sleep", 0.3, "mouseup", 1)


def _window(display: str) -> bool:
    return bool(_xdotool(display, "search", "--onlyvisible", "--name", "DashAI Monitor"))


def _xdotool(display: str, *words: object) -> str:
    command = ["xdotool", *map(str, words)]
    environment = dict(os.environ, DISPLAY=display)
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=20, check=False
    ).stdout


def _records(queue: HueyJobQueue) -> list[JobRecord]:
    try:
        return queue.list()
    except JobQueueError:
        return []


def _until(condition: Callable[[], object], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def _end(process: subprocess.Popen[str], kind: signal.Signals) -> None:
    process.send_signal(kind)
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
