"""Measures this queue beside Huey's own consumer, RQ and Celery, in one run on one machine.

Needs `pip install rq celery redis` and a `redis-server` binary (Debian: redis-server); a peer that
is missing is left out, and said so. Redis listens on a Unix socket of a temporary folder only.

Run: `.venv/bin/python tests/benchmarks/bench_peers.py [--jobs N]`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
IDLE_S = 5.0


@dataclass
class Result:
    """What one system needs.

    Attributes:
        put: Jobs a second that are stored.
        drain: Jobs a second that a full queue gives.
        dispatch_ms: From before the put to the job's first line, the queue being idle.
    """

    put: float
    drain: float
    dispatch_ms: list[float]


def measure(
    put: Callable[[str], object],
    start: Callable[[], object],
    jobs: int,
    folder: Path,
) -> Result:
    """Put *jobs* jobs that do nothing, drain them, then put single ones into an idle queue."""
    done = folder / "done"
    began = time.perf_counter()
    for _ in range(jobs - 1):
        put("")
    put(str(done))
    rate = jobs / (time.perf_counter() - began)
    began = time.perf_counter()
    start()
    wait_for(done)
    drained = jobs / (time.perf_counter() - began)
    dispatch = []
    for number in range(5):
        time.sleep(IDLE_S)
        target = folder / f"stamp{number}"
        began = time.time()
        put(str(target))
        wait_for(target)
        dispatch.append(1e3 * (float(target.read_text()) - began))
    return Result(rate, drained, dispatch)


def wait_for(path: Path, timeout_s: float = 300.0) -> None:
    """Wait until a job has written *path*."""
    deadline = time.monotonic() + timeout_s
    while not (path.exists() and path.read_text()):
        if time.monotonic() > deadline:
            raise TimeoutError(path)
        time.sleep(0.0005)


def ours(jobs: int, folder: Path, workers: int, *, reused: bool) -> Result:
    """This queue: durable puts, each job in a fresh process, or in one that is used again."""
    from bench_jobs import NoOp, ReusedNoOp, ReusedStamp, Stamp

    from queue_core import HueyJobQueue

    noop, stamp = (ReusedNoOp, ReusedStamp) if reused else (NoOp, Stamp)
    with_queue = HueyJobQueue(folder / "local")
    try:
        return measure(
            lambda path: with_queue.put(stamp(path=path) if path else noop()),
            lambda: with_queue.start(workers=workers),
            jobs,
            folder,
        )
    finally:
        with_queue.close()


def stock_huey(jobs: int, folder: Path) -> Result:
    """Huey's SqliteHuey, durable, with its consumer as it comes: a thread, no isolation."""
    with consumer(
        [sys.executable, "-m", "huey.bin.huey_consumer", "peer_huey.huey", "-q"], folder
    ) as start:
        sys.path.insert(0, str(HERE))
        os.environ["PEER_FOLDER"] = str(folder)
        import peer_huey

        return measure(lambda path: peer_huey.stamp(path), start, jobs, folder)


def rq(jobs: int, folder: Path) -> Result:
    """RQ with its default worker: a fork per job."""
    with redis_server(folder) as socket:
        import redis
        from peer_jobs import stamp
        from rq import Queue

        queue = Queue(connection=redis.Redis(unix_socket_path=str(socket)))
        command = [sys.executable, "-m", "rq.cli", "worker", "--quiet", "--url", f"unix://{socket}"]
        with consumer(command, folder) as start:
            return measure(lambda path: queue.enqueue(stamp, path), start, jobs, folder)


def celery(jobs: int, folder: Path) -> Result:
    """Celery with its prefork pool of one."""
    with redis_server(folder) as socket:
        os.environ["PEER_BROKER"] = f"redis+socket://{socket}"
        import peer_celery

        command = [
            sys.executable, "-m", "celery", "-A", "peer_celery", "worker", "-c", "1", "-P",
            "prefork", "-l", "ERROR", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        with consumer(command, folder) as start:
            return measure(lambda path: peer_celery.stamp.delay(path), start, jobs, folder)


@contextmanager
def consumer(command: list[str], folder: Path) -> Iterator[Callable[[], None]]:
    """Give what starts a consumer process, and end it afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": path, "PEER_FOLDER": str(folder)}
        started.append(
            subprocess.Popen(
                command, cwd=HERE, env=environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip

    try:
        yield start
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def redis_server(folder: Path) -> Iterator[Path]:
    """Run Redis on a Unix socket, with its log file written each second."""
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder),
         "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield socket
    finally:
        server.terminate()
        server.wait()


def report(systems: Mapping[str, Callable[[Path], Result]]) -> None:
    """Measure each system in a folder of its own, and print the table."""
    print(
        f"| system | put, jobs/s | drain, jobs/s | dispatch after {IDLE_S:g} s idle, ms |\n"
        "|---|---|---|---|"
    )
    for name, run in systems.items():
        with tempfile.TemporaryDirectory() as folder:
            result = run(Path(folder))
        print(
            f"| {name} | {result.put:,.0f} | {result.drain:,.0f} "
            f"| {statistics.median(result.dispatch_ms):,.1f} |",
            flush=True,
        )


def main() -> None:
    """Measure every system that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2_000)
    jobs = parser.parse_args().jobs
    sys.path.insert(0, str(HERE))
    systems: dict[str, Callable[[Path], Result]] = {
        "this queue, fresh processes": lambda folder: ours(jobs, folder, 1, reused=False),
        "the same, 2 workers": lambda folder: ours(jobs, folder, 2, reused=False),
        "this queue, reused processes": lambda folder: ours(jobs, folder, 1, reused=True),
        "the same, reused, 2 workers": lambda folder: ours(jobs, folder, 2, reused=True),
        "Huey, stock consumer": lambda folder: stock_huey(jobs, folder),
    }
    if shutil.which("redis-server"):
        if importlib.util.find_spec("rq"):
            systems["RQ, default worker"] = lambda folder: rq(min(jobs, 300), folder)
        if importlib.util.find_spec("celery"):
            systems["Celery, prefork"] = lambda folder: celery(jobs, folder)
    if len(systems) < 7:
        print("Left out: what needs redis-server, rq or celery, which are not installed.\n")
    report(systems)


if __name__ == "__main__":
    main()
