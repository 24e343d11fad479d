"""An owner lives as long as its process holds its lock, whatever else changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sample_jobs import Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.paths import LocalFolder
from queue_core.queue.store.owner import (
    Owner,
    forget_dead_owners,
    owner_is_alive,
    process_of,
)

pytestmark = pytest.mark.file_list

Until = Callable[..., None]

HOLDER = """
import sys
from pathlib import Path
from queue_core.queue.store.owner import Owner
owner = Owner(Path(sys.argv[1]))
owner.hold()
print(owner.text, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that is an owner."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    yield program, program.stdout.readline().strip()
    program.kill()
    program.communicate()


def test_it_lives_until_it_is_released(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    assert not owner_is_alive(tmp_path, owner.text)
    owner.hold()
    owner.hold()
    assert owner_is_alive(tmp_path, owner.text)
    assert process_of(owner.text) == os.getpid()
    forget_dead_owners(tmp_path)
    assert owner_is_alive(tmp_path, owner.text)
    owner.release()
    owner.release()
    assert not owner_is_alive(tmp_path, owner.text)


@pytest.mark.parametrize(
    "odd", [None, 5, 1.5, b"1:" + b"0" * 32, "", "nonsense", "1:x", "999999:1.0", "1:../../etc",
            f"1:{'0' * 32}", f"{'9' * 40}:{'0' * 32}", f"١:{'0' * 32}", f"1:{'0' * 32}\n"],
)  # fmt: skip
def test_what_names_no_owner_is_dead(tmp_path: Path, odd: object) -> None:
    assert not owner_is_alive(tmp_path, odd)


def test_two_of_one_process_are_apart(tmp_path: Path) -> None:
    first, second = Owner(tmp_path), Owner(tmp_path)
    first.hold()
    second.hold()
    first.release()
    assert not owner_is_alive(tmp_path, first.text)
    assert owner_is_alive(tmp_path, second.text)
    second.release()


def test_a_killed_process_owns_nothing(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], str]
) -> None:
    program, text = holder
    assert owner_is_alive(tmp_path, text)
    forget_dead_owners(tmp_path)
    assert owner_is_alive(tmp_path, text)
    program.kill()
    program.wait()
    assert not owner_is_alive(tmp_path, text)
    forget_dead_owners(tmp_path)
    assert list((tmp_path / "monitor" / "owners").iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows stops no process")
def test_a_suspended_process_is_not_dead(
    tmp_path: Path, holder: tuple[subprocess.Popen[str], str]
) -> None:
    program, text = holder
    program.send_signal(signal.SIGSTOP)
    assert owner_is_alive(tmp_path, text)
    program.send_signal(signal.SIGCONT)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows copies no process")
def test_a_forked_copy_owns_nothing(tmp_path: Path) -> None:
    """Children that were forked while the program lived must not keep its jobs as running."""
    program = subprocess.Popen(
        [sys.executable, "-c", f"""
import os, sys, time
from pathlib import Path
from queue_core.queue.store.owner import Owner
owner = Owner(Path({str(tmp_path)!r}))
owner.hold()
ready, told = os.pipe()
copy = os.fork()
if not copy:
    os.write(told, b".")  # it has let go by now
    time.sleep(600)
os.read(ready, 1)
print(owner.text, copy, flush=True)
os.kill(os.getpid(), 9)
"""],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    text, copy = program.stdout.readline().split()
    program.wait()
    program.stdout.close()
    try:
        assert psutil.pid_exists(int(copy))
        assert not owner_is_alive(tmp_path, text)
    finally:
        os.kill(int(copy), signal.SIGKILL)


def test_a_deleted_lock_file_is_made_again(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    owner.hold()
    (file,) = (tmp_path / "monitor" / "owners").iterdir()
    file.unlink()
    assert owner_is_alive(tmp_path, owner.text)  # this process knows without the file
    owner.hold()
    assert file.exists()
    owner.release()
    assert not file.exists()


def test_a_running_job_outlives_the_lock_files(
    running: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = running.put(Wait(started=str(started)))
    until(started.exists)
    for file in (local_folder.root / "monitor" / "owners").iterdir():
        file.unlink()
    until(lambda: list((local_folder.root / "monitor" / "owners").iterdir()) != [])
    with HueyJobQueue(local_folder.root) as other:
        assert other.recovered.interrupted == ()
    assert running.get(job_id).status is JobStatus.STARTED
    assert running.cancel(job_id)
    assert running.wait(job_id, 20).status is JobStatus.CANCELLED


def test_the_end_of_one_of_two_queues_leaves_the_other(
    running: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = running.put(Wait(started=str(started)))
    until(started.exists)
    with HueyJobQueue(local_folder.root) as other:
        assert len(other.consumers()) == 2
        assert other.pause(job_id)
        until(lambda: running.get(job_id).paused)
        assert other.resume(job_id)
        until(lambda: not running.get(job_id).paused)
    (left,) = running.consumers()
    assert left.pid == os.getpid()
    assert running.get(job_id).status is JobStatus.STARTED
