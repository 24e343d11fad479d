from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

from queue_core.components.catalogues import load_catalogue
from queue_core.components.registry import ComponentKind, components
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import JobError

pytest.importorskip("imblearn")

from queue_core.components.catalogue_building.transformer_catalogue import (
    SAMPLERS,
    build_samplers,
)

Store = Callable[[Any], StoredDataset]
Run = Callable[..., StoredDataset]
ALL = {
    component.id: component
    for component in components(ComponentKind.CONVERTER).values()
    if component.options.get("family") == "imbalanced-learn"
}
FEATURES = ("mean radius", "mean texture", "mean area")
QUICK = ("SMOTE", "SMOTENC", "RandomOverSampler", "SMOTETomek", "TomekLinks")


def cancer() -> pd.DataFrame:
    bunch = load_breast_cancer(as_frame=True)
    frame: pd.DataFrame = bunch.frame[list(FEATURES)].copy()
    frame["diagnosis"] = bunch.target_names[bunch.target]
    frame["ward"] = [f"w{i % 3}" for i in range(len(frame))]
    frame["side"] = np.where(frame[FEATURES[1]] > 19, "left", "right")
    frame["seen"] = pd.date_range("2024-01-01", periods=len(frame))
    return frame


def test_the_shipped_catalogue_is_that_of_the_installed_version() -> None:
    shipped = json.loads(
        files("queue_core.components.catalogues").joinpath(f"{SAMPLERS}.json").read_text("utf-8")
    )
    assert shipped == build_samplers()
    assert set(load_catalogue("sampler_texts")) == set(shipped["classes"])


@pytest.mark.parametrize(
    "sampler", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in sorted(ALL)]
)
def test_every_sampler_works_on_a_real_table(store: Store, run: Run, sampler: str) -> None:
    takes = ALL[sampler].options["takes"]
    columns = {"category": ("ward", "side"), "mixed": (*FEATURES, "ward"), "any": ()}
    table = store(cancer())
    result = run(table, sampler, *columns.get(takes, FEATURES), target="diagnosis", seed=1)
    counts = result.to_pandas()["diagnosis"].value_counts()
    before = cancer()["diagnosis"].value_counts()
    assert abs(counts["benign"] - counts["malignant"]) < before["benign"] - before["malignant"]
    assert result.warnings[-1].startswith("Rows of each class: benign 357 →")
    again = run(table, sampler, *columns.get(takes, FEATURES), target="diagnosis", seed=1)
    assert again.data_hash == result.data_hash


def test_drawn_rows_keep_all_their_columns(store: Store, run: Run) -> None:
    frame = cancer()
    result = run(store(frame), "RandomUnderSampler", target="diagnosis").to_pandas()
    assert list(result.columns) == list(frame.columns)
    merged = result.merge(frame, on="seen", suffixes=("", "_before"))
    assert len(merged) == len(result) == 2 * 212
    assert (merged["mean area"] == merged["mean area_before"]).all()


def test_new_rows_lack_what_nobody_looked_at(store: Store, run: Run) -> None:
    result = run(store(cancer()), "SMOTE", *FEATURES, target="diagnosis")
    frame = result.to_pandas()
    assert len(frame) == 2 * 357
    assert frame["seen"].isna().sum() == 357 - 212
    pd.testing.assert_frame_equal(frame.head(569), cancer(), check_dtype=False)
    assert "The new rows have no value in: ward, side, seen." in result.warnings


def test_whole_numbers_and_truths_stay_what_they_are(store: Store, run: Run) -> None:
    frame = cancer().assign(age=range(569), big=lambda f: f["mean area"] > 600)
    result = run(store(frame), "SMOTE", "age", "big", "mean area", target="diagnosis")
    assert result.column("age").type == "integer"
    assert result.column("big").type == "boolean"


@pytest.mark.parametrize(
    ("sampler", "columns", "target", "words"),
    [
        ("SMOTE", FEATURES, None, "which column is to be predicted"),
        ("SMOTE", ("ward",), "diagnosis", "of type category"),
        ("SMOTE", ("mean area", "gap"), "diagnosis", "“gap” has missing values"),
        ("SMOTE", ("mean area",), "mean texture", "measured in numbers"),
        ("SMOTE", ("mean area",), "rare", "cannot be done with these columns"),
        ("SMOTE", ("mean area",), "one", "cannot be done with these columns"),
    ],
)
def test_what_does_not_fit_is_explained(
    store: Store, run: Run, sampler: str, columns: Any, target: str | None, words: str
) -> None:
    frame = cancer().assign(gap=[np.nan, *range(568)], rare=["a", "a", *["b"] * 567], one="x")
    with pytest.raises(JobError, match=words) as caught:
        run(store(frame), sampler, *columns, target=target)
    assert caught.value.hint
