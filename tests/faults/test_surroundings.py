"""What the machine does to a program: full and read-only disks, a set clock, no descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sample_jobs import Echo, Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.errors import MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.engine.options import EngineOptions

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform != "linux", reason="Linux only")]

Until = Callable[..., None]
SUPPORT = Path(__file__).parents[1] / "support"


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, to be filled and to be made read-only."""
    place = tmp_path / "small"
    place.mkdir()
    if not _run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)):
        pytest.skip("mounting a small disk needs more rights")
    yield place
    _run("umount", "-l", str(place))


@pytest.mark.expects_log
def test_a_disk_that_becomes_read_only(small_disk: Path, tmp_path: Path, until: Until) -> None:
    """A read-only remount is refused while files are open for writing: a bind mount is not."""
    real, view = small_disk / "real", small_disk / "view"
    real.mkdir()
    view.mkdir()
    assert _run("mount", "--bind", str(real), str(view))
    try:
        with HueyJobQueue(view / "home") as queue:
            queue.start(options=EngineOptions(grace_s=0.3))
            started = tmp_path / "started"
            runs = queue.put(Wait(started=str(started), seconds=2))
            waits = queue.put(Echo(value=1))
            until(started.exists)
            if not _run("mount", "-o", "remount,bind,ro", str(view)):
                pytest.skip("the system does not make it read-only")
            with pytest.raises(MonitorError):
                HueyJobQueue(view / "home")
            assert _run("mount", "-o", "remount,bind,rw", str(view))
            assert queue.wait(runs, 60).status is JobStatus.FINISHED
            assert queue.wait(waits, 60).result == 1
            until(lambda: queue.problem is None, 60)
    finally:
        _run("umount", "-l", str(view))


@pytest.mark.expects_log
def test_a_disk_that_fills_up_while_jobs_run(
    small_disk: Path, tmp_path: Path, until: Until
) -> None:
    with HueyJobQueue(small_disk / "home") as queue:
        queue.start(workers=2, options=EngineOptions(grace_s=0.3))
        started = [tmp_path / f"s{number}" for number in range(2)]
        ids = [queue.put(Wait(started=str(path), seconds=1.5)) for path in started]
        ids += [queue.put(Echo(value="z" * 2000)) for _ in range(4)]
        until(lambda: all(path.exists() for path in started))
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="space"):
            _fill(filler)
        threading.Event().wait(4.0)
        filler.unlink()
        for job_id in ids:
            assert queue.wait(job_id, 60).status is JobStatus.FINISHED
        until(lambda: queue.problem is None, 60)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


CLOCK = """
import os, subprocess, sys, tempfile, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from sample_jobs import Wait, Echo
from queue_core import HueyJobQueue
text = Path("/proc/stat").read_text()
copy = Path(sys.argv[3]) / "stat"
copy.write_text(text)
subprocess.run(["mount", "--bind", str(copy), "/proc/stat"], check=True)
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=1)
started = Path(sys.argv[3]) / "started"
job_id = queue.put(Wait(started=str(started), seconds=11))
assert queue.wait_until(started.exists, 30)
boot = next(line for line in text.splitlines() if line.startswith("btime"))
moved = f"btime {int(boot.split()[1]) + int(sys.argv[4])}"
copy.write_text(text.replace(boot, moved))
other = HueyJobQueue(sys.argv[1])
other.start(workers=1)  # another consumer looks for dead owners, too
print(queue.wait(job_id, 60).status.value, len(queue.consumers()), flush=True)
print(queue.wait(queue.put(Echo(value=1)), 30).status.value, flush=True)
other.close()
queue.close()
"""


@pytest.mark.parametrize("step_s", [5, -5, 3600, -3600])
def test_a_clock_that_is_set_ends_no_job(
    local_folder: LocalFolder, tmp_path: Path, step_s: int
) -> None:
    """The boot time of the kernel moves with the clock, and start times of processes with it."""
    if not _run("unshare", "-m", "--propagation", "private", "true"):
        pytest.skip("a name space of one's own needs more rights")
    done = subprocess.run(
        ["unshare", "-m", "--propagation", "private", sys.executable, "-c", CLOCK,
         str(local_folder.root), str(SUPPORT), str(tmp_path), str(step_s)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["finished", "2", "finished"], done.stderr


NO_DESCRIPTORS = """
import os, resource, signal, sys, time
sys.path.insert(0, sys.argv[2])
from sample_jobs import Echo, Wait
from queue_core import HueyJobQueue
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=1)
assert queue.wait(queue.put(Echo(value=1)), 30).result == 1
job_id = queue.put(Wait(started=sys.argv[3], seconds=2))
assert queue.wait_until(lambda: os.path.exists(sys.argv[3]), 30)
resource.setrlimit(resource.RLIMIT_NOFILE, (300, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held, end = [], time.monotonic() + 6
while time.monotonic() < end:
    try:
        held.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        time.sleep(0.001)
told = queue.problem
for descriptor in held:
    os.close(descriptor)
print(queue.wait(job_id, 60).status.value)
print(queue.wait(queue.put(Echo(value=1)), 60).status.value)
print(queue.wait_until(lambda: queue.problem is None, 30), queue.problem)
queue.close()
"""


def test_descriptors_that_run_out(local_folder: LocalFolder, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_DESCRIPTORS, str(local_folder.root), str(SUPPORT),
         str(tmp_path / "started")],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    words = done.stdout.split()
    assert words[:4] == [words[0], "finished", "True", "None"], done.stdout + done.stderr
    assert words[0] in ("finished", "error")


@pytest.mark.expects_log
def test_a_file_that_is_deleted_while_jobs_run(
    local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    with HueyJobQueue(local_folder.root) as queue:
        queue.start(options=EngineOptions(grace_s=0.3))
        started = tmp_path / "started"
        queue.put(Wait(started=str(started), seconds=600))
        until(started.exists)
        for path in local_folder.root.glob("job_queue.db*"):
            path.unlink()
        with pytest.raises(MonitorError, match="deleted or replaced"):
            queue.put(Echo())
        until(lambda: queue.problem is not None, 30)
        began = time.monotonic()
    assert time.monotonic() - began < 60
    with closing(HueyJobQueue(local_folder.root)) as again:
        again.start()
        assert again.wait(again.put(Echo(value=1)), 30).result == 1


@pytest.mark.expects_log
def test_every_program_of_a_folder_is_killed_again_and_again(
    local_folder: LocalFolder, until: Until
) -> None:
    """Consumers and putters, with retries, dependencies and cancels between."""
    program = """
import sys
sys.path.insert(0, sys.argv[2])
from sample_jobs import Echo
from queue_core import HueyJobQueue
from queue_core.queue.values import JobOptions
queue = HueyJobQueue(sys.argv[1])
queue.start(workers=2)
print("ready", flush=True)
last = ()
while True:
    job_id = queue.put(Echo(value=1), JobOptions(after=last, after_policy="run_anyway"))
    print(job_id, flush=True)
    last = (job_id,) if not last else ()
"""
    put: set[str] = set()
    for number in range(15):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(local_folder.root), str(SUPPORT)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        threading.Event().wait(0.05 * (number % 8))
        os.kill(child.pid, 9)
        put |= {line.strip() for line in child.stdout if line.endswith("\n")}
        child.wait()
        child.stdout.close()
    with HueyJobQueue(local_folder.root) as queue:
        queue.start(workers=2)
        deadline = time.monotonic() + 600
        while not queue.is_empty() and time.monotonic() < deadline:
            queue.remove([record.id for record in queue.interrupted()])
            threading.Event().wait(0.2)
        assert queue.is_empty()
        left = {record.id: record.status for record in queue.list()}
        assert set(left.values()) <= {JobStatus.FINISHED, JobStatus.KILLED}
        assert len(put - left.keys()) <= 15 * 2  # those that were interrupted and removed
