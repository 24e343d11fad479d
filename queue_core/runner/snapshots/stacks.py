"""Stacks as values: threads, their frames, and which of these are the job's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

_OWN_FOLDER = str(Path(__file__).parents[1])
_THREAD = re.compile(
    r"^(?P<current>Current thread|Thread) 0x(?P<id>[0-9a-f]+)(?: \[(?P<name>.*)\])? "
    r"\(most recent call first\):$"
)
_FRAME = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+|\?\?\?) in (?P<function>.*)$')
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


@dataclass(frozen=True)
class StackFrame:
    """One call on a stack.

    Attributes:
        file: The source file, or the library of native code.
        line: The line, from 1; 0 where it is unknown.
        function: Name of the function.
        is_native: Whether it is compiled code.
    """

    file: str
    line: int
    function: str
    is_native: bool = False

    @property
    def is_runner(self) -> bool:
        """Whether it belongs to what runs the job, not to the job."""
        return self.file.startswith(_OWN_FOLDER) or self.file == "<frozen runpy>"

    @property
    def is_start_of_thread(self) -> bool:
        """Whether it is where Python starts a thread."""
        return self.file.endswith("threading.py") and "_bootstrap" in self.function


@dataclass(frozen=True)
class ThreadStack:
    """What one thread is doing.

    Attributes:
        pid: Its process: the job's own, or one that the job has started.
        id: Number of the thread.
        name: Its name; empty where it is unknown.
        frames: Its calls, the innermost first.
        is_active: Whether it computes; None where it is unknown.
    """

    pid: int
    id: int
    name: str
    frames: tuple[StackFrame, ...]
    is_active: bool | None = None


def parse_dump(text: str, pid: int) -> tuple[ThreadStack, ...]:
    """Return the threads in a dump of faulthandler; lines that are none of its own are left out."""
    threads: list[ThreadStack] = []
    for line in text.splitlines():
        header = _THREAD.match(line)
        if header:
            name = header["name"] or ""
            threads.append(ThreadStack(pid, int(header["id"], 16), name, ()))
            continue
        found = _FRAME.match(line)
        if found and threads:
            number = int(found["line"]) if found["line"].isdigit() else 0
            frame = StackFrame(_unescape(found["file"]), number, _unescape(found["function"]))
            threads[-1] = replace(threads[-1], frames=(*threads[-1].frames, frame))
    return tuple(threads)


def _unescape(text: str) -> str:
    """Undo what faulthandler does to letters beyond ASCII."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2] or found[3], 16)), text)


def of_the_job(threads: tuple[ThreadStack, ...]) -> tuple[ThreadStack, ...]:
    """Return the threads without what runs the job: its outer frames and its helper threads."""
    kept = []
    for thread in threads:
        python = [frame for frame in thread.frames if not frame.is_native]
        outside = [f for f in python if not f.is_runner and not f.file.endswith("threading.py")]
        if _is_helper(python) or (any(frame.is_runner for frame in python) and not outside):
            continue
        frames = list(thread.frames)
        while frames and (
            frames[-1].is_native or frames[-1].is_runner or frames[-1].is_start_of_thread
        ):
            frames.pop()
        # A thread of native code only has no frames to spare.
        kept.append(replace(thread, frames=tuple(frames) or thread.frames))
    return tuple(kept)


def _is_helper(frames: list[StackFrame]) -> bool:
    """Return whether it is a thread that the runner has started for itself, wherever it waits."""
    begun = [frame for frame in frames if not frame.file.endswith("threading.py")]
    return bool(begun) and frames[-1].is_start_of_thread and begun[-1].is_runner
