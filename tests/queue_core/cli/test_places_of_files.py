"""A pipe in the place of one of our files: opened, it would be read for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WAIT_S = 60
RUN = "import sys; from queue_core.cli import main; sys.exit(main())"


@pytest.mark.parametrize("place", ["job_queue.db", "monitor/main.db", "monitor/settings.toml"])
@pytest.mark.parametrize("command", ["doctor", "jobs", "library"])
def test_no_command_waits_for_a_pipe(tmp_path: Path, place: str, command: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    ended = subprocess.run(
        [sys.executable, "-c", RUN, command],
        env={**os.environ, "DASHAI_LOCAL_PATH": str(tmp_path)},
        capture_output=True, text=True, timeout=WAIT_S, check=False,
    )  # fmt: skip
    said = ended.stdout + ended.stderr
    assert "has a fault" not in said
    assert "Traceback" not in said
    if ended.returncode:
        assert str(path) in said
    if command == "doctor":
        assert str(path) in said
    assert path.is_fifo()
