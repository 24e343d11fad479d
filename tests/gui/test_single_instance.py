from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from gui.single_instance import Claim, SingleInstance, socket_name
from queue_core.paths import LocalFolder

OTHER_PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from gui.single_instance import SingleInstance
from queue_core.paths import LocalFolder
app = QCoreApplication([])
instance = SingleInstance(LocalFolder(Path(sys.argv[1])))
print(instance.claim([Path(item) for item in sys.argv[2:]]).name, flush=True)
if instance._server is not None:
    app.exec()
"""
ROOT = Path(__file__).parents[2]


def start_other(folder: LocalFolder, *files: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OTHER_PROGRAM, str(folder.root), *files],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=10)


@pytest.fixture
def first(local_folder: LocalFolder, qapp: object) -> Iterator[SingleInstance]:
    instance = SingleInstance(local_folder)
    assert instance.claim() is Claim.FIRST
    yield instance
    instance.close()


def test_a_second_start_hands_its_files_over_and_ends(
    first: SingleInstance, local_folder: LocalFolder, qtbot: QtBot, tmp_path: Path
) -> None:
    files = [str(tmp_path / "a b.csv"), str(tmp_path / "año\n.csv")]
    with qtbot.waitSignal(first.files_received, timeout=20_000) as received:
        second = start_other(local_folder, *files)
    assert received.args == [tuple(Path(item) for item in files)]
    assert first_line(second) == "HANDED_OVER"
    assert second.wait(10) == 0
    second.communicate()


def test_a_killed_first_window_does_not_block_the_next(
    local_folder: LocalFolder, qapp: object
) -> None:
    other = start_other(local_folder)
    assert first_line(other) == "FIRST"
    end(other)
    assert Path(socket_name(local_folder)).exists()
    instance = SingleInstance(local_folder)
    assert instance.claim() is Claim.FIRST
    instance.close()


def test_windows_of_other_folders_are_independent(
    first: SingleInstance, local_folder: LocalFolder, tmp_path: Path
) -> None:
    other_folder = LocalFolder(tmp_path / "another").create()
    other = start_other(other_folder)
    assert first_line(other) == "FIRST"
    end(other)


def test_a_stopped_window_is_said_to_be_unreachable(
    local_folder: LocalFolder, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.single_instance.HAND_OVER_MS", 300)
    holder = SingleInstance(local_folder)
    assert holder.claim() is Claim.FIRST
    assert holder._server is not None
    holder._server.close()
    assert SingleInstance(local_folder).claim() is Claim.UNREACHABLE
    holder.close()


@pytest.mark.expects_log("was not understood")
def test_nonsense_on_the_socket_is_ignored(
    first: SingleInstance, local_folder: LocalFolder, qtbot: QtBot
) -> None:
    socket = QLocalSocket()
    socket.connectToServer(socket_name(local_folder))
    with qtbot.waitSignal(socket.disconnected, timeout=5000):
        socket.write(b'{"files": 3}\n')
    with qtbot.waitSignal(first.files_received, timeout=20_000):
        second = start_other(local_folder)
    second.communicate(timeout=10)


def test_long_folders_fit_the_limit_of_sockets(tmp_path: Path) -> None:
    name = socket_name(LocalFolder(tmp_path / ("x" * 120)))
    assert len(name) < 60
    assert name != socket_name(LocalFolder(tmp_path / ("y" * 120)))
