"""A column that a step made is of the type that its values have, whatever it was before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queue_core.components.arrow_types import column_type_of
from queue_core.components.column_types import ColumnType
from queue_core.components.converters.notebooks.notebook import NotebookStates
from queue_core.components.converters.notebooks.steps import Step
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.registry import ComponentKind, components
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, JobError

pytestmark = pytest.mark.sweep

Store = Callable[[Any], StoredDataset]
Run = Callable[..., StoredDataset]

COUNT = 12
MONTHS = [f"19{49 + n // 12}-{n % 12 + 1:02}" for n in range(COUNT)]


@pytest.fixture
def kinds(store: Store) -> StoredDataset:
    """One column of each type, and texts that could be of another one."""
    return store(
        pa.table(
            {
                "whole": pa.array(range(COUNT), pa.int64()),
                "part": pa.array([n / 4 for n in range(COUNT)], pa.float64()),
                "truth": pa.array([n % 2 == 0 for n in range(COUNT)]),
                "prose": pa.array([f"word {n}" for n in range(COUNT)]),
                "few": pa.array(["a", "b", "c"] * (COUNT // 3)),
                "day": pa.array([dt.date(2024, 1, n + 1) for n in range(COUNT)]),
                "moment": pd.date_range("2024-01-01 12:00", periods=COUNT).to_numpy(),
                "clock": pa.array([dt.time(n, 30) for n in range(COUNT)]),
                "span": pa.array([dt.timedelta(hours=n) for n in range(COUNT)]),
                "month": pa.array(MONTHS),
                "digits": pa.array([str(n * 10) for n in range(COUNT)]),
                "iso": pa.array([f"2024-03-{n + 1:02}" for n in range(COUNT)]),
                "at": pa.array([f"2024-03-01 {n:02}:00:00" for n in range(COUNT)]),
                "yes": pa.array(["true", "false"] * (COUNT // 2)),
            }
        )
    )


def types(dataset: StoredDataset) -> dict[str, str]:
    return {info.name: info.type.value for info in dataset.columns}


def require_true_types(dataset: StoredDataset) -> None:
    """Fail where a column is called what its values are not."""
    for field in pq.read_schema(dataset.parquet_path):
        stated, seen = dataset.column(field.name).type, column_type_of(field.type)
        assert stated is seen or (stated.is_textual and seen.is_textual), field.name
        statistics = dataset.column(field.name).statistics
        assert ("mean" in statistics) == stated.is_number


@pytest.mark.parametrize(
    ("name", "wanted", "options"),
    [
        ("month", "date", {"date_format": "%Y-%m"}),
        ("month", "datetime", {"date_format": "%Y-%m"}),
        ("iso", "date", {}),
        ("at", "datetime", {}),
        ("at", "date", {}),
        ("digits", "integer", {}),
        ("digits", "float", {}),
        ("digits", "category", {}),
        ("yes", "boolean", {}),
        ("few", "text", {}),
        ("prose", "category", {}),
        ("whole", "float", {}),
        ("whole", "text", {}),
        ("whole", "category", {}),
        ("whole", "boolean", {}),
        ("part", "integer", {}),
        ("truth", "integer", {}),
        ("truth", "text", {}),
        ("day", "datetime", {}),
        ("day", "text", {}),
        ("day", "category", {}),
        ("moment", "date", {}),
        ("moment", "time", {}),
        ("clock", "text", {}),
        ("span", "float", {}),
        ("span", "integer", {}),
        ("span", "text", {}),
    ],
)
def test_a_cast_column_is_of_its_new_type(
    kinds: StoredDataset, run: Run, name: str, wanted: str, options: dict[str, Any]
) -> None:
    result = run(kinds, "change_type", name, params={"type": wanted, **options})
    assert types(result) == {**types(kinds), name: wanted}
    assert result.column(name).missing == 0
    require_true_types(result)


def test_durations_become_seconds_or_their_usual_text(kinds: StoredDataset, run: Run) -> None:
    seconds = run(kinds, "change_type", "span", params={"type": "integer"})
    assert seconds.to_pandas(["span"])["span"].tolist()[:3] == [0, 3600, 7200]
    texts = run(kinds, "change_type", "span", params={"type": "text"})
    assert texts.to_pandas(["span"])["span"].tolist()[2] == "02:00:00"
    long = run(kinds, "unpivot", "span", "prose")
    assert "02:00:00" in long.to_pandas(["value"])["value"].tolist()


@pytest.mark.parametrize(
    ("name", "wanted", "option"),
    [
        ("month", "date", "date_format to %Y-%m"),
        ("prose", "date", "date_format"),
        ("prose", "float", "Calculate column"),
        ("prose", "boolean", "Replace values"),
        ("few", "time", "Choose another type"),
    ],
)
def test_a_cast_that_fits_no_value_fails_and_names_what_helps(
    kinds: StoredDataset, run: Run, name: str, wanted: str, option: str
) -> None:
    with pytest.raises(DataError, match=f"No value of “{name}” can become {wanted}") as caught:
        run(kinds, "change_type", name, params={"type": wanted})
    assert option in caught.value.hint


def test_the_other_decimal_sign_is_named(store: Store, run: Run) -> None:
    table = store(pd.DataFrame({"x": ["1.234.567,5", "2.000.000,25"]}))
    with pytest.raises(DataError) as caught:
        run(table, "change_type", "x", params={"type": "float"})
    assert caught.value.hint == "Set decimal_sign to “,”."


def test_an_empty_column_can_be_cast(store: Store, run: Run) -> None:
    table = store(pa.table({"x": pa.array([None, None], pa.string()), "n": [1, 2]}))
    assert types(run(table, "change_type", "x", params={"type": "date"}))["x"] == "date"


STEPS: dict[str, tuple[str, tuple[str, ...], dict[str, Any], dict[str, str]]] = {
    "replaced by a number": (
        "calculate_column", (), {"name": "prose", "expression": "length(prose)"},
        {"prose": "integer"},
    ),
    "replaced by a date": (
        "calculate_column", (), {"name": "few", "expression": "date(iso)"}, {"few": "date"},
    ),
    "replaced by text": (
        "calculate_column", (), {"name": "whole", "expression": "text(whole)"}, {"whole": "text"},
    ),
    "text replaced by categories": (
        "calculate_column", (), {"name": "prose", "expression": "if(truth, 'a', 'b')"},
        {"prose": "category"},
    ),
    "duration replaced by a number": (
        "calculate_column", (), {"name": "span", "expression": "whole"}, {"span": "integer"},
    ),
    "duration calculated": (
        "calculate_column", (), {"name": "longest", "expression": "coalesce(span, span)"},
        {"longest": "duration"},
    ),
    "names changed with each other": (
        "rename_columns", (), {"names": {"day": "few", "few": "day"}},
        {"day": "category", "few": "date"},
    ),
    "summaries named as columns": (
        "group_and_aggregate", ("truth",),
        {"summaries": ["few = max(day)", "span = count()", "prose = max(span)", "day = min(few)"]},
        {"truth": "boolean", "few": "date", "span": "integer", "prose": "duration",
         "day": "category"},
    ),
    "pivoted durations": (
        "pivot", ("truth",), {"names_from": "few", "values_from": "span"},
        {"truth": "boolean", "a": "duration", "b": "duration", "c": "duration"},
    ),
    "pivoted dates": (
        "pivot", ("few",), {"names_from": "truth", "values_from": "day"},
        {"few": "category", "false": "date", "true": "date"},
    ),
    "value called as a column": (
        "unpivot", ("day",), {"names_to": "what", "values_to": "day"},
        {"what": "category", "day": "date"},
    ),
    "unpivoted durations": (
        "unpivot", ("span",), {}, {"name": "category", "value": "duration"},
    ),
    "filled": ("fill_missing", ("few",), {"strategy": "most_frequent"}, {"few": "category"}),
    "replaced values": ("replace_values", ("few",), {"values": {"a": "z"}}, {"few": "category"}),
    "parts of dates": (
        "date_features", ("day",), {"parts": ["year", "is_weekend"]},
        {"day_year": "integer", "day_is_weekend": "boolean"},
    ),
    "joined": (
        "join_datasets", (), {"dataset_id": 1, "on": ["whole"]},
        {"few_other": "category", "span_other": "duration", "day_other": "date"},
    ),
    "numbered categories": (
        "OrdinalEncoder", ("few",), {}, {"few": "integer"},
    ),
    "one column for each": (
        "OneHotEncoder", ("few",), {}, {"few_a": "integer"},
    ),
    "scaled": ("StandardScaler", ("whole",), {}, {"whole": "float"}),
    "most frequent": ("SimpleImputer", ("few",), {"strategy": "most_frequent"},
                      {"few": "category"}),
}  # fmt: skip


@pytest.mark.parametrize("case", STEPS)
def test_each_result_column_has_the_type_of_what_was_computed(
    kinds: StoredDataset, run: Run, case: str
) -> None:
    converter, columns, params, expected = STEPS[case]
    result = run(kinds, converter, *columns, params=params)
    found = types(result)
    assert {name: found.get(name) for name in expected} == expected
    require_true_types(result)


@pytest.mark.parametrize("converter", sorted(components(ComponentKind.CONVERTER)))
def test_no_converter_calls_a_column_what_it_is_not(
    kinds: StoredDataset, run: Run, converter: str
) -> None:
    component = components(ComponentKind.CONVERTER)[converter]
    scope = {"target": "truth"} if component.options.get("target") == "required" else {}
    given = next((s for s in STEPS.values() if s[0] == converter), (converter, (), {}, {}))
    refused = None
    try:
        require_true_types(run(kinds, converter, *given[1], params=given[2], **scope))
    except JobError as error:
        refused = error
    assert refused is None or refused.hint


def test_steps_undone_and_done_again_keep_the_type(tmp_path: Path, kinds: StoredDataset) -> None:
    (tmp_path / "building").mkdir()
    states = NotebookStates(tmp_path / "states", tmp_path / "building", StoredDataset)
    cast = Step(
        converter="change_type", columns=("month",),
        params={"type": "date", "date_format": "%Y-%m"},
    )  # fmt: skip
    parts = Step(converter="date_features", columns=("month",), params={"parts": ["year"]})
    assert types(states.current(kinds, [cast]))["month"] == "date"
    assert types(states.current(kinds, [cast, parts]))["month_year"] == "integer"
    assert types(states.current(kinds, []))["month"] == "text"
    assert types(states.current(kinds, [cast]))["month"] == "date"
    applied, _ = states.apply(kinds, [cast], kinds)
    assert types(applied)["month"] == "date"


def test_a_stated_type_is_not_believed_against_the_values(tmp_path: Path) -> None:
    table = pa.table({"day": [dt.date(2024, 1, 1)], "word": ["a"]})
    stated = {"day": ColumnType.TEXT, "word": ColumnType.CATEGORY}
    stored = write_dataset(tmp_path / "stored", table, types=stated)
    assert types(stored) == {"day": "date", "word": "category"}
