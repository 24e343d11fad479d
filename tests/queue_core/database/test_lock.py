from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from queue_core.database import lock
from queue_core.database.lock import file_lock
from queue_core.errors import LocalFolderError

HOLD = """
import sys
from pathlib import Path
from queue_core.database.lock import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_let_go_when_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=lock.__file__.partition("queue_core")[0],
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LocalFolderError, match=str(path)), file_lock(path, timeout_s=0.05):
            pytest.fail("two hold the lock")
        holder.send_signal(signal.SIGKILL)
        with file_lock(path, timeout_s=10):
            pass


def test_a_lock_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with file_lock(tmp_path / "lock", timeout_s=1):
            pass


def test_threads_take_turns(tmp_path: Path) -> None:
    """Whether two at once are ever inside: each notes how many there are."""
    inside: list[int] = []
    together: list[int] = []

    def work() -> None:
        for _ in range(5):
            with file_lock(tmp_path / "lock", timeout_s=30):
                inside.append(1)
                together.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work, name=f"turn {number}") for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [1] * 20


def test_a_lock_without_end_waits(tmp_path: Path) -> None:
    entered = threading.Event()

    def work() -> None:
        with file_lock(tmp_path / "lock", timeout_s=math.inf):
            entered.set()

    thread = threading.Thread(target=work, name="waits")
    with file_lock(tmp_path / "lock"):
        thread.start()
        assert not entered.wait(0.1)
    thread.join()
    assert entered.is_set()


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such modes")
def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    with file_lock(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
