"""What only Windows does, up to its last call: that one is answered by a stand-in here."""

from __future__ import annotations

import ctypes
import importlib
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from queue_core.system import posix, programs

HERE = ("queue_core.system.windows_jobs", "queue_core.system.windows")


class Kernel:
    """Keeps what was asked of it; each call is an attribute, as ctypes has them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.refused: set[str] = set()
        self.members: list[int] = []
        for name in (
            "CreateJobObjectW", "OpenProcess", "AssignProcessToJobObject", "CloseHandle",
            "SetInformationJobObject", "QueryInformationJobObject",
        ):  # fmt: skip
            setattr(self, name, self._call(name))

    def _call(self, name: str) -> Any:
        def call(*arguments: Any) -> int:
            self.calls.append((name, arguments))
            if name == "QueryInformationJobObject":
                listed = arguments[2]._obj
                listed.listed = len(self.members)
                listed.pids[: len(self.members)] = self.members
            return 0 if name in self.refused else 100 + len(self.calls)

        return call

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    made = Kernel()
    monkeypatch.setattr(ctypes, "WinDLL", lambda *_, **__: made, raising=False)
    monkeypatch.setattr(ctypes, "get_last_error", lambda: 5, raising=False)
    monkeypatch.setattr(ctypes, "WinError", lambda code: OSError(code, "refused"), raising=False)
    return made


@pytest.fixture
def windows(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module, imported as if this were Windows."""
    fake = SimpleNamespace(get_osfhandle=lambda d: d + 1000, open_osfhandle=lambda h, _: h - 1000)
    connection = importlib.import_module("multiprocessing.connection")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "platform", "win32")
        patch.setitem(sys.modules, "msvcrt", fake)
        patch.setattr(connection, "PipeConnection", connection.Connection, raising=False)
        for name in HERE:
            importlib.import_module(name)
    module = sys.modules[HERE[1]]
    yield module
    for name in HERE:
        package, _, last = name.rpartition(".")
        del sys.modules[name]
        delattr(sys.modules[package], last)


@pytest.fixture
def jobs(windows: ModuleType) -> Any:
    return windows.windows_jobs


def test_what_is_told_to_the_system_has_its_size(jobs: Any) -> None:
    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(jobs.BasicLimits) == 64
        assert ctypes.sizeof(jobs.ExtendedLimits) == 144
        assert jobs.ExtendedLimits.transfers.offset == 64
        assert jobs.BasicLimits.flags.offset == 16
        assert jobs.MemberList.pids.offset == 8


def test_a_process_is_enclosed_with_the_limit_that_ends_it(jobs: Any, kernel: Kernel) -> None:
    jobs.enclose(42)
    assert kernel.names() == [
        "CreateJobObjectW", "OpenProcess", "SetInformationJobObject", "AssignProcessToJobObject",
        "CloseHandle",
    ]  # fmt: skip
    job, kind, limits, size = kernel.calls[2][1]
    assert (kind, limits._obj.basic.flags, size) == (9, 0x2000, ctypes.sizeof(jobs.ExtendedLimits))
    assert kernel.calls[3][1] == (job, kernel.calls[4][1][0])
    kernel.members = [42, 43]
    assert jobs.members() == {42: 42, 43: 42}
    jobs.release(42)
    assert kernel.calls[-1] == ("CloseHandle", (job,))
    assert jobs.members() == {}
    jobs.release(42)


@pytest.mark.parametrize("refused", ["OpenProcess", "AssignProcessToJobObject"])
def test_what_cannot_be_enclosed_leaves_no_handle(jobs: Any, kernel: Kernel, refused: str) -> None:
    kernel.refused = {refused}
    with pytest.raises(OSError, match="refused"):
        jobs.enclose(42)
    closed = kernel.names().count("CloseHandle")
    assert closed == (1 if refused == "OpenProcess" else 2)
    assert jobs.members() == {}


class Started:
    """What `subprocess.Popen` makes."""

    pid = 42

    def __init__(self, command: list[str], **options: Any) -> None:
        self.command, self.options, self.ended = command, options, []
        STARTED.append(self)

    def kill(self) -> None:
        self.ended.append("kill")

    def wait(self) -> None:
        self.ended.append("wait")


STARTED: list[Any] = []


@pytest.fixture
def popen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    STARTED.clear()
    monkeypatch.setattr(subprocess, "Popen", Started)
    monkeypatch.setattr(subprocess, "STARTUPINFO", SimpleNamespace, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x8000000, raising=False)
    monkeypatch.setattr("os.set_handle_inheritable", lambda *_: None, raising=False)
    return STARTED


def test_a_program_gets_its_handles_and_no_others(windows: Any, popen: list[Any]) -> None:
    windows.start_program(["python"], environment={}, inherited=(7, 9))
    (started,) = popen
    assert started.options["startupinfo"].lpAttributeList == {"handle_list": [7, 9]}
    assert started.options["creationflags"] == 0x8000200
    assert "pass_fds" not in started.options
    windows.windows_jobs.release(42)


def test_a_program_that_cannot_be_enclosed_is_ended(
    windows: Any, popen: list[Any], kernel: Kernel
) -> None:
    kernel.refused = {"CreateJobObjectW"}
    with pytest.raises(OSError, match="refused"):
        windows.start_program(["python"], environment={})
    assert popen[0].ended == ["kill", "wait"]


def test_both_systems_know_the_same_calls(windows: Any) -> None:
    calls = set(programs.__all__) - {"lower_priority"} | {"priority"}
    assert calls <= set(vars(posix))
    assert calls <= set(vars(windows))
