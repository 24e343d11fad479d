"""Jobs of a script travel by value: as they are at each put, and no slower than they must be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from queue_core.runner.job_process.job_pickle import NotStorableError, dump_job, load_job

WRITER = """
import sys
from pathlib import Path
from queue_core import BaseJob
from queue_core.runner.job_process import job_pickle

number, many, helper_made = 1, [1], 0
def helper(): return number * 10
def other(): return -1

class Base(BaseJob):
    factor = 2
    def twice(self): return self.factor * helper()
class J(Base):
    def __init__(self, **kwargs): super().__init__(**kwargs)
    def run(self): return self.twice(), self.kwargs.get("n"), len(many)
class Plain(BaseJob):
    def run(self): return number, self.kwargs.get("f") and self.kwargs["f"]()
class Value:
    def __init__(self, x): self.x = x

out, count = Path(sys.argv[1]), 0
def put(job):
    global count
    (out / str(count)).write_bytes(job_pickle.dump_job(job)); count += 1

CHANGES
"""
READER = """
import sys
from pathlib import Path
from queue_core.runner.job_process.job_pickle import load_job
for path in sorted(Path(sys.argv[1]).iterdir(), key=lambda p: int(p.name)):
    print(load_job(path.read_bytes()).run())
"""


def run_script(text: str, folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", text, str(folder)], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize(
    ("changes", "answers"),
    [
        ("put(J(n=1)); number = 2; put(J(n=2))", ["(20, 1, 1)", "(40, 2, 1)"]),
        ("put(J()); many.append(2); put(J())", ["(20, None, 1)", "(20, None, 2)"]),
        ("put(J()); Base.factor = 5; put(J())", ["(20, None, 1)", "(50, None, 1)"]),
        ("put(J()); helper = other; put(J())", ["(20, None, 1)", "(-2, None, 1)"]),
        (
            "put(J()); Base.twice = lambda self: 'changed'; put(J())",
            ["(20, None, 1)", "('changed', None, 1)"],
        ),
        (
            "def run(self): return 'late'\nput(Plain()); Plain.run = run; put(Plain())",
            ["(1, None)", "late"],
        ),
        (
            "put(Plain(f=lambda: number + 1)); number = 7; put(Plain(f=lambda: number + 1))",
            ["(1, 2)", "(7, 8)"],
        ),
        ("put(Plain(f=helper)); number = 3; put(Plain(f=helper))", ["(1, 10)", "(3, 30)"]),
        ("put(Plain(v=Value(4)))", ["(1, None)"]),
        (
            "import math\nfrom math import floor as f\nclass K(BaseJob):\n"
            " def run(self): return f(2.5)\nput(K())\nfrom math import ceil as f\nput(K())",
            ["2", "3"],
        ),
    ],
)
def test_a_job_travels_as_it_is_when_it_is_put(
    tmp_path: Path, changes: str, answers: list[str]
) -> None:
    run_script(WRITER.replace("CHANGES", changes), tmp_path)
    assert run_script(READER, tmp_path).splitlines() == answers


def test_an_unchanged_class_is_not_stored_anew(tmp_path: Path) -> None:
    """Dill is written in Python: it takes milliseconds for each class."""
    text = WRITER.replace(
        "CHANGES",
        "import dill; calls = []; real = dill.dump\n"
        "def counted(*a, **k): calls.append(1); return real(*a, **k)\n"
        "dill.dump = counted\n"
        "for n in range(20): put(Plain(n=n))\n"
        "print(len(calls))",
    )
    assert run_script(text, tmp_path).strip() == "1"
    assert len(run_script(READER, tmp_path).splitlines()) == 20


class _Refuses:
    def __reduce__(self) -> str:
        raise SystemExit(3)


@pytest.mark.parametrize("value", [_Refuses(), (n for n in range(3))], ids=["exits", "generator"])
def test_what_cannot_be_stored_is_refused(value: object) -> None:
    with pytest.raises(NotStorableError):
        dump_job([value])


def test_a_job_of_an_earlier_version_is_read() -> None:
    import pickle

    import dill

    assert load_job(pickle.dumps({"a": 1}, 5)) == {"a": 1}
    assert load_job(dill.dumps(lambda: 5, protocol=5))() == 5
