"""Results that no longer fit their data are made anew, in order, each once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from job_bench import run
from sample_jobs import IgnoresTerm

from queue_core import HueyJobQueue
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import ENTITY_TABLES, ModelSession, Notebook, Run
from queue_core.jobs import renewing
from queue_core.jobs.registry import get_job_type
from queue_core.jobs.renewing import put_renewal, take_back
from queue_core.library.lineage import lineage_of
from queue_core.library.renewal import Outdated, Renewal, plan_renewal
from queue_core.paths import LocalFolder
from queue_core.queue.engine.options import EngineOptions

HEAD = "size,weight,colour\n"


def _rows(first: int) -> str:
    return HEAD + "".join(
        f"{n % 17}.5,{n * 3 % 29},{'red' if n % 17 > 8 else 'blue'}\n"
        for n in range(first, first + 90)
    )


def _done(folder: LocalFolder, kind: str, **params: Any) -> dict[str, Any]:
    result, _ = run(get_job_type(kind).make(params), folder)
    return dict(result)


def _study(folder: LocalFolder, file: Path) -> dict[str, int]:
    """Load, transform, keep, train, explain, predict, look at; return the ids."""
    file.write_text(_rows(0), encoding="utf-8")
    data = _done(folder, "dataset", file_path=str(file))["id"]
    step = _done(folder, "converter", dataset_id=data, converter="MinMaxScaler", columns=["size"])
    notebook = step["notebook_id"]
    kept = _done(folder, "apply-notebook", notebook_id=notebook, name="kept")["id"]
    asked = {"dataset_id": kept, "output_columns": ["colour"], "model": "GaussianNB"}
    trained = _done(folder, "model", **asked)["id"]
    _done(folder, "explainer", run_id=trained, explainer="permutation_importance")
    _done(folder, "predict", run_id=trained, dataset_id=kept)
    _done(folder, "explorer", notebook_id=notebook, explorer="describe")
    return {"notebook": notebook, "run": trained}


def _types(plan: Renewal) -> list[str]:
    return [step.recipe.task_type for step in plan.steps]


def _counts(folder: LocalFolder) -> dict[EntityKind, int]:
    with read_session(folder) as session:
        return {kind: session.query(table).count() for kind, table in ENTITY_TABLES.items()}


@pytest.mark.expects_log
def test_a_changed_file_goes_the_whole_way_again_and_can_be_taken_back(
    queue: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path
) -> None:
    file = tmp_path / "boxes.csv"
    about = (EntityKind.RUN, _study(local_folder, file)["run"])
    assert plan_renewal(local_folder) == Renewal()

    file.write_text(_rows(50), encoding="utf-8")
    plan = plan_renewal(local_folder, about)
    assert plan.why is Outdated.SOURCE
    assert plan.seconds is not None
    assert _types(plan)[:4] == ["DatasetJob", "ConverterJob", "ApplyNotebookJob", "ModelJob"]
    assert sorted(_types(plan)[4:]) == ["ExplainerJob", "PredictJob"]
    assert "ExplorerJob" in _types(plan_renewal(local_folder))

    before = _counts(local_folder)
    take_back(put_renewal(plan, queue, local_folder), queue, local_folder)
    assert _counts(local_folder) == before
    assert queue.is_empty()

    queue.pause_queue()
    queue.start(workers=2)  # from now on it closes what cancelled jobs were to make, in its time
    assert take_back(put_renewal(plan, queue, local_folder), queue, local_folder) == ()
    assert _counts(local_folder) == before
    assert queue.is_empty()

    put = put_renewal(plan, queue, local_folder)
    assert plan_renewal(local_folder, about).steps == ()  # it is under way
    queue.resume_queue()
    ended = [queue.wait(job_id, timeout_s=60) for job_id in put]
    assert [record.error_msg for record in ended] == [None] * len(put)
    with read_session(local_folder) as session:
        old, new = session.query(Run).order_by(Run.id)
        kept = (EntityKind.DATASET, new.session.dataset_id)
        assert new.session.dataset.name == "kept"
        assert new.session.dataset_id != old.session.dataset_id
        assert session.query(ModelSession).count() == 2
        last = session.query(Notebook).order_by(Notebook.id.desc()).first()
        assert last is not None
    again = plan_renewal(local_folder, about)
    assert again.why is Outdated.SOURCE
    assert again.steps == ()
    assert again.successor == (EntityKind.RUN, new.id)
    edges = lineage_of(local_folder, EntityKind.NOTEBOOK, last.id).edges
    assert ((EntityKind.NOTEBOOK, last.id), kept) in edges


@pytest.mark.expects_log
def test_steps_that_changed_concern_what_was_made_of_them_alone(
    local_folder: LocalFolder, tmp_path: Path
) -> None:
    ids = _study(local_folder, tmp_path / "boxes.csv")
    notebook = ids["notebook"]
    _done(local_folder, "converter", notebook_id=notebook, converter="drop_columns",
          columns=["weight"])  # fmt: skip
    plan = plan_renewal(local_folder, (EntityKind.NOTEBOOK, notebook))
    assert set(_types(plan)) == {
        "ApplyNotebookJob", "ModelJob", "ExplainerJob", "PredictJob", "ExplorerJob",
    }  # fmt: skip
    nodes = lineage_of(local_folder, EntityKind.RUN, ids["run"]).nodes
    marked = {node.key[0] for node in nodes if node.is_stale}
    assert EntityKind.RUN in marked
    assert EntityKind.NOTEBOOK not in marked


@pytest.mark.expects_log
def test_what_a_prediction_made_comes_with_it_and_what_was_made_of_that_is_left_out(
    local_folder: LocalFolder, tmp_path: Path
) -> None:
    file = tmp_path / "boxes.csv"

    def answered() -> int:
        data = _done(local_folder, "dataset", file_path=str(file))["id"]
        asked = {"dataset_id": data, "output_columns": ["colour"], "model": "GaussianNB"}
        trained = _done(local_folder, "model", **asked)["id"]
        return int(_done(local_folder, "predict", run_id=trained, dataset_id=data)["dataset_id"])

    file.write_text(_rows(0), encoding="utf-8")
    answers = answered()
    file.write_text(_rows(50), encoding="utf-8")
    plan = plan_renewal(local_folder)
    assert _types(plan) == ["DatasetJob", "ModelJob", "PredictJob"]
    assert plan.left_out == ()

    answered()  # done by hand: the old answers stay what they are, and nothing is to be done
    plan = plan_renewal(local_folder, (EntityKind.DATASET, answers))
    assert plan.why is Outdated.SOURCE
    assert (plan.steps, plan.left_out) == ((), ())

    look = {"dataset_id": answers, "explorer": "describe", "name": "of the answers"}
    _done(local_folder, "explorer", **look)
    plan = plan_renewal(local_folder)
    assert (plan.steps, plan.left_out) == ((), ("of the answers",))


def test_what_another_program_runs_is_waited_for_and_what_does_not_stop_is_told(
    queue: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with closing(HueyJobQueue(local_folder.root)) as other:
        other.start(options=EngineOptions(grace_s=0.3))
        waiting = renewing.STOP_WAIT_S
        for wait_s, is_left in ((0.0, True), (waiting, False)):
            monkeypatch.setattr(renewing, "STOP_WAIT_S", wait_s)
            begun = tmp_path / f"begun {wait_s}"
            job_id = queue.put(IgnoresTerm(started=str(begun)))
            until(begun.exists)
            assert take_back([job_id], queue, local_folder) == ((job_id,) if is_left else ())
            assert bool(queue.get_many([job_id])) is is_left
