from __future__ import annotations

import json
from datetime import UTC

import dill
import pytest

from queue_core.database.session import close_database, open_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Dataset, Metric
from queue_core.errors import EntityNotFoundError, ParameterError
from queue_core.library.entities import (
    EntityFilter,
    count_entities,
    get_details,
    get_entity,
    list_entities,
    metrics_of,
    rename_entity,
    trials_of,
)
from queue_core.paths import LocalFolder


def _names(folder: LocalFolder, kind: EntityKind, **where: object) -> list[str]:
    return [item.name for item in list_entities(folder, kind, EntityFilter(**where))]  # type: ignore[arg-type]


@pytest.fixture
def several(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add_all(
            [
                Dataset(name="Árboles de Ñuñoa", status=EntityStatus.FINISHED),
                Dataset(name="sales_100%", status=EntityStatus.ERROR, error="bad file"),
                Dataset(name="sales 100", status=EntityStatus.FINISHED),
            ]
        )


@pytest.mark.usefixtures("several")
def test_entities_are_listed_newest_first(folder: LocalFolder) -> None:
    assert _names(folder, EntityKind.DATASET) == ["sales 100", "sales_100%", "Árboles de Ñuñoa"]
    page = list_entities(folder, EntityKind.DATASET, limit=1, offset=1)
    assert [item.name for item in page] == ["sales_100%"]


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"text": "ÁRBOLES de ñ"}, ["Árboles de Ñuñoa"]),
        ({"text": "_100%"}, ["sales_100%"]),
        ({"statuses": frozenset({EntityStatus.ERROR})}, ["sales_100%"]),
        ({"having": {"error": "bad file"}}, ["sales_100%"]),
        ({"text": "nothing like it"}, []),
    ],
)
def test_filters(folder: LocalFolder, where: dict[str, object], expected: list[str]) -> None:
    assert _names(folder, EntityKind.DATASET, **where) == expected


def test_children_are_found_by_their_parent(folder: LocalFolder, iris: int) -> None:
    assert _names(folder, EntityKind.RUN, having={"session_id": 1}) == ["forest", "tree"]
    assert _names(folder, EntityKind.MODEL_SESSION, having={"dataset_id": iris + 50}) == []


def test_an_unknown_column_is_named(folder: LocalFolder) -> None:
    with pytest.raises(ParameterError, match="run has no “dataset_id”") as caught:
        list_entities(folder, EntityKind.RUN, EntityFilter(having={"dataset_id": 1}))
    assert "session_id" in caught.value.hint


def test_a_record_outlives_the_database(folder: LocalFolder, iris: int) -> None:
    record = get_entity(folder, EntityKind.RUN, 1)
    close_database(folder)
    assert record.name == "tree"
    assert record.created_at.tzinfo is UTC
    assert record.details["component"] == "tree"
    assert type(record.details["params"]) is dict
    assert type(record.provenance) is dict
    assert dill.loads(dill.dumps(record)) == record
    data = json.loads(json.dumps(record.to_json()))
    assert data["kind"] == "run"
    assert data["session_id"] == 1
    assert data["created_at"] == record.created_at.isoformat()


def test_details_name_parents_dependents_and_stale_results(folder: LocalFolder, iris: int) -> None:
    details = get_details(folder, EntityKind.PREDICTION, 1)
    assert {key: parent.name for key, parent in details.parents.items()} == {
        "run": "line",
        "dataset": "iris",
        "result_dataset": "answers",
    }
    with open_session(folder) as session:
        session.get_one(Dataset, iris).data_hash = "h2"
    of_dataset = get_details(folder, EntityKind.DATASET, iris)
    assert len(of_dataset.dependents) == 11
    assert len(of_dataset.stale) == 7
    assert of_dataset.parents == {}


def test_metrics_and_trials_of_a_run(folder: LocalFolder, iris: int) -> None:
    with open_session(folder) as session:
        session.add(Metric(run_id=1, name="loss", split="train", step=3, value=float("nan")))
    first, live = metrics_of(folder, 1)
    assert (first.name, first.split, first.value) == ("accuracy", "test", 0.9)
    assert (live.step, live.value) == (3, None)
    assert metrics_of(folder, 1, after_id=first.id) == [live]
    (trial,) = trials_of(folder, 1)
    assert (trial.number, trial.state, trial.value) == (0, "complete", 0.9)
    assert metrics_of(folder, 99) == []


def test_renaming(folder: LocalFolder, iris: int) -> None:
    assert rename_entity(folder, EntityKind.DATASET, iris, "  Flores  ").name == "Flores"
    assert get_entity(folder, EntityKind.DATASET, iris).name == "Flores"
    with pytest.raises(ParameterError, match="cannot be empty"):
        rename_entity(folder, EntityKind.DATASET, iris, "   ")
    with pytest.raises(EntityNotFoundError, match="no dataset with the id 77"):
        rename_entity(folder, EntityKind.DATASET, 77, "x")


def test_counts(folder: LocalFolder, iris: int) -> None:
    counts = count_entities(folder)
    assert counts[EntityKind.RUN] == 3
    assert counts[EntityKind.DATASET] == 2
    assert counts[EntityKind.GENERATIVE_PROCESS] == 0
