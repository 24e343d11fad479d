"""What ends after its dialog or window has gone touches nothing of it, and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from sample_jobs import Echo
from shiboken6 import delete, isValid

from gui.bridge import Bridge
from gui.submit.end_watch import EndWatch
from gui.submit.loading import FileLoading
from gui.submit.preview_dialog import PreviewDialog
from gui.submit.preview_state import FileEntry, FileState
from gui.submit.together import GroupWatch
from queue_core.queue.huey_queue import HueyJobQueue

LOOKING = "Looking into files"
Close = Callable[[PreviewDialog], None]


@pytest.fixture(autouse=True)
def _nothing_fails_unseen(loop: Any, bridge: Bridge) -> Iterator[None]:
    """Fail of what a callback of the loop raises; what a task raises fails the bridge."""
    failed: list[Any] = []
    loop.set_exception_handler(lambda _loop, context: failed.append(context))
    yield
    assert failed == []


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("first.csv", "second.csv")]
    for path in found:
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    return found


def _reject(dialog: PreviewDialog) -> None:
    dialog.reject()


def _delete(dialog: PreviewDialog) -> None:
    delete(dialog)  # as its window does, which asks no dialog


async def _ended(until: Any) -> None:
    """Let all readings end, and what is called when they have."""
    await until(lambda: LOOKING not in {task.get_name() for task in asyncio.all_tasks()})
    await asyncio.sleep(0)


def _at(dialog: PreviewDialog, state: FileState, then: Callable[[], object]) -> None:
    """Call *then* once, when a file gets into a state: the task has not gone on yet."""

    def on_updated(entry: FileEntry) -> None:
        if entry.state is state:
            dialog.reader.updated.disconnect(on_updated)
            then()

    dialog.reader.updated.connect(on_updated)


@pytest.mark.parametrize("close", [_reject, _delete])
def test_a_dialog_goes_while_its_files_are_looked_into(
    bridge: Bridge, run: Any, until: Any, paths: list[Path], close: Close
) -> None:
    loop = asyncio.get_event_loop()

    def opened(count: int) -> PreviewDialog:
        dialog = PreviewDialog(paths[:count], bridge)
        dialog.show()
        return dialog

    async def gone(dialog: PreviewDialog) -> None:
        await until(lambda: not isValid(dialog))
        await _ended(until)

    async def body() -> None:
        dialog = opened(2)
        close(dialog)  # before anything of it has begun
        await gone(dialog)
        for state in (FileState.READING, FileState.READY):
            for count in (1, 2):  # at the end of one file all are done, or the next one begins
                dialog = opened(count)
                _at(dialog, state, lambda shown=dialog: loop.call_soon(close, shown))
                await gone(dialog)

    run(body())


def test_a_closed_dialog_looks_no_further(
    bridge: Bridge, run: Any, until: Any, paths: list[Path], qtbot: Any
) -> None:
    async def body() -> None:
        for state in (FileState.READING, FileState.READY):
            dialog = PreviewDialog(paths, bridge)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
            qtbot.addWidget(dialog)
            dialog.show()
            _at(dialog, state, dialog.reject)
            await until(lambda shown=dialog: not shown.isVisible())
            await _ended(until)
            dialog.apply_to_all.click()
            assert not dialog.reader.is_busy
            assert dialog.entries[1].answer is None

    run(body())


def test_a_window_goes_while_its_jobs_and_files_are_read(
    bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any, paths: list[Path]
) -> None:
    job_id = queue.put(Echo())
    queue.cancel(job_id)
    told: list[object] = []

    async def body() -> None:
        before = asyncio.all_tasks()
        window = QWidget()
        EndWatch(window, bridge, job_id, told.append)
        GroupWatch(window, bridge, [job_id])
        FileLoading(window, bridge).load(paths)
        await asyncio.sleep(0)  # they have asked
        delete(window)
        await until(lambda: asyncio.all_tasks() <= before)
        assert told == []

    run(body())
