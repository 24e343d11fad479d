"""What a running job is doing now: stacks of its threads, and the processes that it has started."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import psutil

from queue_core.paths import LocalFolder
from queue_core.runner import process_tree
from queue_core.runner.snapshots.py_spy import dump_with_py_spy, find_py_spy
from queue_core.runner.snapshots.stack_signal import SnapshotError, request_stacks
from queue_core.runner.snapshots.stacks import ThreadStack, of_the_job, parse_dump

# Processor use is a difference of two moments.
_CPU_INTERVAL_S = 0.1
_COMMAND_LIMIT = 1_000
# Each answer of py-spy takes a process some 50 ms.
_PROCESSES_ASKED = 12
_AT_ONCE = 4


class SnapshotSource(StrEnum):
    """Who has told the stacks."""

    PY_SPY = "py-spy"
    FAULTHANDLER = "faulthandler"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ProcessUse:
    """One process of a job.

    Attributes:
        pid: Its number.
        parent_pid: The process that has started it.
        command: Its command line, shortened.
        status: What the system says of it: `running`, `sleeping`, `stopped`, ...
        cpu_percent: Its use of the processor, 100 for one whole core.
        memory_bytes: Its resident memory.
    """

    pid: int
    parent_pid: int
    command: str
    status: str
    cpu_percent: float
    memory_bytes: int


@dataclass(frozen=True, kw_only=True)
class StackSnapshot:
    """What a job was doing at a moment.

    Attributes:
        pid: The process that runs it.
        taken_at: When, UTC.
        source: Who has told the stacks.
        threads: The job's threads, the main one first; the runner's own are left out.
        processes: The process and all that it has started, in order of their start.
        text: All of it as text, to copy.
        note: What could not be seen and why; empty where nothing is missing.
    """

    pid: int
    taken_at: datetime
    source: SnapshotSource
    threads: tuple[ThreadStack, ...]
    processes: tuple[ProcessUse, ...]
    text: str = field(repr=False)
    note: str = ""


def stack_snapshot(pid: int, folder: LocalFolder, timeout_s: float = 3.0) -> StackSnapshot:
    """Look at a running child without stopping it.

    The stacks come from py-spy where it is installed (native frames too), else from the process
    itself. Where neither can tell, the processes are still listed and `note` says why.

    Args:
        pid: The child process.
        folder: The local folder that it works for.
        timeout_s: How long each way may take.

    Raises:
        SnapshotError: The process has ended.
    """
    members = _members(pid)
    began = time.monotonic()
    taken_at = datetime.now(UTC)
    is_paused = members[0].status() == psutil.STATUS_STOPPED
    pids = [member.pid for member in members]
    source, threads, note = _stacks(pids, folder, timeout_s, is_paused=is_paused)
    time.sleep(max(0.0, began + _CPU_INTERVAL_S - time.monotonic()))
    processes = tuple(use for member in members if (use := _use(member)) is not None)
    if not processes:
        raise SnapshotError(f"Process {pid} has ended.", hint="Look at the job's end instead.")
    if not threads and not note:
        note = "No code of a job runs in this process now."
    return StackSnapshot(
        pid=pid,
        taken_at=taken_at,
        source=source,
        threads=threads,
        processes=processes,
        text=_as_text(threads, processes, note),
        note=note,
    )


def _members(pid: int) -> list[psutil.Process]:
    """Return the process and its descendants, whose processor use is measured from now on."""
    found = []
    for member in process_tree.tree(pid) | {pid}:
        try:
            process = psutil.Process(member)
            process.cpu_percent()
            found.append((process.create_time(), member != pid, process))
        except psutil.Error:
            continue
    if not any(process.pid == pid for _, _, process in found):
        raise SnapshotError(f"Process {pid} has ended.", hint="Look at the job's end instead.")
    found.sort(key=lambda item: (item[1], item[0]))
    return [process for _, _, process in found]


def _use(process: psutil.Process) -> ProcessUse | None:
    try:
        with process.oneshot():
            # A program in an argument (`python -c ...`) has lines of its own.
            command = " ".join(" ".join(process.cmdline()).split()) or process.name()
            if len(command) > _COMMAND_LIMIT:
                command = command[:_COMMAND_LIMIT] + "…"
            return ProcessUse(
                pid=process.pid,
                parent_pid=process.ppid(),
                command=command,
                status=str(process.status()),
                cpu_percent=float(process.cpu_percent()),
                memory_bytes=int(process.memory_info().rss),
            )
    except psutil.Error:
        return None


def _stacks(
    pids: list[int], folder: LocalFolder, timeout_s: float, *, is_paused: bool
) -> tuple[SnapshotSource, tuple[ThreadStack, ...], str]:
    problems: list[str] = []
    program = find_py_spy()
    if program is not None:
        found, problem = _ask_py_spy(program, pids, timeout_s, is_paused=is_paused)
        if problem is None:
            return SnapshotSource.PY_SPY, _in_order(of_the_job(found), pids), ""
        problems.append(problem)
    try:
        text = request_stacks(pids[0], folder, timeout_s=timeout_s)
    except SnapshotError as error:
        problems.append(f"{error.message} {error.hint}".strip())
        return SnapshotSource.NONE, (), " ".join(problems)
    threads = _in_order(of_the_job(parse_dump(text, pids[0])), pids)
    return SnapshotSource.FAULTHANDLER, threads, " ".join(problems)


def _ask_py_spy(
    program: Path, pids: list[int], timeout_s: float, *, is_paused: bool
) -> tuple[tuple[ThreadStack, ...], str | None]:
    """Return the stacks of the first process and of those of the others that run Python."""

    def look(pid: int) -> tuple[ThreadStack, ...] | SnapshotError:
        try:
            return dump_with_py_spy(program, pid, timeout_s=timeout_s, is_paused=is_paused)
        except SnapshotError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="py-spy") as pool:
        first, *others = pool.map(look, pids[:_PROCESSES_ASKED])
    if isinstance(first, SnapshotError):
        return (), first.message
    threads = list(first)
    for found in others:
        if not isinstance(found, SnapshotError):
            threads.extend(found)
    return tuple(threads), None


def _in_order(threads: tuple[ThreadStack, ...], pids: list[int]) -> tuple[ThreadStack, ...]:
    """Order as they were started: both sources name the newest thread of a process first."""
    places = {pid: place for place, pid in enumerate(pids)}
    ordered = threads[::-1]
    return tuple(sorted(ordered, key=lambda thread: places.get(thread.pid, len(places))))


def _as_text(threads: tuple[ThreadStack, ...], processes: tuple[ProcessUse, ...], note: str) -> str:
    lines = [note, ""] if note else []
    for thread in threads:
        state = {True: ", computing", False: ", waiting", None: ""}[thread.is_active]
        name = f" “{thread.name}”" if thread.name else ""
        lines.append(f"Process {thread.pid}, thread {thread.id:#x}{name}{state}, newest call first")
        for frame in thread.frames:
            place = f"{frame.file}:{frame.line}" if frame.line else frame.file
            lines.append(f"    {frame.function}  ({place})")
        lines.append("")
    lines.append("Processes")
    lines.extend(
        f"    {use.pid} (started by {use.parent_pid})  {use.status}  "
        f"{use.cpu_percent:.0f} % processor  {use.memory_bytes / 2**20:.0f} MiB  {use.command}"
        for use in processes
    )
    return "\n".join(lines) + "\n"
