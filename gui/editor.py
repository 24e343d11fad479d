"""Opens a source file in the user's editor, at the line where something went wrong."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QProcess

from gui.bridge import Bridge
from gui.i18n import tr
from queue_core.errors import MonitorError
from queue_core.settings.known import EDITOR

# Editors that open a file at a line, those that people choose for code first.
KNOWN: Final = (
    ("code", "-g", "{file}:{line}"),
    ("codium", "-g", "{file}:{line}"),
    ("cursor", "-g", "{file}:{line}"),
    ("zed", "{file}:{line}"),
    ("subl", "{file}:{line}"),
    ("pycharm", "--line", "{line}", "{file}"),
    ("charm", "--line", "{line}", "{file}"),
    ("spyder", "{file}"),
    ("kate", "-l", "{line}", "{file}"),
    ("gnome-text-editor", "{file}", "+{line}"),
    ("gedit", "{file}", "+{line}"),
    ("xed", "{file}", "+{line}"),
    ("mousepad", "-l", "{line}", "{file}"),
    ("notepad++", "-n{line}", "{file}"),
)
# What every desktop has. A file of Python itself is never opened by its type: that may run it.
PLAIN: Final = {"darwin": ("open", "-t", "{file}"), "win32": ("notepad", "{file}")}
PLAIN_ELSEWHERE: Final = ("xdg-open", "{file}")


def editor_command(
    chosen: str, file: str, line: int, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """Return the program and its arguments that open *file* at *line*.

    Args:
        chosen: What the user has set, with `{file}` and `{line}`; empty: the first known one.
        file: The source file.
        line: The line, from 1.
        which: Finds a program by its name.

    Raises:
        MonitorError: There is no such program, or the setting cannot be read.
    """
    words = _chosen(chosen) if chosen.strip() else _found(which)
    program = which(words[0])
    if program is None:
        raise MonitorError(
            tr("The editor “{name}” was not found.", name=words[0]),
            hint=tr("Choose another one in the settings, under Window."),
        )
    if not any("{file}" in word for word in words):
        words = [*words, "{file}"]
    filled = [word.replace("{line}", str(line)).replace("{file}", file) for word in words[1:]]
    return [program, *filled]


def _chosen(command: str) -> list[str]:
    try:
        words = shlex.split(command, posix=sys.platform != "win32")
        return [word.strip('"') for word in words]
    except ValueError as error:
        raise MonitorError(
            tr("The editor in the settings cannot be read: {reason}.", reason=str(error)),
            hint=tr("Write it as in a terminal, e.g. code -g {file}:{line}", file="{file}",
                    line="{line}"),
        ) from error  # fmt: skip


def _found(which: Callable[[str], str | None]) -> list[str]:
    known = (words for words in KNOWN if which(words[0]) is not None)
    return list(next(known, PLAIN.get(sys.platform, PLAIN_ELSEWHERE)))


async def open_in_editor(bridge: Bridge, file: str, line: int) -> None:
    """Open a file where the user edits code.

    Raises:
        MonitorError: It is not there any more, or no editor can be started.
    """

    def look() -> list[str]:
        if not Path(file).is_absolute() or not Path(file).is_file():
            raise MonitorError(
                tr("{file} is not there.", file=file),
                hint=tr("It was moved, or the job ran elsewhere."),
            )
        return editor_command(bridge.settings[EDITOR], file, line)

    program, *arguments = await bridge.call(look)
    started, _pid = QProcess.startDetached(program, arguments)
    if not started:
        raise MonitorError(tr("The editor “{name}” could not be started.", name=program))
