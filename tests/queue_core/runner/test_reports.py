"""The local variables of a failed job: short, safe to make, and without secrets."""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from queue_core.runner.job_process.reports import report_failure


def locals_of(function: Any, *arguments: Any) -> dict[str, str]:
    try:
        function(*arguments)
    except ValueError as error:
        report = report_failure(error, reusable=True, searched=[])
        return dict(report.frames[-1]["locals"])
    raise AssertionError("it did not fail")


def fail_with(value: Any) -> None:
    password = "hunter2"  # noqa: F841 - the report must hide it
    raise ValueError("it does not fit")


class RaisesInGetattr:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no attribute")


class RaisesInRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Config:
    def __repr__(self) -> str:
        return "Config(host='db', password='hunter2')"


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: 3, "3"),
        (lambda: "text", "'text'"),
        (lambda: {"token": "hunter2", "n": 1}, "{'n': 1, 'token': '(hidden)'}"),
        (lambda: Config(), "Config(host='db', password='(hidden)')"),
        (lambda: RaisesInRepr(), "<RaisesInRepr: RuntimeError in __repr__>"),
        (lambda: RaisesInGetattr(), "<RaisesInGetattr: RuntimeError in __repr__>"),
        (lambda: [RaisesInGetattr(), 1], "[<RaisesInGetattr: RuntimeError in __repr__>, 1]"),
        (lambda: OrderedDict(a=1), "OrderedDict({'a': 1})"),
        (lambda: b"x" * 5_000_000, "<bytes of length 5,000,000>"),
    ],
)
def test_values_are_shown(make: Callable[[], Any], shown: str) -> None:
    found = locals_of(fail_with, make())
    assert found["value"] == shown
    assert found["password"] == "(hidden)"


def test_arrays_and_tables_are_named_by_their_shape() -> None:
    import numpy as np
    import pandas as pd

    table = pd.DataFrame({"a": range(5)})
    found = locals_of(fail_with, [np.zeros((3, 4)), {"table": table}])
    assert found["value"] == "[<ndarray of shape (3, 4)>, {'table': <DataFrame of shape (5, 1)>}]"


@pytest.mark.parametrize(
    "value",
    [
        list(range(3_000_000)),
        {"inner": list(range(3_000_000))},
        defaultdict(list, a=list(range(3_000_000))),
        set(range(1_000_000)),
        "x" * 50_000_000,
        [["deep"] * 900] * 900,
    ],
    ids=["list", "dict of a list", "defaultdict", "set", "text", "lists of lists"],
)
def test_large_data_is_not_formatted(value: Any) -> None:
    began = time.thread_time()  # of this thread's own: the machine may be busy
    found = locals_of(fail_with, value)
    assert time.thread_time() - began < 0.5
    assert len(found["value"]) <= 301


def test_a_cycle_ends() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    assert "..." in locals_of(fail_with, cycle)["value"]
