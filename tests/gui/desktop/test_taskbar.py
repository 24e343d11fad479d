"""What the taskbar shows: a real queue, a real message bus, and a stand-in for that of Windows."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from sample_jobs import Echo, Raises

from gui.bridge import Bridge
from gui.desktop import launcher_entry
from gui.desktop.launcher_entry import APPLICATION, INTERFACE, LauncherEntry
from gui.desktop.taskbar import TaskbarWatch
from gui.desktop.taskbar_state import Round, TaskbarState, Unseen
from gui.desktop.windows_taskbar import WindowsTaskbar, _ComTaskbarList, taskbar_list
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts


def counts(*, waiting: int = 0, running: int = 0, finished: int = 0, failed: int = 0) -> JobCounts:
    by_status = {
        JobStatus.NOT_STARTED: waiting, JobStatus.STARTED: running,
        JobStatus.FINISHED: finished, JobStatus.ERROR: failed,
    }  # fmt: skip
    return JobCounts(by_status, {})


def test_a_round_goes_from_rest_to_rest() -> None:
    whole = Round()
    assert whole.progress(counts(finished=90), 0.0) is None
    assert whole.progress(counts(waiting=3, running=1, finished=90), 0.0) == 0.0
    assert whole.progress(counts(waiting=1, running=1, finished=92), 0.5) == pytest.approx(0.625)
    # Old jobs are removed meanwhile: it does not go back below nothing.
    assert whole.progress(counts(running=2, finished=10), 1.0) == pytest.approx(0.5)
    assert whole.progress(counts(finished=12), 0.0) is None
    assert whole.progress(counts(running=1, finished=12), 0.2) == pytest.approx(0.2)


def test_failures_count_from_the_last_look_on() -> None:
    unseen = Unseen()
    unseen.note(counts(failed=7), is_looking=False)
    assert (unseen.failures, unseen.is_urgent) == (0, False)  # of earlier days
    unseen.note(counts(failed=8, running=1), is_looking=True)
    assert unseen.failures == 0
    unseen.note(counts(failed=10, running=1), is_looking=False)
    assert (unseen.failures, unseen.is_urgent) == (2, True)
    unseen.note(counts(failed=10, running=1), is_looking=True)
    assert (unseen.failures, unseen.is_urgent) == (0, False)
    unseen.note(counts(failed=9), is_looking=False)  # one was removed
    assert (unseen.failures, unseen.is_urgent) == (0, False)


class Kept:
    """A taskbar that keeps what it is to show."""

    def __init__(self) -> None:
        self.shown: list[TaskbarState] = []

    def show(self, state: TaskbarState) -> None:
        self.shown.append(state)


def test_the_queue_is_followed(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    kept, looks = Kept(), [False]
    watch = TaskbarWatch(window, bridge, (kept,), lambda: looks[0])

    async def body() -> None:
        await until(lambda: window.model.is_loaded)
        for job in (Echo(), Raises(), Echo()):
            queue.put(job)
        await until(lambda: watch.state.progress == 0.0)
        queue.start()
        await until(lambda: watch.state == TaskbarState(None, 1, is_urgent=True))
        assert all(0.0 <= state.progress <= 1.0 for state in kept.shown if state.progress)
        looks[0] = True
        watch._tell()
        assert watch.state == TaskbarState()
        await bridge.call(queue.stop)

    run(body())


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A message bus of our own, and what somebody who listens to it writes down."""
    daemon_program, monitor_program = shutil.which("dbus-daemon"), shutil.which("dbus-monitor")
    if sys.platform != "linux" or daemon_program is None or monitor_program is None:
        pytest.skip("needs dbus-daemon and dbus-monitor, to have a message bus to listen to")
    daemon = subprocess.Popen(
        [daemon_program, "--session", "--nofork", "--nopidfile", "--print-address"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    heard = tmp_path / "heard"
    with heard.open("w") as file:
        wanted = f"type='signal',interface='{INTERFACE}'"
        monitor = subprocess.Popen([monitor_program, "--address", address, wanted], stdout=file)
        yield heard
    for program in (monitor, daemon):
        program.terminate()
        program.wait(10)
    daemon.stdout.close()


def test_docks_hear_of_it(bus: Path, bridge: Bridge, run: Any, until: Any) -> None:
    from PySide6.QtDBus import QDBusConnection

    entry = LauncherEntry(bridge)

    def heard() -> str:
        return " ".join(bus.read_text().split())

    async def body() -> None:
        await until(heard)  # it tells that it listens
        entry.show(TaskbarState(0.25))
        await until(lambda: APPLICATION in heard())
        assert 'string "progress" variant double 0.25' in heard()
        assert 'string "progress-visible" variant boolean true' in heard()
        assert 'string "count-visible" variant boolean false' in heard()
        entry.show(TaskbarState(None, 3, is_urgent=True))
        await until(lambda: 'string "urgent" variant boolean true' in heard())
        assert 'string "progress-visible" variant boolean false' in heard()
        assert 'string "count" variant int32 3' in heard()

    run(body())
    QDBusConnection.disconnectFromBus(launcher_entry._CONNECTION)


@pytest.mark.parametrize("address", ["", "unix:path=/nonexistent/bus", "nonsense"])
def test_without_a_bus_nothing_happens(
    address: str, bridge: Bridge, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nonexistent")
    entry = LauncherEntry(bridge)

    async def body() -> None:
        entry.show(TaskbarState(0.5))
        looking = "Looking for the taskbar"
        await until(lambda: looking not in [task.get_name() for task in bridge._tasks])
        entry.show(TaskbarState(0.6))

    run(body())
    assert entry._bus is None


def test_windows_is_asked_by_the_table_of_its_interface(qtbot: QtBot) -> None:
    calls: list[tuple[Any, ...]] = []
    start = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(lambda *_: 0)
    value = ctypes.CFUNCTYPE(
        ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulonglong, ctypes.c_ulonglong
    )(lambda _this, *told: calls.append(("value", *told)) or 0)
    colour = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
        lambda _this, *told: calls.append(("state", *told)) or (0 if told[1] != 4 else -1)
    )
    table = (ctypes.c_void_p * 11)()
    for place, method in ((3, start), (9, value), (10, colour)):
        table[place] = ctypes.cast(method, ctypes.c_void_p).value
    interface = ctypes.pointer(ctypes.c_void_p(ctypes.addressof(table)))
    address = ctypes.cast(interface, ctypes.c_void_p).value
    assert address is not None
    taskbar = WindowsTaskbar(lambda: 77, lambda: _ComTaskbarList(address, ctypes.CFUNCTYPE))
    taskbar.show(TaskbarState(0.25))
    taskbar.show(TaskbarState())
    assert calls == [("state", 77, 2), ("value", 77, 25, 100), ("state", 77, 0)]
    taskbar.show(TaskbarState(0.5, 1))  # it refuses red, and is not asked again
    taskbar.show(TaskbarState(0.5))
    assert calls[3:] == [("state", 77, 4)]


def test_elsewhere_there_is_no_taskbar_of_windows() -> None:
    if sys.platform != "win32":
        assert taskbar_list() is None
        WindowsTaskbar(lambda: 1).show(TaskbarState(0.5))
