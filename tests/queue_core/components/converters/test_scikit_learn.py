from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.decomposition import KernelPCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import StandardScaler, TargetEncoder

from queue_core.components.catalogue_building.transformer_catalogue import (
    CATALOGUE,
    build_catalogue,
)
from queue_core.components.catalogues import load_catalogue
from queue_core.components.converters.estimators import sklearn_converter
from queue_core.components.converters.estimators.library_errors import explained
from queue_core.components.converters.notebooks.steps import Step, apply_step, run_step
from queue_core.components.registry import ComponentKind, components
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, JobError, ParameterError

pytestmark = pytest.mark.sweep

Store = Callable[[Any], StoredDataset]
Run = Callable[..., StoredDataset]
ALL = {
    component.id: component
    for component in components(ComponentKind.CONVERTER).values()
    if component.options.get("family") == "scikit-learn"
}
FEATURES = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
# One of each kind; the slow sweep runs them all.
QUICK = (
    "StandardScaler", "OneHotEncoder", "SimpleImputer", "KBinsDiscretizer", "PCA", "KMeans",
    "SelectKBest", "TfidfVectorizer", "SplineTransformer", "PolynomialFeatures",
    "LinearDiscriminantAnalysis", "TargetEncoder",
)  # fmt: skip


def iris() -> pd.DataFrame:
    bunch = load_iris(as_frame=True)
    frame: pd.DataFrame = bunch.frame.drop(columns="target")
    frame["species"] = bunch.target_names[bunch.target]
    frame["size"] = np.where(frame[FEATURES[0]] > 5.5, "big", "small")
    frame.loc[3:5, "size"] = None
    frame["text"] = [f"the {kind} flower of {i % 7} m" for i, kind in enumerate(frame["species"])]
    frame["wide"] = frame[FEATURES[1]] > 3
    return frame


def test_the_shipped_catalogue_is_that_of_the_installed_version() -> None:
    shipped = json.loads(
        files("queue_core.components.catalogues").joinpath(f"{CATALOGUE}.json").read_text("utf-8")
    )
    assert shipped == build_catalogue()
    assert set(load_catalogue("transformer_texts")) == set(shipped["classes"])


def test_what_is_left_out_is_left_out_for_a_reason() -> None:
    left_out = load_catalogue(CATALOGUE)["left_out"]
    assert "TSNE" in left_out
    assert all(reason.endswith(".") for reason in left_out.values())
    assert len(ALL) > 60


@pytest.mark.parametrize(
    "converter",
    [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in sorted(ALL)],
)
def test_every_transformer_works_on_a_real_table(store: Store, run: Run, converter: str) -> None:
    options = ALL[converter].options
    table = store(iris())
    columns = {"text": ("text",), "number": FEATURES}.get(options["takes"], ())
    target = None
    if options["target"] == "required":
        target = FEATURES[3] if converter == "PLSRegression" else "species"
        columns = tuple(name for name in columns if name != target)
    result = run(table, converter, *columns, target=target, seed=1)
    assert result.row_count == 150
    # Other columns stay as they were.
    kept = [info.name for info in table.columns if info.name not in columns][:1]
    assert result.page(0, 5, kept).equals(table.page(0, 5, kept)) or not columns
    beside = run(table, converter, *columns, target=target, params={"keep_original": True}, seed=1)
    assert [i.name for i in table.columns] == [
        i.name for i in beside.columns if i.name in {c.name for c in table.columns}
    ]


def test_the_same_as_scikit_learn_itself(store: Store, run: Run) -> None:
    frame = load_diabetes(as_frame=True).frame
    result = run(store(frame), "StandardScaler", "age", "bmi").to_pandas()
    expected = StandardScaler().fit_transform(frame[["age", "bmi"]])
    np.testing.assert_allclose(result[["age", "bmi"]].to_numpy(), expected, rtol=0, atol=1e-12)
    assert list(result.columns) == list(frame.columns)
    pd.testing.assert_series_equal(result["sex"], frame["sex"])


def test_texts_become_weighted_words(store: Store, run: Run) -> None:
    frame = iris()
    result = run(store(frame), "TfidfVectorizer", "text", params={"max_features": 5}).to_pandas()
    plain = TfidfVectorizer(max_features=5)
    expected = plain.fit_transform(frame["text"]).toarray()
    names = [f"text_{word}" for word in plain.get_feature_names_out()]
    np.testing.assert_allclose(result[names].to_numpy(), expected, atol=1e-12)


def test_a_target_encoder_does_not_leak_the_target(store: Store, run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"key": [f"k{i}" for i in range(200)], "y": rng.normal(size=200)})
    encoded = run(store(frame), "TargetEncoder", "key", target="y").to_pandas()
    # Each key occurs once: what another fold knows of it is nothing.
    assert abs(np.corrcoef(encoded["key"], frame["y"])[0, 1]) < 0.5
    leaking = TargetEncoder().fit(frame[["key"]], frame["y"]).transform(frame[["key"]])
    assert np.corrcoef(leaking[:, 0], frame["y"])[0, 1] > 0.9


def test_new_data_is_converted_as_the_old(store: Store, tmp_path: Path) -> None:
    table = store(iris())
    fitted = tmp_path / "fitted"
    fitted.mkdir()
    step = Step(converter="OneHotEncoder", columns=("size", "wide"), rows={"first": 60})
    run_step(step, table, result=tmp_path / "result", fitted=fitted)
    sizes = pd.Series(["huge", None, "big"], dtype=str)
    new = store(pd.DataFrame({"size": sizes, "wide": [True, False, None], "z": [1] * 3}))
    converted = apply_step(fitted, new, result=tmp_path / "new")
    assert converted is not None
    frame = converted.to_pandas()
    assert list(frame.columns) == [
        "size_big", "size_small", "size_nan", "wide_false", "wide_true", "z",
    ]  # fmt: skip
    assert frame.iloc[0].to_list() == [0, 0, 0, 0, 1, 1]
    assert frame.iloc[1].to_list() == [0, 0, 1, 1, 0, 1]
    empty = apply_step(fitted, store(new.to_pandas().head(0)), result=tmp_path / "empty")
    assert empty is not None
    assert (empty.row_count, len(empty.columns)) == (0, 6)


@pytest.mark.parametrize(
    ("converter", "columns", "scope", "words"),
    [
        ("StandardScaler", ("size",), {}, "of type category"),
        ("PCA", ("gap",), {}, "“gap”: 1 value is missing"),
        ("SelectKBest", FEATURES, {}, "which column is to be predicted"),
        ("SelectKBest", FEATURES, {"target": FEATURES[0]}, "is the target"),
        ("SelectKBest", FEATURES, {"target": "nobody"}, "no column “nobody”"),
        ("SelectKBest", FEATURES[:2], {"target": FEATURES[3]}, "measured in numbers"),
        ("RFE", FEATURES[:2], {"target": FEATURES[3]}, "Unknown label type"),
        ("PLSRegression", FEATURES, {"target": "species"}, "could not convert string"),
        ("NMF", ("minus",), {}, "[Nn]egative"),
        ("StandardScaler", ("endless",), {}, "values are infinite or very large"),
        ("CountVectorizer", ("short",), {}, "no word is left to count"),
        ("TruncatedSVD", FEATURES[:1], {}, "needs 2 columns, and there is 1"),
        ("PCA", FEATURES, {"params": {"n_components": 40}}, "n_components"),
        ("PCA", FEATURES, {"params": {"n_components": -1}}, "must be at least 0"),
        ("PolynomialFeatures", FEATURES, {"params": {"degree": 15}}, "would make 3,876 columns"),
        ("StandardScaler", FEATURES, {"rows": "`petal width (cm)` > 99"}, "No rows are left"),
    ],
)
def test_what_does_not_fit_is_explained(
    store: Store, run: Run, converter: str, columns: Any, scope: Any, words: str
) -> None:
    frame = iris().assign(
        minus=-1.0, gap=[np.nan, *range(149)], endless=[np.inf, *range(149)], short="a"
    )
    table = store(frame)
    with pytest.raises(JobError, match=words) as caught:
        run(table, converter, *columns, **scope)
    assert caught.value.hint


@pytest.mark.parametrize("error", [IndexError, KeyError, FloatingPointError, RuntimeError])
def test_whatever_a_library_raises_has_a_way_out(error: type[Exception]) -> None:
    with (
        pytest.raises(DataError, match="“Sparse components” cannot be done") as caught,
        explained("Sparse components"),
    ):
        raise error("too many indices for array")
    assert caught.value.hint


def test_too_many_columns_are_refused(store: Store, run: Run) -> None:
    table = store(pd.DataFrame({"t": [f"v{i}" for i in range(4_000)], "x": 1.0}))
    result = run(table, "OneHotEncoder", "t")
    assert len(result.columns) == 51  # the default puts rare categories together
    with pytest.raises(DataError, match="would make 4,000 columns"):
        run(table, "OneHotEncoder", "t", params={"max_categories": None})


def test_no_rows_and_unknown_converters(store: Store, run: Run) -> None:
    with pytest.raises(DataError, match="no rows to learn from"):
        run(store(iris().head(0)), "StandardScaler", *FEATURES)
    with pytest.raises(ParameterError, match="no converter named") as caught:
        run(store(iris()), "StandardScalar")
    assert "StandardScaler" in caught.value.hint


def test_slow_learners_take_a_sample_and_say_so(store: Store, run: Run) -> None:
    rng = np.random.default_rng(0)
    table = store(pd.DataFrame(rng.normal(size=(3_500, 3)), columns=list("abc")))
    result = run(table, "KernelPCA", "a", "b", "c")
    assert result.row_count == 3_500
    assert "learned from 3,000 of 3,500 rows, drawn at random" in result.warnings[0]


def test_imputers_take_the_columns_with_gaps(store: Store, run: Run) -> None:
    frame = iris().assign(count=range(150))
    frame.loc[7, FEATURES[0]] = None
    result = run(store(frame), "SimpleImputer", params={"strategy": "most_frequent"})
    assert [info.missing for info in result.columns] == [0] * len(frame.columns)
    assert result.column("count").type == "integer"


def test_rows_are_compared_with_those_of_the_training_a_few_at_a_time(
    store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    transform = KernelPCA.transform

    def counted(self: KernelPCA, matrix: Any) -> Any:
        asked.append(len(matrix))
        return transform(self, matrix)

    monkeypatch.setattr(KernelPCA, "transform", counted)
    monkeypatch.setattr(sklearn_converter, "BATCH_CELLS", 4_000)
    table = store(pd.concat([iris()] * 10, ignore_index=True))
    result = run(table, "KernelPCA", *FEATURES, params={"n_components": 2})
    assert result.row_count == 1_500
    assert max(asked) == 256  # 4,000 cells would be 800 rows of the table
