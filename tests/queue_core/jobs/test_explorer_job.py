"""ExplorerJob: from a dataset or notebook to stored artifacts."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from job_bench import Reporter, add_dataset, bound, run

from queue_core.artifacts.kinds import ArtifactKind
from queue_core.artifacts.reader import read_artifacts, read_figure, read_report, read_table
from queue_core.artifacts.writer import artifact_folder
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset, Explorer, Notebook
from queue_core.errors import DataError, EntityNotFoundError, JobError, ParameterError
from queue_core.jobs.converter_job import ConverterJob
from queue_core.jobs.explorer_job import ExplorerJob
from queue_core.paths import LocalFolder

SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


@pytest.fixture
def penguins(local_folder: LocalFolder) -> int:
    return add_dataset(local_folder, pd.read_csv(SAMPLES / "penguins.csv"), "penguins")


def test_an_exploration_is_stored_with_its_artifacts(
    local_folder: LocalFolder, penguins: int
) -> None:
    job = ExplorerJob(
        dataset_id=penguins,
        explorer="distribution",
        columns=["bill_length_mm", "island"],
        params={"group_by": "species", "plots": ["histogram"]},
    )
    result, said = run(job, local_folder)
    assert job.get_job_name() == "Distribution of penguins"
    json.dumps(result, allow_nan=False)
    found = read_artifacts(artifact_folder(local_folder, "explorer", result["id"]))
    assert [artifact.to_json() for artifact in found] == result["artifacts"]
    figure = read_figure(found[0])
    assert figure.legend_title == "species"
    assert found[0].light_svg.exists()
    fractions = [fraction for fraction, _ in said.reports if fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert said.entities == [("explorer", result["id"])]
    with read_session(local_folder) as session:
        row = session.get(Explorer, result["id"])
        assert row is not None
        assert row.status is EntityStatus.FINISHED
        assert row.columns == ["bill_length_mm", "island"]
        assert row.provenance["inputs"][0]["kind"] == "dataset"
        assert row.provenance["seed"] == 0
    assert list(local_folder.temporary.iterdir()) == []


def test_a_stored_exploration_is_done_again_by_its_id(
    local_folder: LocalFolder, penguins: int
) -> None:
    first, _ = run(
        ExplorerJob(dataset_id=penguins, explorer="outliers", params={"method": "iqr"}, seed=5),
        local_folder,
    )
    again, _ = run(ExplorerJob(explorer_id=first["id"]), local_folder)
    # People compare results: the first one stays.
    assert again["id"] != first["id"]
    old, new = (
        [
            read_figure(a) if a.kind is ArtifactKind.FIGURE else read_table(a)
            for a in read_artifacts(artifact_folder(local_folder, "explorer", number))
            if a.kind in (ArtifactKind.FIGURE, ArtifactKind.TABLE)
        ]
        for number in (first["id"], again["id"])
    )
    assert old == new


def test_a_notebook_is_explored_as_it_is_after_its_steps(
    local_folder: LocalFolder, penguins: int
) -> None:
    with open_session(local_folder) as session:
        notebook = Notebook(name="work", dataset_id=penguins)
        session.add(notebook)
        session.flush()
        notebook_id = notebook.id
    run(
        ConverterJob(notebook_id=notebook_id, converter="keep_columns", columns=["species"]),
        local_folder,
    )
    result, _ = run(ExplorerJob(notebook_id=notebook_id, explorer="describe"), local_folder)
    found = read_artifacts(artifact_folder(local_folder, "explorer", result["id"]))
    summary = next(a for a in found if a.kind is ArtifactKind.REPORT)
    assert read_report(summary)["columns"] == 1
    with read_session(local_folder) as session:
        row = session.get(Explorer, result["id"])
        assert row is not None
        assert (row.notebook_id, row.dataset_id) == (notebook_id, None)


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"explorer": "describe"}, ParameterError, "Neither a dataset nor a notebook"),
        ({"explorer": "describe", "dataset_id": 1, "notebook_id": 1}, ParameterError, "Both"),
        ({"explorer": "describe", "dataset_id": 99}, EntityNotFoundError, "no dataset"),
        ({"explorer": "descibe", "dataset_id": 1}, ParameterError, "no explorer named"),
        ({"dataset_id": 1}, ParameterError, "which explorer is meant"),
        (
            {"explorer": "describe", "dataset_id": 1, "params": {"x": 1}},
            ParameterError,
            "no parameter “x”",
        ),
        ({"explorer_id": 99}, EntityNotFoundError, "id 99"),
    ],
)
def test_what_can_be_seen_at_once_is_refused_at_once(
    local_folder: LocalFolder,
    penguins: int,
    kwargs: dict[str, object],
    error: type[JobError],
    words: str,
) -> None:
    with pytest.raises(error, match=words) as caught:
        bound(ExplorerJob(**kwargs), local_folder)
    assert caught.value.hint


def test_a_failure_leaves_a_sentence_and_no_files(local_folder: LocalFolder, penguins: int) -> None:
    job = ExplorerJob(dataset_id=penguins, explorer="scatter", columns=["sex", "year"])
    bound(job, local_folder)
    with pytest.raises(DataError):
        job.run()
    job.set_status_as_error()
    with read_session(local_folder) as session:
        row = session.get(Explorer, job.entity_id)
        assert row is not None
        assert row.status is EntityStatus.ERROR
        assert "cannot look at “sex”" in str(row.error)
    assert not artifact_folder(local_folder, "explorer", job.entity_id).exists()
    assert list(local_folder.temporary.iterdir()) == []


def test_a_dataset_that_is_not_loaded_yet_says_so(local_folder: LocalFolder) -> None:
    with open_session(local_folder) as session:
        row = Dataset(name="later", status=EntityStatus.DELIVERED)
        session.add(row)
        session.flush()
        dataset_id = row.id
    job = ExplorerJob(dataset_id=dataset_id, explorer="describe")
    reporter = bound(job, local_folder)
    assert isinstance(reporter, Reporter)
    with pytest.raises(DataError, match="“later” is not ready"):
        job.run()
