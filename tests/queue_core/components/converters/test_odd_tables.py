from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queue_core.components.converters.converting import sql_converter
from queue_core.components.registry import ComponentKind, components
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import JobError

pytestmark = pytest.mark.sweep

Store = Callable[[Any], StoredDataset]
Run = Callable[..., StoredDataset]

DAY = pd.to_datetime(["2024-01-01"])
ODD = {
    "no rows": pd.DataFrame({"x": pd.Series([], dtype=float), "t": pd.Series([], dtype=str),
                             "d": pd.Series([], dtype="datetime64[us]")}),
    "all missing": pd.DataFrame({"x": [np.nan] * 3, "t": pd.Series([None] * 3, dtype=str),
                                 "d": pd.Series([None] * 3, dtype="datetime64[us]")}),
    "constant": pd.DataFrame({"x": [2.0] * 5, "t": ["a"] * 5, "d": DAY.repeat(5)}),
    "infinite": pd.DataFrame({"x": [np.inf, 1.0, 2.0, -np.inf], "t": list("abab"),
                              "d": DAY.repeat(4)}),
    "one row": pd.DataFrame({"x": [1.0], "t": ["ü€漢"], "d": pd.to_datetime(["1969-12-31"])}),
    "strange names": pd.DataFrame({"x": [1.0, 2], "t": ["a", "b"], "d": DAY.repeat(2),
                                   'Größe "m"; DROP': [1, 2], "`q`": [1, 2], "row": [5, 6],
                                   "漢字 列": ["x", "y"]}),
    "ten thousand categories": pd.DataFrame({"x": np.arange(20_000) / 7.0,
                                             "t": [f"c{i % 10_000}" for i in range(20_000)],
                                             "d": pd.date_range("2000-01-01", periods=20_000)}),
    "500 columns": pd.DataFrame({"x": [1.0, 2], "t": ["a", "b"], "d": DAY.repeat(2),
                                 **{f"c{i}": [i, i + 0.5] for i in range(500)}}),
}  # fmt: skip
QUICK = ("no rows", "all missing", "strange names", "infinite")
WORK: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "keep_columns": (("x", "t"), {}),
    "drop_columns": (("x",), {}),
    "rename_columns": ((), {"names": {"x": "y"}}),
    "filter_rows": ((), {"condition": "x > 0 or t = 'a'"}),
    "drop_missing": ((), {}),
    "drop_duplicates": ((), {}),
    "sample_rows": ((), {"share": 0.5}),
    "sort_rows": (("t", "x"), {}),
    "calculate_column": ((), {"name": "y", "expression": "x / (x - 2) + length(t)"}),
    "replace_values": ((), {"values": {"a": "b", "1": 2}}),
    "change_type": (("x",), {"type": "integer"}),
    "date_features": ((), {}),
    "join_datasets": ((), {"dataset_id": 1, "on": ["t"], "how": "semi"}),
    "group_and_aggregate": (("t",), {"summaries": ["mean(x)", "count()", "max(d)"]}),
    "pivot": (("d",), {"names_from": "t", "values_from": "x"}),
    "unpivot": (("x", "t"), {}),
    "fill_missing": ((), {}),
    "clip_outliers": ((), {}),
}


def test_all_of_them_are_tried() -> None:
    known = components(ComponentKind.CONVERTER).values()
    assert set(WORK) == {c.id for c in known if "family" not in c.options}


@pytest.mark.parametrize("converter", sorted(WORK))
@pytest.mark.parametrize(
    "odd", [pytest.param(odd, marks=() if odd in QUICK else pytest.mark.slow) for odd in ODD]
)
def test_odd_tables_work_or_say_what_to_change(
    store: Store, run: Run, odd: str, converter: str
) -> None:
    table = store(ODD[odd])
    columns, params = WORK[converter]
    refused: JobError | None = None
    try:
        assert run(table, converter, *columns, params=params).columns
    except JobError as error:
        refused = error
    assert refused is None or refused.hint
    # A pivot makes a column of each value: of ten thousand there is no table.
    assert (refused is not None) == ((converter, odd) == ("pivot", "ten thousand categories"))


def test_the_most_frequent_values_are_the_same_in_a_wide_table(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(
        {
            "tie": [2, 2, 1, 1, None, 3],
            "float": [0.1, 0.1, 1e-300, np.nan, 1e300, 5.0],
            "text": ["b", "a", None, "b", "a", ""],
            "flag": pd.array([True, None, False, False, True, None], dtype="boolean"),
            "at": [*pd.date_range("2020-02-29 01:02:03.000004", periods=5), pd.NaT],
            "none": pd.Series([None] * 6, dtype=str),
        }
    )
    narrow = run(store(frame), "fill_missing", params={"strategy": "most_frequent"})
    monkeypatch.setattr(sql_converter, "WIDE_COLUMNS", 0)
    wide = run(store(frame), "fill_missing", params={"strategy": "most_frequent"})
    assert narrow.page(0, 6).equals(wide.page(0, 6))
    assert narrow.page(4, 1).to_pylist()[0]["tie"] == 1
    assert narrow.page(2, 1).to_pylist()[0]["text"] == "a"


@pytest.mark.parametrize(
    "converter",
    [
        "SimpleImputer",
        *(pytest.param(c, marks=pytest.mark.slow) for c in ("StandardScaler", "fill_missing")),
    ],
)
def test_a_wide_table_may_stay_as_wide_as_it_is(store: Store, run: Run, converter: str) -> None:
    frame = pd.DataFrame(
        np.arange(6_300.0).reshape(3, 2_100), columns=[f"c{i}" for i in range(2_100)]
    )
    assert len(run(store(frame), converter).columns) == 2_100
