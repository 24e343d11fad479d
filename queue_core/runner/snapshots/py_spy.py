"""Stacks by py-spy, where it is installed: native frames, names of threads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from queue_core.runner.snapshots.stack_signal import SnapshotError
from queue_core.runner.snapshots.stacks import StackFrame, ThreadStack

_PROGRAM = "py-spy"


def find_py_spy() -> Path | None:
    """Return the program, beside this interpreter or on the search path; None without one."""
    beside = Path(sys.executable).parent
    found = shutil.which(_PROGRAM, path=str(beside)) or shutil.which(_PROGRAM)
    return Path(found) if found else None


def dump_with_py_spy(
    program: Path, pid: int, *, timeout_s: float, is_paused: bool
) -> tuple[ThreadStack, ...]:
    """Return the stacks of a Python process.

    Args:
        program: Where py-spy is.
        pid: The process.
        timeout_s: How long to wait for it.
        is_paused: Whether the process is suspended; it is then looked at without native frames,
            for which it would have to be stopped and, perhaps, woken.

    Raises:
        SnapshotError: It could not look, with what it said.
    """
    how = "--nonblocking" if is_paused else "--native"
    command = [str(program), "dump", "--json", "--full-filenames", how]
    try:
        done = subprocess.run(
            [*command, "--pid", str(pid)], capture_output=True, timeout=timeout_s, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SnapshotError(f"{_PROGRAM} could not look: {error}.") from error
    said = done.stderr.decode("utf-8", "replace").strip()
    try:
        threads = parse_py_spy(done.stdout)
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError(
            f"{_PROGRAM} could not look: {said.splitlines()[0] if said else error}."
        ) from error
    if not threads:
        raise SnapshotError(f"{_PROGRAM} found no threads in process {pid}.")
    return threads


def parse_py_spy(output: bytes) -> tuple[ThreadStack, ...]:
    """Return the threads in the JSON that py-spy prints.

    Raises:
        ValueError: It is not JSON.
        KeyError: It lacks what a thread needs.
        TypeError: It is not a list of threads.
    """
    return tuple(_thread(item) for item in json.loads(output))


def _thread(item: dict[str, Any]) -> ThreadStack:
    return ThreadStack(
        pid=item["pid"],
        id=item["thread_id"],
        name=item.get("thread_name") or "",
        frames=tuple(
            StackFrame(
                file=frame["filename"],
                line=frame["line"],
                function=frame["name"],
                # A compiled function with a source file has no module, but a line; one of a
                # library has the library as its file.
                is_native=frame.get("module") is not None,
            )
            for frame in item["frames"]
        ),
        is_active=item.get("active"),
    )
