"""ExplainerJob: from a run's stored model to stored artifacts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import model_data
import pytest
from job_bench import add_dataset, bound, run

from queue_core.artifacts.kinds import ArtifactKind
from queue_core.artifacts.reader import read_artifacts, read_report, read_table, read_text
from queue_core.artifacts.writer import artifact_folder
from queue_core.components.registry import ComponentKind, components
from queue_core.database.session import close_database, open_session, read_session
from queue_core.database.status import EntityStatus, ExplainerScope
from queue_core.database.tables import Explainer, Run
from queue_core.errors import DataError, EntityNotFoundError, JobError, ParameterError
from queue_core.jobs.explainer_job import ExplainerJob
from queue_core.jobs.model_job import ModelJob
from queue_core.paths import LocalFolder

pytestmark = pytest.mark.expects_log()

ROW = {"âge": 30, "city": "Oslo", "visits": 9, "member": True, "since": "2021-03-04"}
LITTLE: dict[str, dict[str, Any]] = {
    "counterfactuals": {"options": 1, "rows": 40},
    "partial_dependence": {"steps": 4, "rows": 20},
    "permutation_importance": {"repeats": 2, "rows": 60},
    "shap_rows": {"background": 10},
    "shap_summary": {"rows": 20, "background": 10},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalFolder]:
    """A local folder in which a tree, a linear, a kernel model and clusters are trained."""
    made = LocalFolder(tmp_path_factory.mktemp("local") / "DashAI").create()
    table = add_dataset(made, model_data.mixed(150), "people")
    add_dataset(made, model_data.mixed(60, seed=9), "others")
    questions: list[dict[str, Any]] = [
        {"task": "classification", "output_columns": ["level"], "model": "RandomForestClassifier",
         "model_params": {"n_estimators": 10}},
        {"task": "classification", "output_columns": ["yes"], "model": "LogisticRegression"},
        {"task": "regression", "output_columns": ["amount"], "model": "SVR"},
        {"task": "clustering", "output_columns": [], "model": "KMeans"},
    ]  # fmt: skip
    for question in questions:
        inputs = ["âge", "city", "visits", "member", "since", "nothing", "always"]
        run(ModelJob(dataset_id=table, input_columns=inputs, **question), made)
    yield made
    close_database(made)


def _artifacts(folder: LocalFolder, entity_id: int) -> dict[str, Any]:
    found = read_artifacts(artifact_folder(folder, "explainer", entity_id))
    return {artifact.name: artifact for artifact in found}


# One of each on each run of the tests, all pairs in the slow sweep.
QUICK = {
    (1, "shap_rows"),
    (2, "counterfactuals"),
    (3, "partial_dependence"),
    (2, "shap_summary"),
    (4, "permutation_importance"),
}
PAIRS = [
    pytest.param(number, name, marks=() if (number, name) in QUICK else pytest.mark.slow)
    for number in (1, 2, 3, 4)
    for name in LITTLE
]


@pytest.mark.parametrize(("run_id", "explainer"), PAIRS)
def test_every_explainer_explains_every_stored_model(
    folder: LocalFolder, run_id: int, explainer: str
) -> None:
    job = ExplainerJob(run_id=run_id, explainer=explainer, rows=[3], params=LITTLE[explainer])
    result, said = run(job, folder)
    json.dumps(result, allow_nan=False)
    found = _artifacts(folder, result["id"])
    assert len(found) == len(result["artifacts"]) >= 2
    assert any(artifact.kind is ArtifactKind.FIGURE for artifact in found.values())
    fractions = [fraction for fraction, _ in said.reports if fraction is not None]
    assert fractions == sorted(fractions)
    with read_session(folder) as session:
        row = session.get(Explainer, result["id"])
        assert row is not None
        assert row.status is EntityStatus.FINISHED
        scope = components(ComponentKind.EXPLAINER)[explainer].options["scope"]
        assert row.scope is ExplainerScope(scope)
        assert [item["kind"] for item in row.provenance["inputs"]] == ["run", "dataset"]


def test_the_background_and_the_held_out_rows_are_named(folder: LocalFolder) -> None:
    result, _ = run(
        ExplainerJob(run_id=3, explainer="shap_summary", params={"rows": 10, "background": 5}),
        folder,
    )
    summary = read_report(_artifacts(folder, result["id"])["summary"])
    assert summary["algorithm"] == "permutation"
    assert summary["background"].startswith("Compared with 5 of 38 rows, drawn with seed 0")
    assert summary["notes"][0] == "Rows that were held out when the model was trained."


def test_typed_rows_and_rows_of_the_dataset_are_explained_together(folder: LocalFolder) -> None:
    job = ExplainerJob(
        run_id=1, explainer="counterfactuals", rows=[2, ROW], params=LITTLE["counterfactuals"]
    )
    result, _ = run(job, folder)
    text = read_text(_artifacts(folder, result["id"])["sentences"])
    assert "Row 2 is predicted" in text
    assert "Typed row 1 is predicted" in text


def test_a_stored_explanation_is_done_again_by_its_id(folder: LocalFolder) -> None:
    job = ExplainerJob(
        run_id=3, explainer="shap_rows", rows=[4], params=LITTLE["shap_rows"], seed=2
    )
    first, _ = run(job, folder)
    again, _ = run(ExplainerJob(explainer_id=first["id"]), folder)
    assert again["id"] != first["id"]
    old, new = (read_table(_artifacts(folder, r["id"])["values"]) for r in (first, again))
    assert old == new


def test_another_dataset_is_explained_and_checked(folder: LocalFolder) -> None:
    job = ExplainerJob(
        run_id=2, dataset_id=2, explainer="permutation_importance", params={"repeats": 1}
    )
    result, _ = run(job, folder)
    summary = read_report(_artifacts(folder, result["id"])["summary"])
    assert summary["rows"] == 60
    assert "was not trained on" in summary["notes"][0]
    flowers = add_dataset(folder, model_data.iris(), "flowers")
    job = ExplainerJob(run_id=2, dataset_id=flowers, explainer="permutation_importance")
    bound(job, folder)
    with pytest.raises(DataError, match="missing"):
        job.run()


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"explainer": "shap_rows", "rows": [1]}, ParameterError, "No model was named"),
        ({"run_id": 99, "explainer": "shap_rows", "rows": [1]}, EntityNotFoundError, "no run"),
        ({"run_id": 1, "explainer": "shap_rows"}, ParameterError, "needs rows to explain"),
        ({"run_id": 1, "explainer": "shap"}, ParameterError, "no explainer named"),
        ({"run_id": 1, "explainer": "shap_summary", "scope": "local"}, ParameterError, "is global"),
        ({"explainer_id": 999}, EntityNotFoundError, "id 999"),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(
    folder: LocalFolder, kwargs: dict[str, Any], error: type[JobError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        bound(ExplainerJob(**kwargs), folder)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"rows": [999]}, "no row 999"),
        ({"rows": [{"city": "Oslo"}]}, "missing"),
        ({"rows": [{**ROW, "visits": "many"}]}, "cannot be read"),
    ],
)
def test_rows_that_cannot_be_explained_say_why(
    folder: LocalFolder, kwargs: dict[str, Any], words: str
) -> None:
    job = ExplainerJob(run_id=1, explainer="shap_rows", **kwargs)
    bound(job, folder)
    with pytest.raises(JobError, match=words):
        job.run()


def test_an_untrained_model_says_so(folder: LocalFolder, tmp_path: Path) -> None:
    with open_session(folder) as session:
        first = session.get(Run, 1)
        assert first is not None
        row = Run(name="half", session_id=first.session_id, component="SVC")
        session.add(row)
        session.flush()
        run_id = row.id
    job = ExplainerJob(run_id=run_id, explainer="shap_summary")
    bound(job, folder)
    with pytest.raises(DataError, match="“half” is not trained"):
        job.run()
