"""Every explainer on a tree, a linear and a kernel model: right, repeatable, bounded."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier

from queue_core.artifacts.draft import Draft
from queue_core.artifacts.figure import Line
from queue_core.artifacts.figure_json import figure_to_json
from queue_core.artifacts.kinds import ArtifactKind
from queue_core.artifacts.renderer import render
from queue_core.components.explainers.counterfactuals.distances import RowDistance
from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.explainers.shap_values.attributions import Algorithm, attribute
from queue_core.components.models.tasks import Task
from queue_core.components.progress import Silence
from queue_core.components.registry import ComponentKind, components
from queue_core.errors import DataError, MissingPackageError, ParameterError

OPTIONAL = {"lime"}
EXPLAINERS = sorted(set(components(ComponentKind.EXPLAINER)) - OPTIONAL)

MODELS = {
    "forest": (lambda: RandomForestClassifier(20, random_state=0), "categories"),
    "tree of two classes": (lambda: DecisionTreeClassifier(max_depth=3), "two classes"),
    "boosted numbers": (lambda: HistGradientBoostingRegressor(max_iter=20), "diabetes"),
    "logistic": (lambda: LogisticRegression(), "categories"),
    "linear": (lambda: LinearRegression(), "diabetes"),
    "kernel classes": (lambda: SVC(random_state=0), "iris"),
    "kernel numbers": (lambda: SVR(C=100), "diabetes"),
}


def _check(drafts: list[Draft], *, draw: bool) -> None:
    assert drafts
    for draft in drafts:
        if draft.kind is ArtifactKind.FIGURE:
            figure_to_json(draft.content)
            if draw:
                render(draft.content)
        elif draft.kind is ArtifactKind.TABLE:
            pa.Table.from_pandas(draft.content, preserve_index=False)
        elif draft.kind is ArtifactKind.REPORT:
            json.dumps(draft.content, allow_nan=False)
        else:
            assert draft.content.strip()


class _Reports:
    def __init__(self) -> None:
        self.fractions: list[float] = []

    def report(self, fraction: float | None, message: str) -> None:
        assert message
        if fraction is not None:
            self.fractions.append(fraction)


def _plain(drafts: list[Draft]) -> list[str]:
    return [
        figure_to_json(d.content)
        if d.kind is ArtifactKind.FIGURE
        else d.content.to_csv()
        if isinstance(d.content, pd.DataFrame)
        else str(d.content)
        for d in drafts
    ]


# As much work as shows that it works; the defaults are for results, not for tests.
LITTLE: dict[str, dict[str, Any]] = {
    "counterfactuals": {"options": 1, "rows": 60},
    "partial_dependence": {"steps": 5, "rows": 40},
    "permutation_importance": {"repeats": 2},
    "shap_rows": {"background": 10},
    "shap_summary": {"rows": 20, "background": 10},
}


@pytest.mark.parametrize("explainer", EXPLAINERS)
@pytest.mark.parametrize("model", list(MODELS))
def test_every_explainer_explains_every_kind_of_model(
    explainer: str, model: str, fit: Any, ask: Any
) -> None:
    make, data = MODELS[model]
    subject = fit(make(), data)
    reports = _Reports()
    drafts = ask(explainer, subject, chosen=[0, 100], progress=reports, **LITTLE[explainer])
    _check(drafts, draw=model == "forest")
    assert reports.fractions == sorted(reports.fractions)
    assert _plain(ask(explainer, subject, chosen=[0, 100], **LITTLE[explainer])) == _plain(drafts)


def _order(subject: Any, **params: Any) -> Explanation:
    model, frame, truth = subject
    return Explanation(model=model, frame=frame, truth=truth, params=params)


@pytest.mark.parametrize(
    ("make", "data", "algorithm"),
    [
        (lambda: RandomForestRegressor(10, random_state=0), "diabetes", Algorithm.TREE),
        (lambda: RandomForestClassifier(10, random_state=0), "categories", Algorithm.TREE),
        (lambda: HistGradientBoostingRegressor(max_iter=10), "diabetes", Algorithm.TREE),
        (lambda: GradientBoostingClassifier(n_estimators=5), "two classes", Algorithm.TREE),
        # shap reads no boosted trees of three classes: any other algorithm must take over.
        (lambda: GradientBoostingClassifier(n_estimators=5), "iris", Algorithm.PERMUTATION),
        (lambda: LinearRegression(), "diabetes", Algorithm.LINEAR),
        (lambda: LogisticRegression(), "categories", Algorithm.LINEAR),
        (lambda: LogisticRegression(), "two classes", Algorithm.LINEAR),
        (lambda: SVC(kernel="linear"), "two classes", Algorithm.LINEAR),
        # It has weights, but its predictions are not straight lines of them.
        (lambda: PoissonRegressor(), "diabetes", Algorithm.PERMUTATION),
        (lambda: SVC(), "iris", Algorithm.PERMUTATION),
        (lambda: GaussianNB(), "iris", Algorithm.PERMUTATION),
    ],
)
def test_shap_values_add_up_to_the_prediction_by_the_right_algorithm(
    make: Any, data: str, algorithm: Algorithm, fit: Any
) -> None:
    subject = fit(make(), data)
    model, frame, _ = subject
    rows = frame.iloc[[0, 70, 149]]
    found = attribute(_order(subject), rows, Silence())
    assert found.algorithm is algorithm
    assert found.values.shape == (3, len(model.columns), len(model.output_names))
    totals = found.base + found.values.sum(axis=1)
    outputs = model.outputs(rows)
    if found.unit == "log-odds":
        scores = model.pipeline.decision_function(rows)
        expected = np.column_stack([-scores, scores]) if scores.ndim == 1 else scores
        assert np.allclose(totals, expected, atol=1e-6)
    else:
        assert np.allclose(totals, outputs, atol=1e-6)


def test_linear_values_equal_those_of_the_library(fit: Any) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap
    subject = fit(LinearRegression(), "diabetes")
    model, frame, _ = subject
    order = _order(subject, background=50)
    background = model.prepare(order.sample(50, stream=1).frame)
    rows = frame.iloc[:5]
    explainer = shap.LinearExplainer(model.estimator, shap.maskers.Independent(background, 50))
    assert np.allclose(
        attribute(order, rows, Silence()).values[:, :, 0],
        explainer.shap_values(model.prepare(rows)),
    )


def test_permutation_values_are_near_the_exact_ones_of_trees(fit: Any) -> None:
    subject = fit(LinearRegression(), "diabetes")
    rows = subject[1].iloc[:4]
    exact = attribute(_order(subject, background=100), rows, Silence())
    found = attribute(_order(subject, background=100, algorithm="permutation"), rows, Silence())
    assert found.algorithm is Algorithm.PERMUTATION
    # For a linear model every order of the columns gives the same values.
    assert np.allclose(found.values, exact.values)


def test_permutation_values_of_an_interaction_are_shared() -> None:
    class Product:
        def predict(self, frame: Any) -> Any:
            return (frame["a"] * frame["b"]).to_numpy()

    frame = pd.DataFrame({"a": [0.0, 0.0], "b": [0.0, 0.0], "c": [5.0, 6.0]})
    model = ExplainedModel(
        pipeline=Product(), columns=("a", "b", "c"), task=Task.REGRESSION, target="y"
    )
    order = Explanation(model=model, frame=frame, params={})
    found = attribute(order, pd.DataFrame({"a": [2.0], "b": [3.0], "c": [1.0]}), Silence())
    assert found.values[0, :, 0] == pytest.approx([3.0, 3.0, 0.0])


def test_dummies_are_summed_to_their_column(fit: Any) -> None:
    subject = fit(LogisticRegression(), "categories")
    found = attribute(_order(subject), subject[1].iloc[:3], Silence())
    place = subject[0].columns.index("size")
    assert abs(found.values[:, place]).max() > 0
    assert subject[0].sources.count("size") == 3


def test_permutation_importance_finds_the_column_that_matters(ask: Any) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"real": random.normal(size=300), "noise": random.normal(size=300)})
    truth = 3 * frame["real"].to_numpy()
    pipeline = Pipeline([("scale", StandardScaler()), ("model", LinearRegression())])
    pipeline.fit(frame, truth)
    model = ExplainedModel(
        pipeline=pipeline, columns=("real", "noise"), task=Task.REGRESSION, target="y"
    )
    figure, table, report = ask("permutation_importance", (model, frame, truth), chosen=[0])
    found = table.content.set_index("column")["importance"]
    assert found["real"] == pytest.approx(2, abs=0.3)  # R² falls from 1 to about -1
    assert found["noise"] == pytest.approx(0, abs=1e-6)
    assert report.content["unshuffled"] == pytest.approx(1)
    assert figure.content.panels[0].y.categories == ("real", "noise")


def test_partial_dependence_agrees_with_scikit_learn(fit: Any, ask: Any) -> None:
    subject = fit(RandomForestRegressor(10, random_state=0), "diabetes")
    model, frame, _ = subject
    drafts = ask("partial_dependence", subject, columns=["bmi"], steps=9, chosen=[0])
    line = next(m for m in drafts[0].content.panels[0].marks if isinstance(m, Line))
    sample = Explanation(model=model, frame=frame, params={}).sample(300).frame
    exact = partial_dependence(
        model.pipeline, sample, ["bmi"], custom_values={"bmi": np.array(line.x)}, kind="average"
    )
    assert np.allclose(line.y, exact["average"][0])


def test_counterfactuals_reach_their_goal_with_few_changes(fit: Any, ask: Any) -> None:
    subject = fit(RandomForestClassifier(20, random_state=0), "iris")
    model, frame, _ = subject
    drafts = {
        d.name: d.content for d in ask("counterfactuals", subject, chosen=[0], wanted="virginica")
    }
    changes = drafts["changes"]
    assert set(changes["would be"]) == {"“virginica”"}
    first = changes[changes["option"] == 1]
    changed = frame.iloc[[0]].copy()
    for _, line in first.iterrows():
        changed[line["column"]] = float(line["to"].replace("−", "-"))
    assert model.output_names[model.outputs(changed)[0].argmax()] == "virginica"
    assert len(first) < 4
    assert "would be “virginica” with" in drafts["sentences"]


def test_fixed_columns_stay_as_they_are(fit: Any, ask: Any) -> None:
    subject = fit(RandomForestClassifier(20, random_state=0), "iris")
    fixed = ["petal width (cm)", "sepal width (cm)"]
    drafts = ask("counterfactuals", subject, chosen=[60], fixed=fixed)
    changes = next(draft.content for draft in drafts if draft.name == "changes")
    assert not set(changes["column"]) & set(fixed)
    with pytest.raises(DataError, match="does not look at the column “age”"):
        ask("counterfactuals", subject, chosen=[0], fixed=["age"])
    with pytest.raises(DataError, match="All columns are fixed"):
        ask("counterfactuals", subject, chosen=[0], fixed=list(subject[1].columns))


def test_an_unreachable_goal_is_said_in_words(fit: Any, ask: Any) -> None:
    subject = fit(LinearRegression(), "diabetes")
    fixed = [name for name in subject[1].columns if name != "sex"]
    drafts = {
        d.name: d.content
        for d in ask("counterfactuals", subject, chosen=[0], fixed=fixed, change=100.0)
    }
    assert "No example reaches" in drafts["sentences"]
    assert drafts["changes"].empty
    render(drafts["columns"])


def test_clusters_are_explained_as_memberships(ask: Any) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": np.r_[random.normal(0, 1, 50), random.normal(9, 1, 50)]})
    frame["noise"] = random.normal(size=100)
    pipeline = Pipeline([("scale", StandardScaler()), ("model", KMeans(2, random_state=0))])
    pipeline.fit(frame)
    model = ExplainedModel(pipeline=pipeline, columns=("x", "noise"), task=Task.CLUSTERING)
    assert model.output_names == ("cluster 0", "cluster 1")
    _, table, report = ask("permutation_importance", (model, frame, None), chosen=[0])
    assert report.content["unshuffled"] == 1.0
    assert table.content["column"].tolist()[0] == "x"


def test_distances_take_each_kind_of_column_as_it_is() -> None:
    frame = pd.DataFrame(
        {
            "n": [0.0, 1.0, 2.0, np.nan],
            "t": pd.to_datetime(["2020-01-01", "2020-01-02", None, "2020-01-04"]),
            "k": ["a", "b", "a", "a"],
        }
    )
    distance = RowDistance.of(frame, ["n", "t", "k"])
    far = distance.between(frame.iloc[[0]], frame, ["n", "t", "k"])
    assert far[0] == 0
    assert far[1] > 1
    assert np.isfinite(far).all()
    assert distance.rounded("n", 1.4) == 1.0
    assert not distance.is_number("t")


@pytest.mark.parametrize(
    ("explainer", "params", "error", "words"),
    [
        ("shap_summary", {"output": "dodo"}, DataError, "no class “dodo”"),
        ("partial_dependence", {"columns": ["age"]}, DataError, "does not look at"),
        ("permutation_importance", {"measure": "r2"}, DataError, "does not fit"),
        ("permutation_importance", {"repeats": 0}, ParameterError, "at least 1"),
        ("nothing", {}, ParameterError, "no explainer named"),
    ],
)
def test_mistakes_are_explained(
    explainer: str, params: dict[str, Any], error: type[DataError], words: str, fit: Any, ask: Any
) -> None:
    subject = fit(DecisionTreeClassifier(max_depth=2), "iris")
    with pytest.raises(error, match=words) as caught:
        ask(explainer, subject, **params)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("module", "explainer", "params", "extra"),
    [
        ("shap", "shap_rows", {}, "explain"),
        ("lime", "lime", {}, "lime"),
        ("dice_ml", "counterfactuals", {"method": "dice"}, "dice"),
    ],
)
def test_a_missing_extra_names_itself(
    module: str,
    explainer: str,
    params: dict[str, Any],
    extra: str,
    fit: Any,
    ask: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subject = fit(DecisionTreeClassifier(max_depth=2), "iris")
    # What Python does for a package that is not there.
    monkeypatch.setitem(sys.modules, module, None)
    for name in [name for name in sys.modules if name.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingPackageError) as caught:
        ask(explainer, subject, chosen=[0], **params)
    assert f"dashai-monitor[{extra}]" in caught.value.hint


@pytest.mark.parametrize(
    ("explainer", "params"), [("lime", {}), ("counterfactuals", {"method": "dice"})]
)
def test_optional_explainers_work_where_installed(
    explainer: str, params: dict[str, Any], fit: Any, ask: Any
) -> None:
    pytest.importorskip("lime" if explainer == "lime" else "dice_ml")
    subject = fit(RandomForestClassifier(20, random_state=0), "categories")
    drafts = ask(explainer, subject, chosen=[0, 70], **params)
    _check(drafts, draw=True)
    assert _plain(ask(explainer, subject, chosen=[0, 70], **params)) == _plain(drafts)
