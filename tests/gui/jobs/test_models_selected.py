"""The models among the selected jobs stand in one small table, the best of all of them first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sample_jobs import Echo

from gui.bridge import Bridge
from gui.jobs.details import models_selected
from gui.jobs.details.models_selected import TRAINING, ModelsSelected
from gui.results.facts_table import FactsTable
from queue_core.database.columns import utc_now
from queue_core.database.session import open_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset, Metric, ModelSession, Run
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord

ACCURACY = {"tree": 0.5, "forest": 0.9, "line": 0.7}


@pytest.fixture
def records(local_folder: LocalFolder, queue: HueyJobQueue) -> list[JobRecord]:
    """Finished jobs that have trained a model each."""
    with open_session(local_folder) as session:
        data = Dataset(name="iris", status=EntityStatus.FINISHED, data_hash="h")
        asked = ModelSession(name="s", task="classification", dataset=data)
        for name, value in ACCURACY.items():
            run = Run(
                name=name, component=name, session=asked, status=EntityStatus.FINISHED,
                finished_at=utc_now(),
            )  # fmt: skip
            run.metrics = [Metric(name="accuracy", split="test", value=value)]
        session.add(asked)
        session.flush()
        runs = {run.name: run.id for run in asked.runs}
    for name in ACCURACY:
        job_id = queue.put(Echo(name=name))
        result = json.dumps({"entity": "run", "id": runs[name]})
        with queue._database.transaction() as connection:
            connection.execute(
                "UPDATE task_copy SET task_type = ?, status = 'finished', result = ? WHERE id = ?",
                (TRAINING, result, job_id),
            )
    return list(queue.list())


@pytest.fixture
def models(bridge: Bridge, qtbot: QtBot) -> ModelsSelected:
    models = ModelsSelected(bridge)
    qtbot.addWidget(models)
    return models


def table_of(models: ModelsSelected) -> FactsTable | None:
    layout = models._layout
    widgets = [item.widget() for i in range(layout.count()) if (item := layout.itemAt(i))]
    return next((widget for widget in widgets if isinstance(widget, FactsTable)), None)


def names(models: ModelsSelected) -> list[str]:
    table = table_of(models)
    assert table is not None
    items = [table.item(row, 0) for row in range(table.rowCount())]
    return [item.text() for item in items if item is not None]


def test_the_best_of_all_stand_first_and_what_is_left_out_is_said(
    records: list[JobRecord], models: ModelsSelected, run: Any, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(models_selected, "MOST_SHOWN", 2)

    async def body() -> None:
        models.show_records(records)
        await until(lambda: table_of(models) is not None)
        assert names(models) == ["forest", "line"]
        heading = models._layout.itemAt(0).widget()  # type: ignore[union-attr]
        assert isinstance(heading, QLabel)
        assert heading.text() == "Models: the best 2 of 3"
        few = [record for record in records if record.job_name != "forest"]
        models.show_records(few)
        assert table_of(models) is None  # those of before are not shown for those of now
        await until(lambda: table_of(models) is not None)
        assert names(models) == ["line", "tree"]

    run(body())


def test_models_that_could_not_be_read_are_read_again(
    records: list[JobRecord], models: ModelsSelected, bridge: Bridge, run: Any, until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told: list[BaseException] = []
    monkeypatch.setattr(bridge, "report", lambda error, **_what: told.append(error))

    def locked(*_args: object, **_named: object) -> None:
        raise OSError("It is locked.")

    async def body() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(models_selected, "measured_runs", locked)
            models.show_records(records)
            await until(lambda: told)
        assert table_of(models) is None
        models.show_records(records)
        await until(lambda: table_of(models) is not None)
        assert names(models)[0] == "forest"

    run(body())
