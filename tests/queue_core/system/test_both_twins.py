"""Linux's own ways and the portable twin see and do the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from queue_core.system import programs
from queue_core.system.choice import PORTABLE_VARIABLE, is_portable, system
from queue_core.system.interface import System
from queue_core.system.portable import PortableSystem

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture(params=["native", "portable"])
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> System:
    if request.param == "portable":
        monkeypatch.setenv(PORTABLE_VARIABLE, "1")
    else:
        monkeypatch.delenv(PORTABLE_VARIABLE, raising=False)
    return system()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A program that has told us that it runs, and waits to be ended."""
    reading, writing = os.pipe()
    process = programs.start_program(
        [sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()"],
        environment=os.environ, stdin=subprocess.PIPE, stdout=writing,
    )  # fmt: skip
    os.close(writing)
    os.read(reading, 10)
    os.close(reading)
    yield process
    process.kill()
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def status(pid: int) -> str:
    return str(psutil.Process(pid).status())


def test_the_variable_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PORTABLE_VARIABLE, "1")
    assert is_portable()
    assert isinstance(system(), PortableSystem)


def test_a_program_leads_a_group_and_has_a_parent(
    twin: System, sleeper: subprocess.Popen[bytes]
) -> None:
    assert twin.processes()[sleeper.pid] == (os.getpid(), sleeper.pid)
    assert twin.is_running(sleeper.pid)
    assert twin.has_children()


def test_it_stops_goes_on_and_ends(
    twin: System, sleeper: subprocess.Popen[bytes], until: Until
) -> None:
    twin.stop([sleeper.pid])
    until(lambda: status(sleeper.pid) == psutil.STATUS_STOPPED)
    twin.ask_to_end([sleeper.pid])
    twin.go_on([sleeper.pid])
    until(lambda: not twin.is_running(sleeper.pid))
    assert sleeper.pid not in twin.processes()
    assert sleeper.pid in twin.processes(with_ended=True)


def test_what_is_gone_harms_nobody(twin: System, sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()
    for order in (twin.ask_to_end, twin.kill, twin.stop, twin.go_on):
        order([sleeper.pid, 1 << 40])
    assert not twin.is_running(sleeper.pid)
    assert not twin.is_running(1 << 40)
    assert twin.memory(sleeper.pid) is None
    assert twin.cpu_time_s(sleeper.pid) is None


def test_memory_and_time_are_what_psutil_says(twin: System) -> None:
    resident, _ = twin.memory(os.getpid()) or (0, 0)
    assert resident == pytest.approx(psutil.Process().memory_info().rss, rel=0.2)
    assert (twin.cpu_time_s(os.getpid()) or 0.0) > 0.0


def test_who_has_a_file_open_is_found(twin: System, tmp_path: Path) -> None:
    path = tmp_path / "open.txt"
    path.write_text("x")
    assert twin.users_of(path) == []
    with path.open():
        assert twin.users_of(path) == [os.getpid()]


def test_a_priority_becomes_lower(sleeper: subprocess.Popen[bytes]) -> None:
    before = psutil.Process(sleeper.pid).nice()
    programs.lower_priority(sleeper.pid, 5)
    assert psutil.Process(sleeper.pid).nice() == min(19, before + 5) or before >= 5
