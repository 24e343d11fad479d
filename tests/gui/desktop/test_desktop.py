"""What concerns the computer itself: real files, real processes, a battery of straw."""

from __future__ import annotations

import asyncio
import plistlib
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.desktop import autostart, keep_awake
from gui.desktop.battery import OURS, BatteryWatch, is_on_battery
from gui.desktop.feature import UNDO, install
from gui.desktop.keep_awake import KeepAwake
from gui.desktop.when_done import WhenDone
from gui.main_window import MainWindow
from gui.notifications import ToastAction, ToastArea
from gui.window_state import WindowState
from queue_core.queue.huey_queue import HueyJobQueue


def test_a_program_keeps_the_computer_awake_and_goes_with_us(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    awake = KeepAwake(window, (sys.executable, "-c", "import sys; sys.stdin.read()"))
    awake.release()
    awake.hold()
    process = awake._process
    qtbot.waitUntil(lambda: process.processId() > 0)
    number = process.processId()
    awake.hold()
    assert process.processId() == number
    awake.end()
    assert not awake.is_holding
    assert not psutil.pid_exists(number)


def test_without_a_program_nothing_happens(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    window = QWidget()
    qtbot.addWidget(window)
    assert keep_awake.command() == () or sys.platform != "linux"
    awake = KeepAwake(window, ())
    awake.hold()
    awake.end()


def test_the_program_starts_at_login_until_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(autostart, "program", lambda: ['/opt/My "best" $apps/100%', "-m"])
    autostart.start_at_login(wanted=True)
    found = tmp_path / "autostart" / "dashai-monitor.desktop"
    line = next(li for li in found.read_text().splitlines() if li.startswith("Exec="))
    # As a desktop reads it: the file's escapes first, then the quotes, then the percent signs.
    words = shlex.split(line.removeprefix("Exec=").replace("\\\\", "\\"))
    # The shell's quotes leave \\$ alone, the desktop's do not.
    assert [word.replace("%%", "%").replace("\\$", "$") for word in words] == [
        '/opt/My "best" $apps/100%',
        "-m",
    ]
    autostart.start_at_login(wanted=False)
    assert not found.exists()
    autostart.start_at_login(wanted=False)
    assert plistlib.loads(autostart.agent())["RunAtLoad"] is True


def test_what_is_wanted_is_done_when_all_have_ended_unless_one_objects(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts, done = ToastArea(window), []
    wanted = ["quit"]
    when = WhenDone(toasts, lambda: wanted[0], {"quit": lambda: done.append(1)}, grace_ms=0)
    when.note(0)
    assert not toasts.toasts
    when.note(2)
    when.note(0)
    assert "quits" in toasts.toasts[0].message.text
    qtbot.waitUntil(lambda: done == [1])
    when.note(1)
    when.note(0)
    when.note(1)  # another job came
    qtbot.wait(20)
    assert done == [1]
    wanted[0] = "nothing"
    when.note(0)
    assert not when._timer.isActive()
    for toast in toasts.toasts:
        toast.close_now()


@pytest.mark.parametrize("error", [FileNotFoundError, AttributeError])
def test_a_system_that_tells_of_no_battery_has_none(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """E.g. a container without /sys."""

    def tells() -> None:
        raise error

    monkeypatch.setattr(psutil, "sensors_battery", tells)
    assert not is_on_battery()


def test_the_queue_pauses_on_battery_and_never_goes_on_against_the_user(
    bridge: Bridge, queue: HueyJobQueue, run: Any, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    plugged = [True]
    monkeypatch.setattr(
        psutil, "sensors_battery", lambda: SimpleNamespace(power_plugged=plugged[0])
    )
    parent = QWidget()
    qtbot.addWidget(parent)
    state = WindowState(bridge.folder)
    watch = BatteryWatch(bridge, state, parent)
    watch.pauses = True

    async def body() -> None:
        await watch._look()
        assert not queue.is_paused
        plugged[0] = False
        await watch._look()
        assert queue.is_paused
        assert state.remembered(OURS)
        plugged[0] = True
        await watch._look()
        assert not queue.is_paused
        queue.pause_queue()  # by hand
        plugged[0] = False
        await watch._look()
        plugged[0] = True
        await watch._look()
        assert queue.is_paused
        await asyncio.sleep(0)

    run(body())


def test_ctrl_z_takes_back_what_was_done_last(window: MainWindow, bridge: Bridge) -> None:
    install(window, bridge)
    done: list[str] = []
    window.toasts.say("One.", ToastAction("Undo", lambda: done.append("one")))
    window.toasts.say("Two.", ToastAction("Undo", lambda: done.append("two")))
    window.toasts.say("Three.", ToastAction("Show", lambda: done.append("three")))
    for _ in range(3):
        window.action_set.trigger(UNDO.id)
    assert done == ["two", "one"]
    assert window.toasts.toasts[-1].message.text == "There is nothing to undo."
