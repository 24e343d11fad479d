from __future__ import annotations

import signal
import subprocess
import sys
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
