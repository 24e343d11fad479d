"""Tracebacks as values: which errors, through whose calls, with which variables."""

from __future__ import annotations

from typing import Any

import pytest

import queue_core
from queue_core.failures.calls import Origin, library_of, origin_of
from queue_core.failures.traceback_text import Link, read_traceback
from queue_core.runner.job_process.reports import report_failure


def load(path: str) -> None:
    rows = 104
    api_token = "hunter2"  # noqa: F841 - the report must hide it
    raise ValueError(f"line {rows} of {path}")


def prepare(path: str, depth: int) -> None:
    if depth:
        prepare(path, depth - 1)
    try:
        load(path)
    except ValueError as error:
        raise KeyError("species") from error


@pytest.mark.parametrize(
    ("file", "origin", "library"),
    [
        ("/home/ana/study/prepare.py", Origin.OWN, ""),
        ("<ipython-input-3>", Origin.OWN, ""),
        ("C:\\Users\\Ana\\prepare.py", Origin.OWN, ""),
        ("/x/.venv/lib/python3.11/site-packages/sklearn/base.py", Origin.LIBRARY, "sklearn"),
        ("/x/.venv/lib/python3.11/site-packages/six.py", Origin.LIBRARY, "six"),
        ("sklearn/base.py", Origin.LIBRARY, "sklearn"),
        ("/usr/lib/python3.11/json/decoder.py", Origin.PYTHON, "Python"),
        ("C:\\Python312\\Lib\\json\\decoder.py", Origin.PYTHON, "Python"),
        ("<frozen importlib._bootstrap>", Origin.PYTHON, "Python"),
        ("/x/site-packages/queue_core/jobs/dataset_job.py", Origin.PROGRAM, ""),
        ("queue_core/jobs/dataset_job.py", Origin.PROGRAM, ""),
        (queue_core.failures.calls.__file__, Origin.PROGRAM, ""),
    ],
)
def test_whose_code_a_call_is(file: str, origin: Origin, library: str) -> None:
    assert (origin_of(file), library_of(file)) == (origin, library)


def test_what_a_job_reports_is_read_back_with_its_variables() -> None:
    try:
        prepare("iris.csv", 2)
    except KeyError as error:
        report = report_failure(error, reusable=True, searched=[])
    last, first = read_traceback(report.traceback, report.frames)
    assert (last.text, last.link) == ("KeyError: 'species'", Link.NONE)
    assert (first.text, first.link) == ("ValueError: line 104 of iris.csv", Link.CAUSE)
    assert [call.function for call in last.calls][-3:] == ["prepare"] * 3
    assert last.calls[-1].variables["depth"] == "0"
    innermost = first.calls[-1]
    assert innermost.code.startswith("raise ValueError(")
    assert innermost.variables["rows"] == "104"
    assert innermost.variables["api_token"] == "(hidden)"
    assert innermost.origin is Origin.OWN


def test_own_calls_are_kept_however_deep_a_library_goes() -> None:
    library: dict[str, Any] = {"__name__": "deep"}
    source = "def dive(n):\n    return dive(n - 1) if n else 1 / 0\n"
    exec(compile(source, "/x/site-packages/deep/__init__.py", "exec"), library)

    def own(rows: int) -> None:
        library["dive"](30 + rows)

    try:
        own(5)
    except ZeroDivisionError as error:
        report = report_failure(error, reusable=True, searched=[])
    kept = [frame["function"].rpartition(".")[2] for frame in report.frames]
    assert kept.count("dive") == 12
    own_frame = report.frames[kept.index("own")]
    assert own_frame["locals"]["rows"] == "5"
    (raised,) = read_traceback(report.traceback, report.frames)
    assert sum(call.repeats for call in raised.calls) > 20


@pytest.mark.parametrize(
    "text",
    ["", "no traceback", "Traceback (most recent call last):\n", '  File "x", line 1, in y\n',
     "  + Exception Group Traceback (most recent call last):\n  | ValueError: x\n",
     "Traceback (most recent call last):\n" + '  File "a.py", line 1, in a\n' * 5_000 + "E: x"],
)  # fmt: skip
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert sum(len(raised.calls) for raised in read_traceback(text)) == 0


def test_a_syntax_error_names_its_place() -> None:
    (raised,) = read_traceback(
        'Traceback (most recent call last):\n  File "/a/b.py", line 3, in run\n    exec(x)\n'
        '  File "/a/c.py", line 7\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n\nmore\n',
        [{"file": "/a/b.py", "line": 3, "locals": "damaged"}],
    )
    assert raised.text == "SyntaxError: invalid syntax\n\nmore"
    assert [(c.file, c.line, c.function, c.code) for c in raised.calls] == [
        ("/a/b.py", 3, "run", "exec(x)"), ("/a/c.py", 7, "", "x = = 1"),
    ]  # fmt: skip
