from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytestqt.qtbot import QtBot

from gui.helper import Helper, HelperError
from queue_core.errors import MonitorError

MODULE = """
import os, sys, time
from queue_core.errors import DataError

def add(a, b):
    print("noise on standard output")
    os.write(1, b"more noise")
    return a + b

def fail(kind):
    if kind == "known":
        raise DataError("Line 3 is wrong.", hint="Mend it.")
    if kind == "exit":
        sys.stderr.write("last words")
        os._exit(7)
    raise ValueError("surprise")

def hang(path):
    open(path, "w").close()
    while True:
        pass

def twice():
    os.fork()
    return 1

def not_a_number():
    return float("nan")

def modules():
    return [m for m in sys.modules if m.startswith("PySide6")]
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that the helper can import, with functions that behave badly."""
    (tmp_path / "bad_tasks.py").write_text(MODULE)
    monkeypatch.setattr("gui.helper.ROOT", f"{Path.cwd()}{os.pathsep}{tmp_path}")
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("bad_tasks", None)
    import bad_tasks  # type: ignore[import-not-found]

    return bad_tasks


@pytest.fixture
def helper(qapp: object) -> Iterator[Helper]:
    helper = Helper()
    yield helper
    helper.close()


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run(qapp: Any) -> Iterator[Run]:
    """Run a coroutine in Qt's event loop."""
    import qasync

    loop = qasync.QEventLoop(qapp)
    yield lambda coroutine: loop.run_until_complete(asyncio.wait_for(coroutine, 30))
    loop.close()


def test_it_answers_and_keeps_noise_out(helper: Helper, tasks: Any, run: Run) -> None:
    assert run(helper.call(tasks.add, a=1, b=2)) == 3
    assert run(helper.call(tasks.add, a="ä", b="\n")) == "ä\n"


def test_it_loads_no_qt(helper: Helper, tasks: Any, run: Run) -> None:
    assert run(helper.call(tasks.modules)) == []


def test_what_is_told_to_a_whole_group_is_the_windows_matter(
    helper: Helper, tasks: Any, run: Run
) -> None:
    """Ctrl+C in its terminal, or the end of the session: the window ends it, without a warning."""
    assert run(helper.call(tasks.add, a=1, b=2)) == 3
    assert helper._process is not None
    process = psutil.Process(helper._process.processId())
    for number in (signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
    assert run(helper.call(tasks.add, a=2, b=2)) == 4
    helper.close()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_errors_come_back_as_errors(helper: Helper, tasks: Any, run: Run) -> None:
    with pytest.raises(MonitorError, match="Line 3 is wrong") as caught:
        run(helper.call(tasks.fail, kind="known"))
    assert caught.value.hint == "Mend it."
    with pytest.raises(HelperError, match="surprise") as unknown:
        run(helper.call(tasks.fail, kind="other"))
    assert "Traceback" in unknown.value.details
    assert run(helper.call(tasks.add, a=1, b=1)) == 2


@pytest.mark.expects_log("ended with code 7.*last words")
def test_a_helper_that_dies_fails_one_request_only(helper: Helper, tasks: Any, run: Run) -> None:
    async def both() -> tuple[Any, Any]:
        first = asyncio.ensure_future(helper.call(tasks.fail, kind="exit"))
        second = asyncio.ensure_future(helper.call(tasks.add, a=1, b=1))
        return tuple(await asyncio.gather(first, second, return_exceptions=True))

    died, answered = run(both())
    assert isinstance(died, HelperError)
    assert answered == 2


def test_giving_up_ends_the_work_at_once(
    helper: Helper, tasks: Any, run: Run, tmp_path: Path, qtbot: QtBot
) -> None:
    started = tmp_path / "started"

    async def give_up() -> float:
        task = asyncio.ensure_future(helper.call(tasks.hang, path=str(started)))
        while not started.exists():
            await asyncio.sleep(0.01)
        begin = time.perf_counter()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return time.perf_counter() - begin

    assert run(give_up()) < 5  # it hangs for good; the machine may be busy
    assert not psutil.Process().children()
    assert run(helper.call(tasks.add, a=2, b=2)) == 4


def test_closing_cancels_what_waits(helper: Helper, tasks: Any, run: Run, tmp_path: Path) -> None:
    async def close_meanwhile() -> list[Any]:
        asked = [
            asyncio.ensure_future(helper.call(tasks.hang, path=str(tmp_path / str(number))))
            for number in range(3)
        ]
        await asyncio.sleep(0)
        helper.close()
        return list(await asyncio.gather(*asked, return_exceptions=True))

    assert all(isinstance(item, asyncio.CancelledError) for item in run(close_meanwhile()))
    assert not helper.is_running


@pytest.mark.expects_log("ended unexpectedly")
def test_an_answer_to_nothing_ends_the_process(
    helper: Helper, tasks: Any, run: Run, qtbot: QtBot
) -> None:
    assert run(helper.call(tasks.twice)) == 1  # its copy answers too
    qtbot.waitUntil(lambda: not helper.is_running)
    assert run(helper.call(tasks.add, a=1, b=1)) == 2


def test_a_result_that_is_no_json_fails_its_request_only(
    helper: Helper, tasks: Any, run: Run
) -> None:
    with pytest.raises(HelperError, match="not JSON compliant"):
        run(helper.call(tasks.not_a_number))
    assert run(helper.call(tasks.add, a=1, b=1)) == 2


@pytest.mark.qt_log_ignore("Cannot create pipe")
@pytest.mark.expects_log("could not be started")
def test_where_no_process_can_start_each_request_fails(
    helper: Helper, tasks: Any, run: Run
) -> None:
    async def three() -> list[Any]:
        calls = [helper.call(tasks.add, a=1, b=number) for number in range(3)]
        return list(await asyncio.gather(*calls, return_exceptions=True))

    with no_descriptors():
        failed = run(three())
    assert [type(error) for error in failed] == [HelperError] * 3
    assert run(three()) == [1, 2, 3]


@contextmanager
def no_descriptors() -> Iterator[None]:
    """Let no file or pipe be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
