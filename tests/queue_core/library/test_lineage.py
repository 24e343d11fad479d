"""Where an entity comes from and what was made of it."""

from __future__ import annotations

import pytest

from queue_core.database.session import open_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Explorer
from queue_core.errors import EntityNotFoundError
from queue_core.library import lineage
from queue_core.library.lineage import Lineage, lineage_of
from queue_core.paths import LocalFolder


def _edges(found: Lineage) -> set[str]:
    names = {node.key: node.name for node in found.nodes}
    return {f"{names[start]} > {names[end]}" for start, end in found.edges}


def test_all_that_was_made_of_a_dataset_is_found(folder: LocalFolder, iris: int) -> None:
    with open_session(folder) as session:
        session.get_one(Dataset, iris).source_path = "/data/iris.csv"
    found = lineage_of(folder, EntityKind.DATASET, iris)
    assert _edges(found) == {
        "iris.csv > iris", "iris > work", "work > hist", "iris > pairs", "iris > session 0",
        "iris > session 1", "session 0 > tree", "session 0 > forest", "session 1 > line",
        "line > shap", "line > predict", "iris > predict", "predict > answers",
    }  # fmt: skip
    assert not any(node.is_stale for node in found.nodes)


def test_what_an_entity_was_made_from_is_found_without_its_brothers(
    folder: LocalFolder, iris: int
) -> None:
    answers = next(
        n for n in lineage_of(folder, EntityKind.DATASET, iris).nodes if n.name == "answers"
    )
    assert answers.key[0] is EntityKind.DATASET
    found = lineage_of(folder, EntityKind.DATASET, answers.key[1])
    assert _edges(found) == {
        "predict > answers", "line > predict", "iris > predict", "session 1 > line",
        "iris > session 1",
    }  # fmt: skip


def test_stale_results_are_marked(folder: LocalFolder, iris: int) -> None:
    with open_session(folder) as session:
        session.get_one(Dataset, iris).data_hash = "h2"
    found = lineage_of(folder, EntityKind.DATASET, iris)
    stale = {node.name for node in found.nodes if node.is_stale}
    assert stale == {"pairs", "tree", "forest", "line", "shap", "predict", "answers"}


def test_of_thousands_the_newest_are_shown_and_the_others_counted(
    folder: LocalFolder, iris: int
) -> None:
    with open_session(folder) as session:
        session.add_all(
            Explorer(dataset_id=iris, name=f"look {n}", component="scatter") for n in range(30)
        )
    found = lineage_of(folder, EntityKind.DATASET, iris)
    shown = [node.name for node in found.nodes if node.key[0] is EntityKind.EXPLORER]
    assert "look 29" in shown
    assert found.hidden == 31 - lineage.MOST_OF_A_KIND
    with pytest.raises(EntityNotFoundError):
        lineage_of(folder, EntityKind.DATASET, 999)
