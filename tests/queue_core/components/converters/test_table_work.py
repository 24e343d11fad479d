from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queue_core.components.converters.notebooks.steps import Step, apply_step, run_step
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, JobError, ParameterError

pytestmark = pytest.mark.sweep

ALL_COLUMNS = ("id", "price", "city", "day", "ok", "n", "Größe m", "dur", "at")
SELF: dict[str, Any] = {"dataset_id": 1}
Store = Callable[[Any], StoredDataset]
Run = Callable[..., StoredDataset]


def column(dataset: StoredDataset, name: str) -> list[Any]:
    return dataset.page(0, 10_000, [name]).column(name).to_pylist()  # type: ignore[no-any-return]


def types(dataset: StoredDataset) -> dict[str, str]:
    return {info.name: info.type.value for info in dataset.columns}


def test_keep_drop_and_rename(cities: StoredDataset, run: Run) -> None:
    assert list(types(run(cities, "keep_columns", "city", "id"))) == ["city", "id"]
    assert "dur" not in types(run(cities, "drop_columns", "dur", "at"))
    renamed = run(cities, "rename_columns", params={"names": {"city": "Stadt", "dur": "Dauer"}})
    assert list(types(renamed)) == [
        "id",
        "price",
        "Stadt",
        "day",
        "ok",
        "n",
        "Größe m",
        "Dauer",
        "at",
    ]
    assert types(renamed)["Dauer"] == "duration"
    assert column(renamed, "Dauer") == column(cities, "dur")


@pytest.mark.parametrize(
    ("converter", "columns", "params", "words"),
    [
        ("keep_columns", (), {}, "which columns"),
        ("keep_columns", ("citty",), {}, "none of this name"),
        (
            "drop_columns",
            ("id", "price", "city", "day", "ok", "n", "Größe m", "dur", "at"),
            {},
            "No col",
        ),
        ("rename_columns", (), {"names": {"city": "ID"}}, "Two columns would be called"),
        ("rename_columns", (), {"names": {"city": " "}}, "no name"),
        ("filter_rows", (), {"condition": "price"}, "a condition is true or false"),
        ("filter_rows", (), {}, "needs the parameter “condition”"),
        ("sort_rows", ("city",), {"descending": ["n"]}, "not sorted by it"),
        ("calculate_column", (), {"name": "", "expression": "n"}, "no name"),
        ("replace_values", ("n",), {"values": {"1": "one"}}, "cannot stand in"),
        (
            "change_type",
            ("Größe m",),
            {"type": "integer", "on_error": "error"},
            "cannot become integer",
        ),
        ("change_type", ("n",), {"type": "date"}, "holds numbers"),
        ("date_features", ("day",), {"parts": ["hour"]}, "none of the chosen parts"),
        ("date_features", ("city",), {}, "of type text"),
        (
            "join_datasets",
            (),
            {"dataset_id": 1, "on": ["id"], "other_on": ["city"]},
            "cannot agree",
        ),
        ("join_datasets", (), {"dataset_id": 99, "on": ["id"]}, "no stored dataset"),
        ("group_and_aggregate", (), {"summaries": []}, "nothing to group by"),
        ("pivot", (), {"names_from": "city", "values_from": "day", "summary": "mean"}, "no mean"),
        ("fill_missing", ("n",), {"strategy": "constant", "value": "x"}, "cannot stand in"),
        ("fill_missing", ("city",), {"strategy": "mean"}, "of type text"),
        ("clip_outliers", ("price",), {"lower": 0.9, "upper": 0.1}, "not below"),
    ],
)
def test_mistakes_say_what_to_change(
    cities: StoredDataset, run: Run, converter: str, columns: Any, params: Any, words: str
) -> None:
    with pytest.raises(JobError, match=words) as caught:
        run(cities, converter, *columns, params=params)
    assert caught.value.hint


def test_a_folder_may_be_called_anything(tmp_path: Path) -> None:
    place = tmp_path / "it's [1] *?"
    (place / "fitted").mkdir(parents=True)
    table = write_dataset(place / "in", pd.DataFrame({"x": [3, 1]}))
    step = Step(converter="sort_rows", columns=("x",))
    result = run_step(step, table, result=place / "out", fitted=place / "fitted")
    assert column(result, "x") == [1, 3]


def test_rows_are_chosen(cities: StoredDataset, run: Run) -> None:
    filtered = run(cities, "filter_rows", params={"condition": "price > 1.5 and city != 'Bern'"})
    assert column(filtered, "id") == [1, 5]
    assert column(run(cities, "drop_missing", "city", "ok"), "id") == [0, 1, 4, 5]
    assert column(run(cities, "drop_missing", "city", "ok", params={"how": "all"}), "id") == list(
        range(6)
    )
    assert column(run(cities, "drop_duplicates", "city"), "id") == [0, 1, 3, 4]
    last = run(cities, "drop_duplicates", "city", params={"keep": "last"})
    assert column(last, "id") == [2, 3, 4, 5]
    ordered = run(cities, "sort_rows", "city", "price", params={"descending": ["price"]})
    assert column(ordered, "id") == [4, 1, 5, 0, 2, 3]


def test_a_sample_is_the_same_for_the_same_seed(store: Store, run: Run) -> None:
    table = store(pd.DataFrame({"i": range(10_000)}))
    first = column(run(table, "sample_rows", params={"share": 0.05}, seed=3), "i")
    again = column(run(table, "sample_rows", params={"share": 0.05}, seed=3), "i")
    other = column(run(table, "sample_rows", params={"share": 0.05}, seed=4), "i")
    assert first == again != other
    assert len(first) == 500
    assert first == sorted(first)
    # Spread over the table: no part is left out.
    assert np.histogram(first, bins=10, range=(0, 10_000))[0].min() > 20


def test_calculated_columns(cities: StoredDataset, run: Run) -> None:
    added = run(cities, "calculate_column", params={"name": "total", "expression": "price * n"})
    assert column(added, "total") == [1.5, 4, None, 16, 500, 10]
    replaced = run(cities, "calculate_column", params={"name": "PRICE", "expression": "text(n)"})
    assert list(types(replaced))[1] == "price"
    assert column(replaced, "price") == ["1", "2", "3", "4", "5", "5"]


def test_replaced_values(cities: StoredDataset, run: Run) -> None:
    result = run(
        cities, "replace_values", params={"values": {"Rome": "Roma", "Oslo": None, "5": 6}}
    )
    assert column(result, "city") == ["Roma", None, "Roma", None, "Bern", None]
    assert column(result, "n") == [1, 2, 3, 4, 6, 6]


def test_types_are_changed_and_losses_told(cities: StoredDataset, run: Run) -> None:
    result = run(cities, "change_type", "Größe m", params={"type": "float", "decimal_sign": ","})
    assert column(result, "Größe m") == [1.5, 2, None, 1000.5, None, 7]
    assert result.warnings == ("1 value of “Größe m” cannot become float: missing now.",)
    text = run(cities, "change_type", "n", params={"type": "category"})
    assert types(text)["n"] == "category"
    assert column(text, "n") == ["1", "2", "3", "4", "5", "5"]


def test_dates_in_other_forms(store: Store, run: Run) -> None:
    table = store(pd.DataFrame({"d": ["31/05/2024", "1/2/2023", "soon"]}))
    result = run(table, "change_type", "d", params={"type": "date", "date_format": "%d/%m/%Y"})
    assert column(result, "d") == [dt.date(2024, 5, 31), dt.date(2023, 2, 1), None]


def test_date_features(cities: StoredDataset, run: Run) -> None:
    result = run(
        cities, "date_features", "day", "at",
        params={"parts": ["year", "weekday", "hour", "days_since_first", "is_weekend"]},
    )  # fmt: skip
    assert column(result, "day_year") == [2024, 2024, 2023, None, 2020, 2020]
    assert column(result, "day_weekday")[:2] == [1, 4]
    assert column(result, "at_hour") == [10, None, 23, 10, None, 23]
    assert column(result, "day_days_since_first")[5] == 0
    assert "day" not in types(result)
    assert "day_hour" not in types(result)
    cyclic = run(cities, "date_features", "day", params={"parts": ["month"], "cyclic": True})
    assert column(cyclic, "day_month_sin")[0] == 0
    assert column(cyclic, "day_month_cos")[2] == pytest.approx(math.cos(2 * math.pi * 4 / 12))


@pytest.mark.parametrize(
    ("how", "ids", "population"),
    [
        ("left", [0, 1, 2, 3, 4, 5], [3.0, 0.7, 3.0, None, None, 0.7]),
        ("inner", [0, 1, 2, 5], [3.0, 0.7, 3.0, 0.7]),
        ("full", [0, 1, 2, 3, 4, 5, None], [3.0, 0.7, 3.0, None, None, 0.7, 9.0]),
        ("semi", [0, 1, 2, 5], None),
        ("anti", [3, 4], None),
    ],
)
def test_joins(
    cities: StoredDataset, store: Store, run: Run, how: str, ids: Any, population: Any
) -> None:
    store(pd.DataFrame({"city": ["Rome", "Oslo", "Tokyo"], "pop": [3.0, 0.7, 9.0], "n": [7, 8, 9]}))
    result = run(cities, "join_datasets", params={"dataset_id": 2, "on": ["city"], "how": how})
    assert column(result, "id") == ids
    if population is not None:
        assert column(result, "pop") == population
        assert "n_other" in types(result)


def test_groups(cities: StoredDataset, run: Run) -> None:
    summaries = ["mean(price)", "total = sum(price * n)", "count()", "mode(ok)"]
    result = run(cities, "group_and_aggregate", "city", params={"summaries": summaries})
    assert list(types(result)) == ["city", "mean_price", "total", "count", "mode_ok"]
    assert column(result, "city") == ["Bern", "Oslo", "Rome", None]
    assert column(result, "total") == [500, 14, 1.5, 16]
    whole = run(cities, "group_and_aggregate", params={"summaries": ["rows = count()"]})
    assert column(whole, "rows") == [6]


def test_pivot_and_back(store: Store, run: Run) -> None:
    wide = store(pd.DataFrame({"who": ["a", "b"], "x": [1, 2], "y": [3.5, None]}))
    long = run(wide, "unpivot", "x", "y", params={"names_to": "what"})
    assert column(long, "what") == ["x", "y", "x", "y"]
    assert column(long, "value") == [1, 3.5, 2, None]
    again = run(long, "pivot", "who", params={"names_from": "what", "values_from": "value"})
    assert column(again, "x") == [1, 2]
    assert column(again, "y") == [3.5, None]


@pytest.mark.parametrize(
    ("strategy", "price", "city"),
    [
        ("mean", 21.9, None),
        ("median", 2.0, None),
        ("most_frequent", 2.0, "Oslo"),
        ("minimum", 1.5, "Bern"),
        ("maximum", 100.0, "Rome"),
        ("previous", 2.0, "Rome"),
        ("next", 4.0, "Bern"),
        ("interpolate", 3.0, None),
    ],
)
def test_missing_values_are_filled(
    cities: StoredDataset, run: Run, strategy: str, price: float, city: str | None
) -> None:
    result = run(cities, "fill_missing", params={"strategy": strategy})
    assert column(result, "price")[2] == pytest.approx(price)
    assert column(result, "city")[3] == city
    assert types(result)["n"] == "integer"


def test_a_constant_goes_where_it_fits(cities: StoredDataset, run: Run) -> None:
    text = run(cities, "fill_missing", params={"strategy": "constant", "value": "?"})
    assert column(text, "city")[3] == "?"
    assert column(text, "price")[2] is None
    number = run(cities, "fill_missing", params={"strategy": "constant", "value": "0"})
    assert column(number, "price")[2] == 0
    assert types(number)["n"] == "integer"


def test_outliers_are_brought_back(cities: StoredDataset, run: Run) -> None:
    clipped = run(cities, "clip_outliers", "price", params={"lower": 0, "upper": 0.75})
    assert max(v for v in column(clipped, "price") if v is not None) == 4
    gone = run(cities, "clip_outliers", "price", params={"upper": 0.75, "action": "missing"})
    assert column(gone, "price")[4] is None


def test_what_was_learned_on_chosen_rows_is_applied_to_new_ones(
    cities: StoredDataset, store: Store, tmp_path: Path
) -> None:
    fitted = tmp_path / "fitted"
    fitted.mkdir()
    step = Step(
        converter="fill_missing", params={"strategy": "mean"}, columns=("price",),
        rows={"where": "price < 10"},
    )  # fmt: skip
    result = run_step(step, cities, result=tmp_path / "result", fitted=fitted)
    assert column(result, "price")[2] == pytest.approx(9.5 / 4)
    new = store(pd.DataFrame({"price": [None, 1000.0], "more": ["x", "y"]}))
    applied = apply_step(fitted, new, result=tmp_path / "new")
    assert applied is not None
    assert column(applied, "price") == [pytest.approx(9.5 / 4), 1000]
    with pytest.raises(DataError, match="none of this name"):
        apply_step(fitted, store(pd.DataFrame({"cost": [1.0]})), result=tmp_path / "no")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"first": 2}, 1.75),
        ({"positions": [3, 4]}, 52.0),
        ("id >= 4", 51.0),
        ({"sample": 6}, 21.9),
    ],
)
def test_ways_to_choose_rows(cities: StoredDataset, run: Run, rows: Any, expected: float) -> None:
    result = run(cities, "fill_missing", "price", params={"strategy": "mean"}, rows=rows)
    assert column(result, "price")[2] == pytest.approx(expected)


@pytest.mark.parametrize(
    "rows", [{"first": 0}, {"last": 2}, 5, {"positions": ["a"]}, {"a": 1, "first": 2}]
)
def test_a_wrong_choice_of_rows_says_how_to_write_it(
    cities: StoredDataset, run: Run, rows: Any
) -> None:
    with pytest.raises(ParameterError, match="which rows to learn from"):
        run(cities, "fill_missing", "price", params={"strategy": "mean"}, rows=rows)
