"""The program is killed at random moments; the counts of lost, doubled and false jobs are zero."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from processes import children_of_folder

from queue_core import HueyJobQueue, JobStatus
from queue_core.paths import LocalFolder

pytestmark = pytest.mark.faults

Until = Callable[..., None]
SUPPORT = Path(__file__).parents[1] / "support"
KILLS = 200

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[2])
from sample_jobs import Append
from queue_core import HueyJobQueue
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=2)
print("ready", flush=True)
number = 0
while number < 60:
    number += 1
    job_id = queue.put(Append(path=sys.argv[3], line=f"{sys.argv[4]}-{number}"))
    print(job_id, f"{sys.argv[4]}-{number}", flush=True)
sys.stdin.read()
"""


def test_killed_at_random_moments(local_folder: LocalFolder, tmp_path: Path, until: Until) -> None:
    lines = tmp_path / "lines"
    lines.touch()
    generator = random.Random(2026)
    put: dict[str, str] = {}
    for number in range(KILLS):
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(local_folder.root), str(SUPPORT), str(lines),
             str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        threading.Event().wait(generator.uniform(0.0, 0.4))
        program.send_signal(signal.SIGKILL)
        for line in program.stdout:
            if line.endswith("\n"):
                job_id, text = line.split()
                put[job_id] = text
        program.communicate()
        until(lambda: not children_of_folder(local_folder.root))

    with HueyJobQueue(local_folder.root) as queue:
        queue.start(workers=2)
        until(queue.is_empty, timeout_s=600)
        records = {record.id: record for record in queue.list()}
    ran = Counter(lines.read_text().split())
    lost = put.keys() - records.keys()
    doubled = [text for text, count in ran.items() if count > 1]
    false = [
        record
        for job_id, record in records.items()
        if record.status not in (JobStatus.FINISHED, JobStatus.KILLED)
        or (record.status is JobStatus.FINISHED and job_id in put and not ran[put[job_id]])
    ]
    print(
        f"{KILLS} kills, {len(put)} jobs put, {len(ran)} ran, "
        f"{sum(r.status is JobStatus.KILLED for r in records.values())} interrupted: "
        f"{len(lost)} lost, {len(doubled)} doubled, {len(false)} falsely reported"
    )
    assert (len(lost), len(doubled), len(false)) == (0, 0, 0)


PUTTER = """
import sys
sys.path.insert(0, sys.argv[2])
from sample_jobs import Append
from queue_core import HueyJobQueue
queue = HueyJobQueue(sys.argv[1])
for number in range(50):
    print(queue.put(Append(path=sys.argv[3], line=f"{sys.argv[4]}-{number}")), flush=True)
"""


def test_eight_processes_put_at_once(
    local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    lines = tmp_path / "lines"
    putters = [
        subprocess.Popen(
            [sys.executable, "-c", PUTTER, str(local_folder.root), str(SUPPORT), str(lines),
             str(n)],
            stdout=subprocess.PIPE, text=True,
        )
        for n in range(8)
    ]  # fmt: skip
    put: list[str] = []
    for putter in putters:
        out, _ = putter.communicate(timeout=120)
        assert putter.returncode == 0
        put += out.split()
    assert len(set(put)) == 8 * 50
    with HueyJobQueue(local_folder.root) as queue:
        queue.start(workers=2)
        until(queue.is_empty, timeout_s=120)
        assert {record.id for record in queue.list()} == set(put)
        assert queue.counts().by_status[JobStatus.FINISHED] == 400
    assert sorted(Counter(lines.read_text().split()).values()) == [1] * 400


def test_a_database_that_is_locked_for_thirty_seconds(local_folder: LocalFolder) -> None:
    from sample_jobs import Echo

    with HueyJobQueue(local_folder.root) as queue:
        first = queue.put(Echo(value=1))
        queue.wait(first, 30)
        with closing(
            sqlite3.connect(queue.folder.queue_db, isolation_level=None, check_same_thread=False)
        ) as other:
            other.execute("BEGIN IMMEDIATE")
            release = threading.Timer(30, other.execute, ("COMMIT",))
            release.start()
            told = threading.Event()
            watcher = threading.Thread(
                target=lambda: [told.set() for _ in iter(lambda: _looks(queue, release), None)],
                name="problem-watcher",
            )
            watcher.start()
            second = queue.put(Echo(value=2))
            release.join()
            watcher.join()
        assert told.is_set(), "the user was not told why it takes so long"
        assert queue.wait(second, 30).result == 2
        assert queue.problem is None


def _looks(queue: HueyJobQueue, release: threading.Timer) -> bool | None:
    """Return True once the queue names its problem; None when the lock is gone."""
    while release.is_alive():
        if queue.problem and "locked" in queue.problem:
            release.join()
            return True
        release.finished.wait(0.1)
    return None


class TestDiskFull:
    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> object:
        place = tmp_path / "small"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)],
            capture_output=True, check=False,
        )  # fmt: skip
        if mounted.returncode:
            pytest.skip("mounting a small disk needs more rights")
        yield place
        subprocess.run(["umount", "-l", str(place)], check=True)

    @pytest.mark.expects_log
    def test_no_job_is_lost_and_it_goes_on_by_itself(self, small_disk: Path, until: Until) -> None:
        from sample_jobs import Echo

        from queue_core import JobQueueError

        with HueyJobQueue(small_disk / "folder") as queue:
            first = queue.put(Echo(value=1))
            queue.wait(first, 30)
            filler = small_disk / "filler"
            with pytest.raises(OSError, match="space"):
                _fill(filler)
            put: list[str] = []
            with pytest.raises(JobQueueError, match="full"):
                put.extend(queue.put(Echo(value="y" * 3000)) for _ in range(10_000))
            filler.unlink()
            put.append(queue.put(Echo(value="again")))
            until(queue.is_empty, timeout_s=60)
            assert queue.wait(put[-1], 30).result == "again"
            assert {record.id for record in queue.list()} == {first, *put}
            assert queue.problem is None


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
