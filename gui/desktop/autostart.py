"""Starts the program when the user logs in, by what each system reads for that."""

from __future__ import annotations

import os
import plistlib
import sys
from pathlib import Path

# A text to the type checker, so that it looks at every way.
_SYSTEM: str = sys.platform
NAME = "dashai-monitor"
AGENT = "io.github.dashai_monitor"
_RUN_KEY = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"


def program() -> list[str]:
    """Return the command that opens the window, as this program was installed."""
    if getattr(sys, "frozen", False):
        return [os.environ.get("APPIMAGE") or sys.executable]
    return [sys.executable, "-m", "gui"]


def entry() -> Path:
    """Return the file that says it, on Linux and macOS."""
    if _SYSTEM == "darwin":
        return Path.home() / "Library" / "LaunchAgents" / f"{AGENT}.plist"
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "autostart" / f"{NAME}.desktop"


def start_at_login(*, wanted: bool) -> None:
    """Start the program at each login, or no longer.

    Raises:
        OSError: The file cannot be written.
    """
    if _SYSTEM == "win32":
        _change_registry(wanted=wanted)
        return
    place = entry()
    if not wanted:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_suffix(".new")
    aside.write_bytes(agent() if _SYSTEM == "darwin" else desktop_entry())
    aside.replace(place)


def desktop_entry() -> bytes:
    """Return the entry that Linux desktops read."""
    words = " ".join(_quoted(word) for word in program())
    return (
        "[Desktop Entry]\nType=Application\nName=DashAI Monitor\n"
        f"Exec={words}\nIcon={NAME}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    ).encode()


def agent() -> bytes:
    """Return the agent that macOS reads."""
    return plistlib.dumps({"Label": AGENT, "ProgramArguments": program(), "RunAtLoad": True})


def _quoted(word: str) -> str:
    """Return a word of a command as the desktop entry specification wants it."""
    for sign in ("\\", '"', "`", "$"):
        word = word.replace(sign, f"\\{sign}")
    return '"' + word.replace("\\", "\\\\").replace("%", "%%") + '"'


def _change_registry(*, wanted: bool) -> None:
    from PySide6.QtCore import QSettings

    key = QSettings(_RUN_KEY, QSettings.Format.NativeFormat)
    if wanted:
        key.setValue(NAME, " ".join(f'"{word}"' for word in program()))
    else:
        key.remove(NAME)
    key.sync()
