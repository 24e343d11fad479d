from __future__ import annotations

from sqlalchemy import select

from queue_core.database.provenance import provenance_of
from queue_core.database.session import open_session, read_session
from queue_core.database.staleness import stale_results
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Explorer, Notebook, Run
from queue_core.paths import LocalFolder


def _stale(folder: LocalFolder, dataset_id: int) -> list[str]:
    with read_session(folder) as session:
        found = stale_results(session, session.get_one(Dataset, dataset_id))
    return [item.name for item in found]


def _change(folder: LocalFolder, dataset_id: int, data_hash: str) -> None:
    with open_session(folder) as session:
        session.get_one(Dataset, dataset_id).data_hash = data_hash


def test_nothing_is_stale_while_the_data_are_the_same(folder: LocalFolder, iris: int) -> None:
    assert _stale(folder, iris) == []


def test_results_of_changed_data_are_stale_and_what_they_made_too(
    folder: LocalFolder, iris: int
) -> None:
    _change(folder, iris, "h2")
    stale = _stale(folder, iris)
    assert set(stale) == {"pairs", "tree", "forest", "line", "shap", "predict", "answers"}
    assert stale.index("line") < stale.index("predict") < stale.index("answers")


def test_a_result_made_again_is_fresh(folder: LocalFolder, iris: int) -> None:
    _change(folder, iris, "h2")
    with open_session(folder) as session:
        line = session.scalars(select(Run).where(Run.name == "line")).one()
        line.provenance = provenance_of(session.get_one(Dataset, iris))
    assert set(_stale(folder, iris)) == {"pairs", "tree", "forest"}


def test_data_that_return_to_what_they_were_make_results_fresh(
    folder: LocalFolder, iris: int
) -> None:
    _change(folder, iris, "h2")
    _change(folder, iris, "h1")
    assert _stale(folder, iris) == []


def test_the_reason_is_named(folder: LocalFolder, iris: int) -> None:
    _change(folder, iris, "h2")
    with read_session(folder) as session:
        found = stale_results(session, session.get_one(Dataset, iris))
    reasons = {item.name: item.made_from[0] for item in found}
    assert reasons["line"] is EntityKind.DATASET
    assert reasons["shap"] is EntityKind.RUN
    assert reasons["answers"] is EntityKind.PREDICTION


def test_a_notebook_that_went_on_makes_its_explorations_stale(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(notebook := Notebook(name="n", dataset=Dataset(name="d"), data_hash="n1"))
        session.flush()
        seen = provenance_of(notebook)
        session.add(Explorer(name="before", component="x", notebook=notebook, provenance=seen))
        session.flush()
        assert stale_results(session, notebook) == []
        notebook.data_hash = "n2"
        session.flush()
        assert [item.name for item in stale_results(session, notebook)] == ["before"]


def test_a_source_without_hash_says_nothing(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(dataset := Dataset(name="d"))
        session.flush()
        assert stale_results(session, dataset) == []
