from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from queue_core.components.converters.notebooks.steps import Step, apply_step, run_step
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.registry import ComponentKind, get_component
from queue_core.components.stored_dataset import StoredDataset

DAYS = ["2024-01-01", "2024-02-29", "2023-05-05", None, "2020-12-31", "2020-01-01"]
Run = Callable[..., StoredDataset]


@pytest.fixture
def store(tmp_path: Path) -> Callable[[Any], StoredDataset]:
    """Store a frame as a dataset; the first one is number 1."""
    numbers = count(1)

    def stored(frame: Any) -> StoredDataset:
        return write_dataset(tmp_path / str(next(numbers)), frame)

    return stored


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a step; the result of applying the fitted step to the same table must be the same."""
    numbers = count()

    def ran(
        dataset: StoredDataset,
        converter: str,
        *columns: str,
        params: Mapping[str, Any] | None = None,
        **scope: Any,
    ) -> StoredDataset:
        place = tmp_path / f"run-{next(numbers)}"
        (place / "fitted").mkdir(parents=True)
        step = Step(converter=converter, params=params or {}, columns=columns or None, **scope)

        def open_dataset(number: int) -> StoredDataset:
            return StoredDataset(tmp_path / str(number))

        result = run_step(
            step, dataset, result=place / "result", fitted=place / "fitted",
            open_dataset=open_dataset,
        )  # fmt: skip
        again = apply_step(
            place / "fitted", dataset, result=place / "again", open_dataset=open_dataset
        )
        options = get_component(ComponentKind.CONVERTER, converter).options
        assert (again is None) == (options.get("new_data") == "skip")
        if again is not None and options.get("repeats", True):
            pd.testing.assert_frame_equal(again.to_pandas(), result.to_pandas())
        return result

    return ran


@pytest.fixture
def cities(store: Callable[[Any], StoredDataset]) -> StoredDataset:
    """A small table with every type of column, and missing values."""
    frame = pd.DataFrame(
        {
            "id": range(6),
            "price": [1.5, 2, None, 4, 100, 2],
            "city": ["Rome", "Oslo", "Rome", None, "Bern", "Oslo"],
            "day": pd.Series(DAYS, dtype="M8[us]").dt.date,
            "ok": [True, False, None, True, True, False],
            "n": [1, 2, 3, 4, 5, 5],
            "Größe m": ["1,5", "2", "x", "1.000,5", None, "7"],
            "dur": pd.to_timedelta([1, 2, 3, 4, 5, None], unit="s"),
            "at": pd.to_datetime(
                pd.Series(["2024-01-01 10:30:00", None, "2024-01-01 23:59:59"] * 2)
            ),
        }
    )
    return store(frame)
