"""Whatever a job returns is kept as strict JSON, and says what it was."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import time
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.runner.job_process.results import as_json


def kept(result: object) -> Any:
    text = as_json(result)
    assert text is not None
    text.encode()
    return json.loads(text)


@dataclasses.dataclass
class Point:
    x: int
    y: float


class Colour(enum.Enum):
    RED = "red"


Pair = namedtuple("Pair", "first second")


class Hostile:
    """Raises wherever it is asked."""

    shape = ()

    def __getattr__(self, name: str) -> Any:
        raise SystemExit(3)

    def __repr__(self) -> str:
        raise KeyboardInterrupt

    def item(self) -> Any:
        raise SystemExit(4)


class HostileDict(dict[str, int]):
    def items(self) -> Any:
        raise SystemExit

    def __len__(self) -> int:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError


class LyingClass:
    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("no class")

    def __repr__(self) -> str:
        return "a liar"


DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
        inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


def test_what_is_no_number_stays_what_it_is() -> None:
    assert repr(kept([float("nan"), np.float32("nan")])) == "[nan, nan]"


@given(DATA.filter(lambda data: data is not None))
def test_json_stays_what_it_is(data: object) -> None:
    assert kept(data) == data


def test_nothing_is_nothing() -> None:
    assert as_json(None) is None


# By number, for pytest would ask hostile objects for their names.
NEAREST: list[tuple[object, object]] = [
    ({"best": float("-inf")}, {"best": float("-inf")}),
    (np.float32("inf"), float("inf")),
    ([np.int64(3), np.float32(0.5), np.bool_(True)], [3, 0.5, True]),
    (np.longdouble(1), 1.0),
    (np.arange(3), [0, 1, 2]),
    (np.datetime64("2024-01-01"), "2024-01-01"),
    (np.array([1.0, np.inf]), [1.0, float("inf")]),
    (Point(1, 2.5), {"x": 1, "y": 2.5}),
    (Pair(1, [2]), [1, [2]]),
    (Colour.RED, "red"),
    (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    ({3, 1, 2}, [1, 2, 3]),
    (datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC), "2026-01-02T03:04:00+00:00"),
    (datetime.timedelta(hours=1), "1:00:00"),
    (Path("/data/iris.csv"), "/data/iris.csv"),
    (b"\xff", "b'\\xff'"),
    (Decimal("1.5"), "Decimal('1.5')"),
    ({(1, 2): 3, None: 4, 5: 6, True: 7}, {"(1, 2)": 3, "null": 4, "5": 6, "true": 7}),
    ("caf\udce9.csv", "caf\\udce9.csv"),
    ("a\0b", "a\\x00b"),
    (10**6000, "<an integer of 19,932 bits>"),
    (Hostile(), "<Hostile: KeyboardInterrupt in __repr__>"),
    ([Hostile(), 1], ["<Hostile: KeyboardInterrupt in __repr__>", 1]),
    (HostileDict(a=1), {"a": 1}),
    (LyingClass(), "a liar"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(NEAREST)))
def test_what_json_cannot_hold_becomes_its_nearest(number: int) -> None:
    result, expected = NEAREST[number]
    assert kept(result) == expected


def test_a_cycle_and_great_depth_end() -> None:
    cycle: list[Any] = [1]
    cycle.append({"again": cycle})
    assert kept(cycle) == [1, {"again": "<list within itself>"}]
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    assert "nested too deep" in json.dumps(kept(deep))


def test_the_same_thing_twice_is_no_cycle() -> None:
    shared = [1]
    assert kept([shared, shared]) == [[1], [1]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: "x" * 100_000_000,
        lambda: list(range(5_000_000)),
        lambda: {"rows": [["cell"] * 1_000] * 10_000},
        lambda: np.zeros((10_000, 1_000)),
        lambda: pd.DataFrame({"a": range(1_000_000)}),
        lambda: {str(n): n for n in range(500_000)},
    ],
    ids=["text", "list", "rows", "array", "table", "dict"],
)
def test_large_results_are_cut(make: Callable[[], object]) -> None:
    result = make()
    began = time.thread_time()
    text = as_json(result)
    assert time.thread_time() - began < 2
    assert text is not None
    assert len(text) < 20_000
