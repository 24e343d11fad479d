from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from queue_core.paths import LocalFolder

# The jobs' code lives in a script that is installed nowhere, as a user's does.
JOBS = '''
import pathlib, sys, time
from queue_core import BaseJob, HueyJobQueue
from queue_core.errors import DataError


class Count(BaseJob):
    def run(self):
        steps = self.kwargs.get("steps", 3)
        for step in range(steps):
            self.report_progress(step / steps, "Counting")
            print("step", step, flush=True)
        return {"counted": steps}


class Fail(BaseJob):
    def run(self):
        print("about to fail")
        try:
            {}["key"]
        except KeyError as error:
            raise DataError("The column “x” is missing.", hint="Choose another.") from error


class Hold(BaseJob):
    """Runs until a file appears, and says when it has begun."""

    def run(self):
        release = pathlib.Path(self.kwargs["release"])
        self.report_progress(0.5, "Holding")
        print("begun", flush=True)
        while not release.exists():
            time.sleep(0.01)
        print("done", flush=True)


if __name__ == "__main__":
    queue = HueyJobQueue()
    kind, *pairs = sys.argv[1:]
    print(queue.put(globals()[kind](**dict(pair.split("=") for pair in pairs))))
    queue.close()
'''


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


class CommandLine:
    """Runs the real program in the test's local folder."""

    def __init__(self, folder: LocalFolder, scratch: Path) -> None:
        self.folder = folder
        self.scratch = scratch
        self.script = scratch / "my_jobs.py"
        self.script.write_text(JOBS, encoding="utf-8")

    def __call__(self, *arguments: object, **environment: str) -> Ended:
        ended = subprocess.run(
            self.command(*arguments),
            cwd=self.scratch,
            env={**os.environ, **environment},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a command and leave it running; the test ends it."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.scratch,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def command(self, *arguments: object) -> list[str]:
        """Return the command with its arguments."""
        return [sys.executable, "-m", "queue_core", *map(str, arguments)]

    def put(self, kind: str, **params: object) -> str:
        """Put a job of the script; return its id."""
        pairs = [f"{key}={value}" for key, value in params.items()]
        ended = subprocess.run(
            [sys.executable, self.script, kind, *pairs],
            cwd=self.scratch, capture_output=True, encoding="utf-8", timeout=60, check=True,
        )  # fmt: skip
        return ended.stdout.strip()


@pytest.fixture
def cli(local_folder: LocalFolder, tmp_path: Path) -> CommandLine:
    return CommandLine(local_folder, tmp_path)


@pytest.fixture
def run(local_folder: LocalFolder, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command within the test's process: for commands that look at or change rows."""
    from queue_core.cli import main

    def command(*arguments: object) -> Ended:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.err, shown.err
        return Ended(code, shown.out, shown.err)

    return command


@pytest.fixture
def waiting(local_folder: LocalFolder) -> Callable[..., str]:
    """Put a job that waits, as no program runs it."""
    from queue_core import HueyJobQueue
    from queue_core.jobs.python_job import PythonJob
    from queue_core.queue.values import JobOptions

    def put(name: str, **options: Any) -> str:
        queue = HueyJobQueue()
        try:
            return queue.put(PythonJob(function=print, name=name), JobOptions(**options))
        finally:
            queue.close()

    return put
