"""Entities whose job ended without a result are closed, whoever notices it, and only once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from queue_core.database.closing import close_entities, give_up, reconcile_entities
from queue_core.database.columns import utc_now
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.storage import job_temporary_folder, stored_folders
from queue_core.database.tables import Dataset, Prediction
from queue_core.paths import LocalFolder


def _store(folder: LocalFolder, kind: EntityKind, entity_id: int) -> list[Path]:
    places = list(stored_folders(folder, kind, entity_id))
    for place in places:
        place.mkdir(parents=True)
        (place / "data").write_text("content")
    return places


def test_entities_of_vanished_jobs_are_given_up(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add_all(
            [
                Dataset(name="alive", status=EntityStatus.DELIVERED, job_id="a"),
                Dataset(name="delivered", status=EntityStatus.DELIVERED, job_id="b"),
                Dataset(name="started", status=EntityStatus.STARTED, job_id="c"),
                Dataset(name="done", status=EntityStatus.FINISHED, job_id="d"),
            ]
        )
    half = _store(folder, EntityKind.DATASET, 3)
    done = _store(folder, EntityKind.DATASET, 4)
    assert reconcile_entities(folder, {"a"}) == 2
    assert reconcile_entities(folder, {"a"}) == 0
    with read_session(folder) as session:
        states = {row.name: row.status for row in session.scalars(select(Dataset))}
        errors = {row.name: row.error for row in session.scalars(select(Dataset))}
    assert states == {
        "alive": EntityStatus.DELIVERED,
        "delivered": EntityStatus.ERROR,
        "started": EntityStatus.ERROR,
        "done": EntityStatus.FINISHED,
    }
    assert errors["started"] == "The job was stopped before it ended."
    assert not any(place.exists() for place in half)
    assert all(place.exists() for place in done)


def test_giving_up_leaves_a_finished_entity_alone(folder: LocalFolder) -> None:
    dataset = Dataset(name="x", id=1, status=EntityStatus.FINISHED)
    places = _store(folder, EntityKind.DATASET, 1)
    give_up(folder, dataset, "too late")
    assert (dataset.status, dataset.error) == (EntityStatus.FINISHED, None)
    assert all(place.exists() for place in places)
    for place in places:
        shutil.rmtree(place)


def test_what_a_skipped_job_was_to_make_is_closed_once(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add_all(
            [
                Dataset(name="waits", status=EntityStatus.DELIVERED, job_id="a"),
                Dataset(name="other", status=EntityStatus.DELIVERED, job_id="b"),
            ]
        )
    half = job_temporary_folder(folder, "a")
    half.mkdir(parents=True)
    assert close_entities(folder, "a", "The job before it failed.") == 1
    assert close_entities(folder, "a", "Once more.") == 0
    assert not half.exists()
    with read_session(folder) as session:
        found = {row.name: (row.status, row.error) for row in session.scalars(select(Dataset))}
    assert found == {
        "waits": (EntityStatus.ERROR, "The job before it failed."),
        "other": (EntityStatus.DELIVERED, None),
    }


def test_an_earlier_result_outlives_the_job_that_was_to_make_it_again(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(
            Dataset(name="x", status=EntityStatus.STARTED, job_id="a", finished_at=utc_now())
        )
    places = _store(folder, EntityKind.DATASET, 1)
    assert close_entities(folder, "a", "It was stopped.") == 1
    with read_session(folder) as session:
        dataset = session.get_one(Dataset, 1)
    assert (dataset.status, dataset.error) == (EntityStatus.FINISHED, "It was stopped.")
    assert all(place.exists() for place in places)


def test_a_dataset_made_beside_another_entity_goes_with_it(folder: LocalFolder, iris: int) -> None:
    with open_session(folder) as session:
        session.add_all(
            [
                Prediction(run_id=1, name="p", status=EntityStatus.STARTED, job_id="a"),
                Dataset(name="answers of a", status=EntityStatus.STARTED, job_id="a"),
            ]
        )
    assert close_entities(folder, "a") == 2
    with read_session(folder) as session:
        query = select(Dataset).where(Dataset.job_id == "a")
        assert session.scalars(query).all() == []
        made = session.scalars(select(Prediction).where(Prediction.job_id == "a")).one()
    assert (made.status, made.error) == (EntityStatus.ERROR, "The job was stopped before it ended.")


def test_a_folder_without_entities_stays_without_a_database(local_folder: LocalFolder) -> None:
    assert close_entities(local_folder, "any") == 0
    assert not local_folder.main_db.exists()


@pytest.mark.expects_log("what the job a was to make could not be closed")
@pytest.mark.file_list
def test_closing_never_raises(local_folder: LocalFolder) -> None:
    local_folder.main_db.mkdir()
    assert close_entities(local_folder, "a") == 0
