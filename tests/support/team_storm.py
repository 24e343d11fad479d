"""A storm over a list on a server: workers that are killed, a server that goes down in the middle.

    .venv/bin/python tests/support/team_storm.py URL [--jobs N] [--programs N] [--workers N]

Each job leaves a line in a file, so it can be told whether it ran once, twice or never.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sample_jobs import Append

from queue_core import HueyJobQueue, JobStatus
from queue_core.paths import ENVIRONMENT_VARIABLE, URL_VARIABLE

SUPPORT = Path(__file__).parent


@dataclass
class Tally:
    """What became of the jobs.

    Attributes:
        statuses: How many ended how.
        twice: Jobs that ran more than once.
        never: Jobs that are called finished and never ran.
        elapsed_s: From the first `put` to the last end.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    twice: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    elapsed_s: float = 0.0


class Workers:
    """Programs that run the jobs of a list.

    Args:
        root: The local folder.
        url: The list.
        count: How many programs.
        workers: How many jobs each runs at once.
    """

    def __init__(self, root: Path, url: str, count: int, workers: int) -> None:
        self._root, self._url, self._workers = root, url, workers
        self.programs = [self.start() for _ in range(count)]

    def start(self) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, ENVIRONMENT_VARIABLE: str(self._root), URL_VARIABLE: self._url,
            "PYTHONPATH": str(SUPPORT),
        }  # fmt: skip
        return subprocess.Popen(
            [*self.prefix(), sys.executable, "-m", "queue_core", "worker",
             "--workers", str(self._workers)],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def prefix(self) -> list[str]:
        """Return what is put before the command of a program."""
        return []

    def kill_one(self) -> None:
        """Kill a program as a power cut does, and start another one."""
        victim = self.programs.pop(0)
        victim.kill()
        victim.wait()
        self.programs.append(self.start())

    def stop(self) -> None:
        for program in self.programs:
            program.send_signal(signal.SIGTERM)
        for program in self.programs:
            try:
                program.wait(60)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def storm(
    root: Path, url: str, *, jobs: int, programs: int, workers: int,
    disturb: list[Callable[[Workers], None]], patience_s: float = 300.0,
    crowd: Callable[[], Workers] | None = None,
) -> Tally:  # fmt: skip
    """Put jobs, let workers run them, disturb at even steps, and count what became of them.

    `$DASHAI_QUEUE_URL` names the list here, too.
    """
    lines = root / "lines"
    lines.parent.mkdir(parents=True, exist_ok=True)
    lines.touch()
    running = crowd() if crowd else Workers(root, url, programs, workers)
    began = time.monotonic()
    try:
        with closing(HueyJobQueue(root)) as queue:
            ids = []
            steps = {jobs * (n + 1) // (len(disturb) + 1): n for n in range(len(disturb))}
            for number in range(jobs):
                if number in steps:
                    disturb[steps[number]](running)
                ids.append(queue.put(Append(path=str(lines), line=number)))
            queue.wait_until(queue.is_empty, patience_s)
            tally = Tally(elapsed_s=time.monotonic() - began)
            ran = Counter(lines.read_text().split())
            for number, job_id in enumerate(ids):
                status = queue.get(job_id).status
                tally.statuses[status] += 1
                if ran[str(number)] > 1:
                    tally.twice.append(job_id)
                if status is JobStatus.FINISHED and not ran[str(number)]:
                    tally.never.append(job_id)
    finally:
        running.stop()
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    for name, default in (("jobs", 1000), ("programs", 3), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    os.environ[URL_VARIABLE] = given.url
    print(storm(
        given.folder, given.url, jobs=given.jobs, programs=given.programs, workers=given.workers,
        disturb=[Workers.kill_one] * 3,
    ))  # fmt: skip
