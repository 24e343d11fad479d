"""Measures the queue: put, dispatch, throughput, cancel. Prints a table of medians.

Run: `make bench`, or `.venv/bin/python tests/benchmarks/bench_queue.py [--quick]`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path

import psutil
from bench_jobs import NoOp, ReusedNoOp, ReusedStamp, Spin, Stamp

from queue_core import HueyJobQueue, JobStatus
from queue_core.runner import process_tree


def put_ms(queue: HueyJobQueue, count: int) -> list[float]:
    """Milliseconds of each `put`, durable."""
    times = []
    for _ in range(count):
        new = NoOp()
        began = time.perf_counter()
        queue.put(new)
        times.append(1e3 * (time.perf_counter() - began))
    return times


def dispatch_ms(
    queue: HueyJobQueue, folder: Path, count: int, *, idle_s: float, kind: type[Stamp] = Stamp
) -> list[float]:
    """Milliseconds from before `put` to the first line of the job, the queue being idle."""
    times = []
    for number in range(count):
        time.sleep(idle_s)
        target = folder / f"stamp{number}"
        new = kind(path=str(target))
        began = time.time()
        queue.wait(queue.put(new), 30)
        times.append(1e3 * (float(target.read_text()) - began))
    return times


def foreign_dispatch_ms(queue: HueyJobQueue, folder: Path, count: int) -> list[float]:
    """The same for jobs that another process puts."""
    program = textwrap.dedent(
        """
        import sys, time
        sys.path.insert(0, sys.argv[3])
        from bench_jobs import Stamp
        from queue_core import HueyJobQueue
        queue = HueyJobQueue(sys.argv[1])
        for line in sys.stdin:
            target = line.strip()
            new = Stamp(path=target)
            print(time.time(), queue.put(new), flush=True)
        """
    )
    here = str(Path(__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(queue.folder.root), str(folder), here],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as putter:  # fmt: skip
        assert putter.stdin is not None
        assert putter.stdout is not None
        times = []
        for number in range(count):
            time.sleep(0.1)
            target = folder / f"foreign{number}"
            putter.stdin.write(f"{target}\n")
            began, job_id = putter.stdout.readline().split()
            queue.wait(job_id, 30)
            times.append(1e3 * (float(target.read_text()) - float(began)))
        putter.stdin.close()
    return times


def throughput(
    queue: HueyJobQueue, count: int, workers: int, kind: type[NoOp]
) -> tuple[float, float]:
    """Jobs per second: draining a full queue; and end to end, put while consuming."""
    for _ in range(count):
        queue.put(kind())
    began = time.perf_counter()
    queue.start(workers=workers)
    _wait_empty(queue)
    drain = count / (time.perf_counter() - began)
    began = time.perf_counter()
    for _ in range(count):
        queue.put(kind())
    _wait_empty(queue)
    return drain, count / (time.perf_counter() - began)


def cancel_ms(queue: HueyJobQueue, folder: Path, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from `cancel` to the end of the whole tree, and to the next job's start."""
    gone, following = [], []
    for number in range(count):
        running = queue.put(Spin())
        while queue.get(running).pid is None:
            time.sleep(0.005)
        target = folder / f"next{number}"
        waiting = queue.put(Stamp(path=str(target)))
        time.sleep(0.3)
        pid = queue.get(running).pid
        assert pid is not None
        began = time.time()
        queue.cancel(running)
        while process_tree.tree(pid):
            time.sleep(0.001)
        gone.append(1e3 * (time.time() - began))
        queue.wait(waiting, 30)
        following.append(1e3 * (float(target.read_text()) - began))
    return gone, following


def idle_cpu_percent(queue: HueyJobQueue, seconds: float) -> float:
    """Per cent of a core that the program and its children use while nothing happens."""
    queue.wait(queue.put(NoOp()), 30)
    time.sleep(1.0)
    program = psutil.Process()
    everybody = [program, *program.children(recursive=True)]
    before = [sum(p.cpu_times()[:2]) for p in everybody]
    time.sleep(seconds)
    after = [sum(p.cpu_times()[:2]) for p in everybody]
    return 100 * (sum(after) - sum(before)) / seconds


def child_memory_mb() -> float:
    """Mebibytes that the idle children hold, the template too; shared memory counts once."""
    children = [
        child for child in psutil.Process().children(recursive=True)
        if "queue_core.runner" in child.cmdline()
    ]  # fmt: skip
    return sum(getattr(child.memory_full_info(), "pss", 0) for child in children) / 2**20


def _wait_empty(queue: HueyJobQueue) -> None:
    while not queue.is_empty():
        time.sleep(0.01)
    failed = queue.counts().by_status[JobStatus.ERROR]
    assert not failed, f"{failed} jobs failed"


def _row(name: str, values: Iterable[float], unit: str) -> None:
    ordered = sorted(values)
    print(
        f"| {name} | {statistics.median(ordered):,.2f} {unit} "
        f"| {ordered[0]:,.2f} | {ordered[-1]:,.2f} | {len(ordered)} |"
    )


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    count = 10 if parser.parse_args().quick else 40
    print("| what | median | lowest | highest | runs |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        queue = HueyJobQueue(folder / "local")
        _row("put, durable", put_ms(queue, 10 * count), "ms")
        queue.start(workers=1)
        _wait_empty(queue)
        _row("dispatch, idle 0.2 s", dispatch_ms(queue, folder, count, idle_s=0.2), "ms")
        reused = dispatch_ms(queue, folder, count, idle_s=0.2, kind=ReusedStamp)
        _row("dispatch, reused process", reused, "ms")
        _row("dispatch, idle 5 s", dispatch_ms(queue, folder, max(3, count // 8), idle_s=5), "ms")
        _row("dispatch, other process", foreign_dispatch_ms(queue, folder, count), "ms")
        gone, following = cancel_ms(queue, folder, max(5, count // 4))
        _row("cancel to tree gone", gone, "ms")
        _row("cancel to next job's start", following, "ms")
        _row("idle processor use", [idle_cpu_percent(queue, 10)], "%")
        _row("idle children, shared memory once", [child_memory_mb()], "MiB")
        queue.close()
        for kind, name in ((NoOp, "fresh"), (ReusedNoOp, "reused")):
            for workers in (1, 2):
                queue = HueyJobQueue(folder / f"{name}{workers}")
                drain, both = throughput(queue, 50 * count, workers, kind)
                _row(f"drain, {name} processes, {workers} workers", [drain], "jobs/s")
                _row(f"end to end, {name} processes, {workers} workers", [both], "jobs/s")
                queue.close()


if __name__ == "__main__":
    main()
