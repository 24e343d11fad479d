"""A desktop of the walk's own: an X server, a session bus, a window manager, and the program."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
SCREEN = "1400x900x24"
PATIENCE_S = 90.0
LOOK_S = 0.05


class NotInTimeError(AssertionError):
    """Something that was waited for did not come."""


def wait_for(look: Callable[[], object], what: str, timeout_s: float = PATIENCE_S) -> object:
    """Look until something is there, and return it."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise NotInTimeError(f"It did not come in {timeout_s:.0f} s: {what}")
        time.sleep(LOOK_S)
    return found


class Desk:
    """Starts what a desktop needs; ends it all, and nothing else.

    Attributes:
        home: The folder that stands for the user's.
        environment: What programs on this desktop are started with.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._started: list[subprocess.Popen[str]] = []
        runtime = home / "run"
        runtime.mkdir(parents=True, mode=0o700)
        self.environment = dict(
            os.environ, HOME=str(home), XDG_RUNTIME_DIR=str(runtime), QT_QPA_PLATFORM="xcb",
            QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", PYTHONPATH=str(ROOT),
            DASHAI_LOCAL_PATH=str(home / "DashAI"), LC_ALL="C.UTF-8",
        )  # fmt: skip
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "WAYLAND_DISPLAY", "AT_SPI_BUS_ADDRESS"):
            self.environment.pop(name, None)

    def __enter__(self) -> Desk:
        server = self.start("Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp")
        self.environment["DISPLAY"] = f":{_line(server)}"
        bus = self.start("dbus-daemon", "--session", "--nofork", "--print-address=1")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = _line(bus)
        # What reads and steers is on the same desktop.
        os.environ.update(self.environment)
        self.start("openbox", "--sm-disable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for process in reversed(self._started):
            _end(process)

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a program that ends with the desktop."""
        log = (self.home / f"{Path(command[0]).name}.log").open("a", encoding="utf-8")
        with log:
            process = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                stderr=log,
            )  # fmt: skip
        self._started.append(process)
        return process

    def open_program(self, *files: Path) -> subprocess.Popen[str]:
        """Open the window, as a user does."""
        return self.start(str(PYTHON), "-m", "gui", *map(str, files))

    def picture(self, target: Path) -> None:
        """Keep what the screen shows."""
        subprocess.run(
            ["import", "-window", "root", str(target)], env=self.environment, check=True,
            timeout=30,
        )  # fmt: skip


def missing_tools() -> list[str]:
    """Return what has to be installed before a walk, as names of Debian's packages."""
    tools = {
        "Xvfb": "xvfb", "xdotool": "xdotool", "dbus-daemon": "dbus", "openbox": "openbox",
        "import": "imagemagick",
    }  # fmt: skip
    missing = [package for tool, package in tools.items() if shutil.which(tool) is None]
    if not Path("/usr/libexec/at-spi-bus-launcher").exists():
        missing.append("at-spi2-core")
    try:
        import gi

        gi.require_version("Atspi", "2.0")
    except ImportError:
        missing.append("python3-gi")
    except ValueError:
        missing.append("gir1.2-atspi-2.0")
    return missing


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
