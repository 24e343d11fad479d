from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from queue_core.database.closing import reconcile_entities
from queue_core.database.deletion import delete_entity, finish_removals
from queue_core.database.dependents import Effect, counted, dependents
from queue_core.database.session import open_session, read_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.storage import stored_folders
from queue_core.database.tables import (
    ENTITY_TABLES,
    Base,
    Dataset,
    Metric,
    PendingRemoval,
    Prediction,
    Run,
    Trial,
)
from queue_core.errors import EntityInUseError, EntityNotFoundError
from queue_core.paths import LocalFolder


def _count(folder: LocalFolder) -> int:
    tables: list[type[Base]] = [*ENTITY_TABLES.values(), Metric, Trial]
    with read_session(folder) as session:
        return sum(session.scalar(select(func.count()).select_from(t)) or 0 for t in tables)


def _store(folder: LocalFolder, kind: EntityKind, entity_id: int) -> list[Path]:
    places = list(stored_folders(folder, kind, entity_id))
    for place in places:
        place.mkdir(parents=True)
        (place / "data").write_text("content")
    return places


def test_what_hangs_on_a_dataset_is_told(folder: LocalFolder, iris: int) -> None:
    with read_session(folder) as session:
        found = dependents(session, session.get_one(Dataset, iris))
    names = {item.name: item.effect for item in found}
    assert names == {
        "work": Effect.PROTECTED,
        "session 0": Effect.PROTECTED,
        "session 1": Effect.PROTECTED,
        "tree": Effect.PROTECTED,
        "forest": Effect.PROTECTED,
        "line": Effect.PROTECTED,
        "predict": Effect.PROTECTED,
        "shap": Effect.DELETED,
        "pairs": Effect.DELETED,
        "hist": Effect.DELETED,
        "scale": Effect.DELETED,
    }
    assert counted(found) == (
        "1 notebook, 1 converter, 2 explorers, 2 model sessions, 3 runs, 1 explainer"
        " and 1 prediction"
    )
    assert counted(found[:0]) == ""


def test_a_dataset_in_use_is_not_deleted_alone(folder: LocalFolder, iris: int) -> None:
    places = _store(folder, EntityKind.DATASET, iris)
    before = _count(folder)
    with pytest.raises(EntityInUseError, match=r"iris.*2 model sessions, 3 runs") as caught:
        delete_entity(folder, EntityKind.DATASET, iris, cascade=False)
    assert caught.value.hint
    assert _count(folder) == before
    assert all(place.exists() for place in places)


def test_a_dataset_goes_with_all_that_hangs_on_it(folder: LocalFolder, iris: int) -> None:
    with read_session(folder) as session:
        line = session.scalars(select(Run.id).where(Run.name == "line")).one()
    places = [*_store(folder, EntityKind.DATASET, iris), *_store(folder, EntityKind.RUN, line)]
    deletion = delete_entity(folder, EntityKind.DATASET, iris, cascade=True)
    assert deletion.name == "iris"
    assert len(deletion.along) == 11
    assert not any(place.exists() for place in places)
    with read_session(folder) as session:
        assert session.scalars(select(Dataset.name)).all() == ["answers"]
        assert session.scalars(select(PendingRemoval)).all() == []
    assert _count(folder) == 1


def test_parts_go_with_their_run(folder: LocalFolder, iris: int) -> None:
    delete_entity(folder, EntityKind.RUN, 1, cascade=False)
    with read_session(folder) as session:
        assert session.scalars(select(Metric.run_id)).all() == [2, 3]
        assert session.scalars(select(Trial.run_id)).all() == [2, 3]


def test_a_prediction_outlives_the_dataset_that_holds_its_answers(
    folder: LocalFolder, iris: int
) -> None:
    with read_session(folder) as session:
        answers = session.scalars(select(Dataset).where(Dataset.name == "answers")).one()
        assert [item.effect for item in dependents(session, answers)] == [Effect.KEPT]
    delete_entity(folder, EntityKind.DATASET, answers.id, cascade=False)
    with read_session(folder) as session:
        prediction = session.scalars(select(Prediction)).one()
        assert prediction.result_dataset_id is None
        assert prediction.dataset_id == iris


def test_derived_data_outlive_their_origin(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(origin := Dataset(name="origin"))
        session.flush()
        session.add(Dataset(name="derived", derived_from_id=origin.id))
    delete_entity(folder, EntityKind.DATASET, 1, cascade=False)
    with read_session(folder) as session:
        assert session.get_one(Dataset, 2).derived_from_id is None


@pytest.mark.parametrize("name", ["line", "iris"])
def test_nothing_is_deleted_under_a_running_job(folder: LocalFolder, iris: int, name: str) -> None:
    with open_session(folder) as session:
        run = session.scalars(select(Run).where(Run.name == "line")).one()
        run.status = EntityStatus.STARTED
    kind, entity_id = (EntityKind.RUN, run.id) if name == "line" else (EntityKind.DATASET, iris)
    with pytest.raises(EntityInUseError, match="“line”"):
        delete_entity(folder, kind, entity_id, cascade=True)
    with open_session(folder) as session:
        session.get_one(Run, run.id).status = EntityStatus.FINISHED
    delete_entity(folder, kind, entity_id, cascade=True)


def test_an_unknown_entity_is_named(folder: LocalFolder) -> None:
    with pytest.raises(EntityNotFoundError, match="no model session with the id 12"):
        delete_entity(folder, EntityKind.MODEL_SESSION, 12, cascade=False)


def test_a_removal_that_a_crash_interrupted_is_finished(folder: LocalFolder) -> None:
    gone, kept = _store(folder, EntityKind.DATASET, 5)[0], _store(folder, EntityKind.DATASET, 6)[0]
    with open_session(folder) as session:
        session.add(PendingRemoval(kind=EntityKind.DATASET, entity_id=5))
    reconcile_entities(folder, ())
    assert not gone.exists()
    assert kept.exists()
    with read_session(folder) as session:
        assert session.scalars(select(PendingRemoval)).all() == []


@pytest.mark.expects_log("could not be removed")
def test_a_folder_that_cannot_be_removed_is_tried_again(folder: LocalFolder, iris: int) -> None:
    place = stored_folders(folder, EntityKind.EXPLORER, 1)[0]
    place.parent.mkdir(parents=True)
    place.write_text("a file where a folder should be")
    delete_entity(folder, EntityKind.EXPLORER, 1, cascade=False)
    place.unlink()
    place.mkdir()
    finish_removals(folder)
    assert not place.exists()
