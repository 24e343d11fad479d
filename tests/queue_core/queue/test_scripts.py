"""Jobs that a script puts while another process runs them: by value, with the script's modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from queue_core import HueyJobQueue, JobStatus

HEAD = """
import sys
import math
import functools
from dataclasses import dataclass
from queue_core import BaseJob, HueyJobQueue
"""
PUT = """
if __name__ == "__main__":
    print(HueyJobQueue(sys.argv[1]).put(job()))
"""

SCRIPTS = {
    "lambdas and closures": (
        """
def scaled(by):
    return lambda x: x * by

class Job(BaseJob):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steps = [scaled(2), lambda x: x + offset]
    def run(self):
        value = self.kwargs["value"]
        for step in self.steps:
            value = step(value)
        return value

offset = 2
def job():
    return Job(value=20, callback=lambda: None)
""",
        42,
    ),
    "module globals, helpers and imports": (
        """
FACTOR = 7

def helper(n):
    return helper(n - 1) + FACTOR if n else 0

@functools.lru_cache
def cached(n):
    return math.floor(n) + helper(6)

class Job(BaseJob):
    def run(self):
        return cached(0.5)

def job():
    return Job()
""",
        42,
    ),
    "a class hierarchy and a dataclass": (
        """
@dataclass
class Settings:
    depth: int = 40

class Base(BaseJob):
    def run(self):
        return self.value() + 1
    def value(self):
        return 0

class Job(Base):
    EXTRA = 1
    def value(self):
        return super().value() + self.kwargs["settings"].depth + self.EXTRA
    @staticmethod
    def unused():
        return Job

def job():
    return Job(settings=Settings())
""",
        42,
    ),
    "a module beside the script": (
        """
import beside

def job():
    return beside.Job(value=beside.Holder(21))
""",
        42,
    ),
}
BESIDE = """
from queue_core import BaseJob

class Holder:
    def __init__(self, value):
        self.value = value

class Job(BaseJob):
    def run(self):
        import also_beside
        return also_beside.double(self.kwargs["value"].value)
"""


def put_by_script(queue: HueyJobQueue, folder: Path, body: str) -> str:
    script = folder / "script.py"
    script.write_text(HEAD + body + PUT)
    done = subprocess.run(
        [sys.executable, str(script), str(queue.folder.root)],
        capture_output=True, text=True, cwd="/", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_puts_a_job_that_another_process_runs(
    running: HueyJobQueue, tmp_path: Path, name: str
) -> None:
    (tmp_path / "beside.py").write_text(BESIDE)
    (tmp_path / "also_beside.py").write_text("def double(x):\n    return 2 * x\n")
    body, expected = SCRIPTS[name]
    record = running.wait(put_by_script(running, tmp_path, body), 30)
    assert record.status is JobStatus.FINISHED, record.traceback
    assert record.result == expected


def test_two_scripts_with_modules_of_one_name(running: HueyJobQueue, tmp_path: Path) -> None:
    results = []
    for number in (1, 2):
        folder = tmp_path / f"project{number}"
        folder.mkdir()
        (folder / "beside.py").write_text(BESIDE)
        (folder / "also_beside.py").write_text(f"def double(x):\n    return {number} * x\n")
        job_id = put_by_script(running, folder, SCRIPTS["a module beside the script"][0])
        results.append(running.wait(job_id, 30).result)
    assert results == [21, 42]


def test_a_changed_module_is_read_anew(running: HueyJobQueue, tmp_path: Path) -> None:
    results = []
    for number in (3, 40):
        (tmp_path / "beside.py").write_text(BESIDE)
        (tmp_path / "also_beside.py").write_text(f"def double(x):\n    return {number} * x\n")
        job_id = put_by_script(running, tmp_path, SCRIPTS["a module beside the script"][0])
        results.append(running.wait(job_id, 30).result)
    assert results == [63, 840]
