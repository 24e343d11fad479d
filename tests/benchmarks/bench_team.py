"""Measures a team's list on PostgreSQL beside Procrastinate on the same server, and beside Celery.

Needs PostgreSQL, `pip install procrastinate celery redis` and a `redis-server` binary; a peer that
is missing is left out, and said so. The server flushes each commit to the disk, as it does when
nobody says otherwise; it and Redis listen on Unix sockets of a temporary folder only.

Run: `.venv/bin/python tests/benchmarks/bench_team.py [--jobs N]`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from bench_peers import Result, celery, consumer, measure, report  # noqa: E402
from server_fixtures import Server, programs  # noqa: E402

from queue_core import HueyJobQueue  # noqa: E402
from queue_core.paths import URL_VARIABLE  # noqa: E402


def ours(jobs: int, folder: Path, url: str, workers: int, *, reused: bool) -> Result:
    """A team's list: durable puts, starts and ends; each job in a process."""
    from bench_jobs import NoOp, ReusedNoOp, ReusedStamp, Stamp

    noop, stamp = (ReusedNoOp, ReusedStamp) if reused else (NoOp, Stamp)
    os.environ[URL_VARIABLE] = url
    queue = HueyJobQueue(folder / "local")
    try:
        return measure(
            lambda path: queue.put(stamp(path=path) if path else noop()),
            lambda: queue.start(workers=workers),
            jobs,
            folder,
        )
    finally:
        queue.close()


def procrastinate(jobs: int, folder: Path, url: str) -> Result:
    """Procrastinate with its worker as it comes: one job at a time, in the worker's own process."""
    os.environ["PEER_DATABASE"] = url.partition("&schema=")[0]
    import peer_procrastinate

    with peer_procrastinate.app.open():
        peer_procrastinate.app.schema_manager.apply_schema()
        command = [
            sys.executable, "-m", "procrastinate", "-a", "peer_procrastinate.app", "worker",
        ]  # fmt: skip
        with consumer(command, folder) as start:
            return measure(
                lambda path: peer_procrastinate.stamp.defer(path=path), start, jobs, folder
            )


@contextmanager
def server() -> Iterator[Server]:
    """Run a PostgreSQL server of our own that flushes to the disk."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    found = Server(folder)
    found.start(is_durable=True)
    try:
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Measure every system that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000)
    jobs = parser.parse_args().jobs
    if programs() is None:
        print("Left out: PostgreSQL is not installed.")
        return 0
    with server() as database:
        systems: dict[str, Callable[[Path], Result]] = {
            f"this list, {kind} processes, {workers} worker{'s'[: workers - 1]}": (
                lambda folder, w=workers, r=reused: ours(jobs, folder, database.url(), w, reused=r)
            )
            for kind, reused in (("fresh", False), ("reused", True))
            for workers in (1, 2)
        }
        if importlib.util.find_spec("procrastinate"):
            systems["Procrastinate"] = lambda folder: procrastinate(jobs, folder, database.url())
        if shutil.which("redis-server") and importlib.util.find_spec("celery"):
            systems["Celery, prefork, Redis"] = lambda folder: celery(jobs, folder)
        if len(systems) < 6:
            print("Left out: what needs procrastinate, celery or redis-server.\n")
        report(systems)
    return 0


if __name__ == "__main__":
    sys.exit(main())
