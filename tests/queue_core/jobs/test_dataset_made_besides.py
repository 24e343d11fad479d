"""A dataset that a job makes beside its own entity lives and goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from queue_core.database.session import close_database, open_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Dataset, Prediction
from queue_core.errors import DataError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.requests.request import Request, hidden, parameter
from queue_core.library.entities import get_entity, list_entities
from queue_core.paths import LocalFolder
from queue_core.runner.job_process.context import JobContext


@dataclass(frozen=True, kw_only=True)
class AskRequest(Request):
    run_id: int = parameter("Whom to ask.", is_required=True, default=0)
    fails: bool = hidden(default=False)
    prediction_id: int | None = hidden()


class Predict(EntityJob[Prediction, AskRequest]):
    """Makes a dataset beside its own entity."""

    ENTITY = EntityKind.PREDICTION
    REQUEST = AskRequest

    def create_entity(self, session: Session) -> Prediction:
        return Prediction(run_id=self.request.run_id, name="predict")

    def execute(self) -> Mapping[str, Any]:
        dataset_id = self.add_dataset("answers")
        (self.context.folder.datasets / str(dataset_id)).mkdir()
        if self.request.fails:
            raise DataError("There are no answers.")
        return {"dataset": dataset_id}

    def store(self, session: Session, entity: Prediction, result: Mapping[str, Any]) -> None:
        entity.result_dataset_id = result["dataset"]


@pytest.fixture
def folder(local_folder: LocalFolder) -> Iterator[LocalFolder]:
    yield local_folder
    close_database(local_folder)


@pytest.fixture
def run_id(folder: LocalFolder) -> int:
    from queue_core.database.tables import ModelSession, Run

    with open_session(folder) as session:
        asked = ModelSession(name="s", task="classification", dataset=Dataset(name="d"))
        session.add(run := Run(name="r", component="c", session=asked))
        session.flush()
        return run.id


def test_a_dataset_made_besides_is_finished_with_the_entity(
    folder: LocalFolder, run_id: int
) -> None:
    job = Predict(run_id=run_id)
    job.bind(JobContext("p", folder))
    assert job.run() == {"entity": "prediction", "id": 1, "dataset": 2}
    answers = get_entity(folder, EntityKind.DATASET, 2)
    assert (answers.name, answers.status) == ("answers", EntityStatus.FINISHED)
    assert answers.finished_at is not None
    job.on_cancel()  # too late
    assert get_entity(folder, EntityKind.DATASET, 2).status is EntityStatus.FINISHED
    assert (folder.datasets / "2").exists()


def test_a_dataset_made_besides_goes_with_the_failure(folder: LocalFolder, run_id: int) -> None:
    job = Predict(run_id=run_id, fails=True)
    job.bind(JobContext("p", folder))
    with pytest.raises(DataError):
        job.run()
    job.set_status_as_error()
    assert get_entity(folder, EntityKind.PREDICTION, 1).error == "There are no answers."
    assert [item.name for item in list_entities(folder, EntityKind.DATASET)] == ["d"]
    assert list(folder.datasets.iterdir()) == []
