"""Every explorer on real and on odd data: it works, or says what to change."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.datasets import load_iris

from queue_core.artifacts.draft import Draft
from queue_core.artifacts.figure import Figure
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.artifacts.kinds import ArtifactKind
from queue_core.artifacts.renderer import render
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.explorers.exploring.run_explorer import explore
from queue_core.components.registry import ComponentKind, components
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, MissingPackageError, ParameterError

EXPLORERS = sorted(components(ComponentKind.EXPLORER))

# What each explorer needs that penguins and iris lack, or what makes it show more.
PARAMETERS: dict[str, dict[str, Any]] = {
    "box_violin": {"group_by": "species"},
    "class_overlap": {"class_column": "species"},
    "distribution": {"group_by": "species"},
    "parallel_coordinates": {"color_by": "species"},
    "scatter": {"color_by": "species", "trend": "line"},
    "scatter_matrix": {"color_by": "species"},
}
REFUSED = {
    ("penguins", "time_series"),
    ("iris", "time_series"),
    ("iris", "parallel_categories"),
    ("weather", "parallel_categories"),
}


def check_drafts(drafts: list[Draft], *, draw: bool = True) -> None:
    """Fail if a result cannot be stored or drawn."""
    assert drafts
    for draft in drafts:
        if draft.kind is ArtifactKind.FIGURE:
            assert isinstance(draft.content, Figure)
            figure_to_json(draft.content)
            if draw:
                render(draft.content)
        elif draft.kind is ArtifactKind.REPORT:
            json.dumps(draft.content, allow_nan=False)
        elif draft.kind is ArtifactKind.TABLE and not isinstance(draft.content, pa.Table):
            pa.Table.from_pandas(draft.content, preserve_index=False)


@pytest.fixture(scope="module")
def iris(store: Any) -> StoredDataset:
    frame = load_iris(as_frame=True).frame
    frame["species"] = load_iris().target_names[frame.pop("target")]
    return store("iris", frame)


@pytest.mark.parametrize("explorer", EXPLORERS)
@pytest.mark.parametrize("data", ["penguins", "iris", "weather"])
def test_every_explorer_is_drawn_on_real_data(
    explorer: str, data: str, request: pytest.FixtureRequest
) -> None:
    dataset: StoredDataset = request.getfixturevalue(data)
    params = PARAMETERS.get(explorer, {}) if data != "weather" else {}
    if (data, explorer) in REFUSED:
        with pytest.raises(DataError) as caught:
            explore(explorer, dataset, params=params, name=data)
        assert caught.value.hint
        return
    drafts = explore(explorer, dataset, params=params, name=data)
    # Drawing takes most of the time; one dataset is drawn here, all of them in the slow sweep.
    check_drafts(drafts, draw=data == "penguins")
    figures = [draft.content for draft in drafts if draft.kind is ArtifactKind.FIGURE]
    assert all(data in figure.subtitle for figure in figures)


@pytest.mark.parametrize(
    ("explorer", "params"),
    [
        ("box_violin", {"whiskers": 0.2}),
        ("class_overlap", {"class_column": "species", "rows": 100}),
        ("class_overlap", {"method": "tsne", "rows": 60, "perplexity": 5}),
        ("outliers", {"method": "isolation_forest"}),
        ("parallel_coordinates", {"lines": 50}),
        ("scatter", {"points": 100}),
    ],
)
def test_the_same_seed_gives_the_same_results(
    explorer: str, params: dict[str, Any], penguins: StoredDataset
) -> None:
    def results(seed: int) -> list[Any]:
        return [
            figure_to_json(d.content)
            if d.kind is ArtifactKind.FIGURE
            else str(d.content.to_pydict() if isinstance(d.content, pa.Table) else d.content)
            for d in explore(explorer, penguins, params=params, seed=seed)
        ]

    assert results(3) == results(3)
    assert explorer == "box_violin" or results(3) != results(4)


class _Reports:
    def __init__(self) -> None:
        self.fractions: list[float] = []

    def report(self, fraction: float | None, message: str) -> None:
        assert message
        if fraction is not None:
            self.fractions.append(fraction)


@pytest.mark.parametrize(
    "explorer", ["describe", "distribution", "time_series", "outliers", "missing_values", "scatter"]
)
def test_progress_never_falls(explorer: str, weather: StoredDataset) -> None:
    reports = _Reports()
    explore(explorer, weather, progress=reports)
    assert reports.fractions == sorted(reports.fractions)
    assert all(0 <= fraction <= 1 for fraction in reports.fractions)


def _odd_frames() -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(0)
    count = 120
    names = {'naïve "quoted" $col$': random.normal(size=count), "it's 100% ñ": np.arange(count)}
    return {
        "wide": pd.DataFrame(random.normal(size=(40, 500)), columns=[f"c{n}" for n in range(500)]),
        "all missing": pd.DataFrame(
            {
                "a": pd.Series([None] * 30, dtype="float64"),
                "b": pd.Series([None] * 30, dtype="object"),
                "t": pd.Series([pd.NaT] * 30),
            }
        ),
        "partly missing": pd.DataFrame(
            {
                "a": pd.Series([None] * 30, dtype="float64"),
                "x": [None, *range(29)],
                "y": random.normal(size=30),
                "k": ["u", None, "v"] * 10,
                "t": pd.date_range("2020", periods=30),
            }
        ),
        "constant": pd.DataFrame(
            {"a": [1.0] * 30, "b": [2] * 30, "k": ["same"] * 30, "t": [pd.Timestamp("2020")] * 30}
        ),
        "one class": pd.DataFrame(
            {"x": random.normal(size=30), "y": range(30), "k": ["only"] * 30}
        ),
        "10,000 categories": pd.DataFrame(
            {
                "k": [f"category {n:05d}" for n in random.integers(0, 10_000, 20_000)],
                "j": [f"c{n}" for n in random.integers(0, 10_000, 20_000)],
                "x": random.normal(size=20_000),
                "y": random.normal(size=20_000),
            }
        ),
        "dates": pd.DataFrame(
            {
                "d": pd.date_range("1900-01-01", periods=count).date,
                "t": pd.date_range("2020", periods=count, freq="37min"),
                "v": random.normal(size=count),
                "w": pd.to_timedelta(range(count), unit="s"),
                "o": [dt.time(n % 24, n % 60) for n in range(count)],
            }
        ),
        "names": pd.DataFrame(
            {
                **names,
                "嘴峰長度": random.choice(["北京", "上海"], count),
                "длина": random.choice(["д'а", 'нет "x"'], count),
                "n": random.choice(["نعم", "لا"], count),
            }
        ),
        "empty": pd.DataFrame(
            {
                "a": pd.Series([], dtype="float64"),
                "k": pd.Series([], dtype="str"),
                "t": pd.Series([], dtype="datetime64[us]"),
            }
        ),
        "one row": pd.DataFrame({"a": [1.5], "b": [2], "k": ["x"], "t": [pd.Timestamp("2020")]}),
        "endless": pd.DataFrame(
            {
                "a": [1, 2, np.inf, -np.inf, np.nan] * 10,
                "b": random.normal(size=50) * 1e300,
                "c": random.normal(size=50) * 1e-300,
                "k": ["a", "b"] * 25,
            }
        ),
        "truths": pd.DataFrame(
            {
                "p": pd.array([True, False, None] * 20, dtype="boolean"),
                "q": [True, False] * 30,
                "big": pd.array([2**62, None, 5] * 20, dtype="Int64"),
            }
        ),
    }


ODD = _odd_frames()
QUICK_ODD = ("constant", "names", "empty")


def _variants(explorer: str, dataset: StoredDataset) -> list[dict[str, Any]]:
    last = dataset.columns[-1].name
    more: dict[str, list[dict[str, Any]]] = {
        "box_violin": [{"group_by": last}],
        "distribution": [{"group_by": last}],
        "scatter": [{"color_by": last, "trend": "line"}],
        "scatter_matrix": [{"color_by": last}],
        "parallel_coordinates": [{"color_by": last}],
        "correlation": [{"method": "spearman"}, {"method": "kendall"}],
        "outliers": [{"method": "robust_z"}, {"method": "isolation_forest"}],
        "class_overlap": [{"class_column": last}, {"method": "tsne"}],
    }
    return [{}, *more.get(explorer, [])]


def _outcome(explorer: str, dataset: StoredDataset, params: dict[str, Any], *, draw: bool) -> None:
    refusal = None
    try:
        drafts = explore(explorer, dataset, params=params)
    except DataError as error:
        refusal = error
    else:
        check_drafts(drafts, draw=draw)
    if refusal is not None:
        # A sentence of our own that says what to do, not one that a library has written.
        assert refusal.hint
        assert refusal.__cause__ is None, refusal


@pytest.mark.parametrize("name", QUICK_ODD)
def test_odd_data_work_or_say_what_to_change(name: str, store: Any) -> None:
    dataset = store(name, ODD[name])
    for explorer in EXPLORERS:
        _outcome(explorer, dataset, {}, draw=False)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("explorer", EXPLORERS)
@pytest.mark.parametrize("name", list(ODD))
def test_every_explorer_on_every_odd_dataset(name: str, explorer: str, store: Any) -> None:
    dataset = store(name, ODD[name])
    for params in _variants(explorer, dataset):
        _outcome(explorer, dataset, params, draw=True)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_million_rows_are_explored_in_bounded_time(tmp_path: Path) -> None:
    import time

    import duckdb

    connection = duckdb.connect()
    rows = connection.sql(
        "SELECT i AS id, md5(i::VARCHAR) AS hex, TIMESTAMP '2015-01-01' + INTERVAL (i * 30) SECOND "
        "AS t, random() * 100 AS x, CASE WHEN random() < 0.1 THEN NULL ELSE random() END AS y, "
        "['Madrid', 'Paris', 'Oslo'][1 + i % 3] AS city, 'a text ' || (i % 977) AS words "
        "FROM range(5000000) AS s(i)"
    )
    dataset = write_dataset(tmp_path / "1", rows.to_arrow_reader(100_000))
    for explorer in EXPLORERS:
        started = time.monotonic()
        drafts = explore(explorer, dataset, spill_folder=tmp_path)
        # On a quiet machine the longest takes 20 s; no explorer may do work by row in Python.
        assert time.monotonic() - started < 240, explorer
        figures = [draft.content for draft in drafts if draft.kind is ArtifactKind.FIGURE]
        for figure in figures:
            # A description stays small enough to send and to draw, whatever the data.
            assert len(figure_to_json(figure)) < 5_000_000


def test_large_data_are_sampled_and_say_so(run: Any, store: Any) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=30_000), "y": random.normal(size=30_000)})
    dataset = store("large", frame)
    figure = run("scatter", dataset, seed=7)["scatter"]
    assert figure.notes == ("10,000 of 30,000 rows, drawn at random with seed 7.",)
    assert len(figure.panels[0].marks[0].x) == 10_000
    other = run("scatter", dataset, seed=8)["scatter"]
    assert other.panels[0].marks[0].x != figure.panels[0].marks[0].x


@pytest.mark.parametrize(
    ("explorer", "columns", "params", "error", "words"),
    [
        ("scatter", ["sex"], {}, DataError, "cannot look at “sex”"),
        ("scatter", ["bill_length_mm"], {}, DataError, "needs 2 columns"),
        ("scatter", ["bill_lenght_mm", "year"], {}, DataError, "no column “bill_lenght_mm”"),
        ("describe", [], {"x": 1}, ParameterError, "no parameter “x”"),
        ("box_violin", [], {"group_by": "nothing"}, DataError, "no column “nothing”"),
        ("time_series", [], {"time_column": "year"}, DataError, "not a date"),
        ("time_series", [], {}, DataError, "no column of dates"),
        ("correlation", ["species", "sex"], {"method": "pearson"}, DataError, "two columns"),
        ("nothing", [], {}, ParameterError, "no explorer named"),
    ],
)
def test_mistakes_are_explained(
    explorer: str,
    columns: list[str],
    params: dict[str, Any],
    error: type[DataError],
    words: str,
    penguins: StoredDataset,
) -> None:
    with pytest.raises(error, match=words) as caught:
        explore(explorer, penguins, columns=columns, params=params)
    assert caught.value.hint


def test_a_missing_extra_names_itself(
    penguins: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # as where it is not installed
    with pytest.raises(MissingPackageError, match="umap-learn") as caught:
        explore("class_overlap", penguins, params={"method": "umap"})
    assert "dashai-monitor[umap]" in caught.value.hint


@pytest.mark.filterwarnings("ignore:Tensorflow not installed:ImportWarning")
def test_umap_works_where_installed(penguins: StoredDataset) -> None:
    pytest.importorskip("umap")
    check_drafts(explore("class_overlap", penguins, params={"method": "umap"}), draw=False)


def test_columns_may_have_the_names_of_our_own_sql(run: Any, store: Any) -> None:
    frame = pd.DataFrame(
        {"v": [1, 1, 2], "n": ["a", "a", "b"], "place": [1.0, 1.0, 3.0], "hashed": [1, 1, 1]}
    )
    found = run("duplicates", store("sql", frame))
    assert found["summary"]["repeated rows"] == 1
    assert found["groups"].column_names == ["copies", "v", "n", "place", "hashed"]
    assert run("describe", store("sql", frame))["summary"]["duplicate rows"] == 1


def test_listing_explorers_and_explainers_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from queue_core.components.registry import ComponentKind, components\n"
        "found = [components(k) for k in (ComponentKind.EXPLORER, ComponentKind.EXPLAINER)]\n"
        "assert all(found)\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'matplotlib', 'duckdb', 'pyarrow', 'shap'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("kind", [ComponentKind.EXPLORER, ComponentKind.EXPLAINER])
def test_every_component_can_be_drawn_as_a_form(kind: ComponentKind) -> None:
    for component in components(kind).values():
        described = component.to_json()
        json.dumps(described)
        assert described["description"].endswith(".")
        for name, rule in component.schema.get("properties", {}).items():
            assert "default" in rule, (component.id, name)
            assert rule["description"].endswith("."), (component.id, name)
            assert rule["title"], (component.id, name)
