"""A notebook's steps: another order, the rows before and after each."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from job_bench import add_dataset
from job_bench import run as run_job
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from gui.bridge import Bridge
from gui.notifications import ToastArea
from gui.results.loading import LoadingView
from gui.results.notebook_view import NotebookView
from gui.results.table_view import TableView
from queue_core.jobs.converter_job import ConverterJob
from queue_core.jobs.notebook_job import NotebookJob
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue


def is_settled(view: NotebookView) -> bool:
    return not any(part.is_loading for part in (view, *view.findChildren(LoadingView)))


def headings(view: NotebookView) -> list[str]:
    tables = [table for table in view.findChildren(TableView) if table.isVisible()]
    return [column.name for column in tables[-1].model.columns] if tables else []


@pytest.mark.expects_log
def test_steps_are_looked_at_and_reordered(
    bridge: Bridge, queue: HueyJobQueue, local_folder: LocalFolder, run: Any, until: Any,
    qtbot: QtBot,
) -> None:  # fmt: skip
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0], "c": ["x", "y", "z"]})
    dataset = add_dataset(local_folder, frame)
    first = ConverterJob(dataset_id=dataset, converter="MinMaxScaler", columns=["a"])
    made, _ = run_job(first, local_folder)
    notebook = made["notebook_id"]
    second = ConverterJob(notebook_id=notebook, converter="drop_columns", columns=["b"])
    run_job(second, local_folder)

    view = NotebookView(notebook, bridge)
    qtbot.addWidget(view)
    view.resize(380, 500)
    view.show()
    run(until(lambda: is_settled(view) and headings(view) == ["a", "c"]))
    assert view.steps.currentRow() == 1
    assert view._what.text == "gone: b"
    view.before.click()
    run(until(lambda: is_settled(view) and headings(view) == ["a", "b", "c"]))
    view.steps.setCurrentRow(0)
    view.after.click()
    run(until(lambda: is_settled(view) and not view.up.isEnabled()))
    assert view.steps.item(0).text().endswith("Scale to a range · a")

    QTest.keyClick(view.steps, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    run(until(lambda: queue.list()))
    (job,) = queue.list()
    assert job.task_type == "NotebookJob"
    order = [step.id for step in reversed(view.steps.applied)]
    assert job.params["steps"] == order
    run_job(NotebookJob(notebook_id=notebook, action="reorder", steps=order), local_folder)
    view.load()
    run(until(lambda: is_settled(view) and [s.id for s in view.steps.applied] == order))
    assert view.steps.currentRow() == 1  # the chosen one stays so


@pytest.mark.expects_log
def test_an_order_is_said_and_undone_when_its_view_is_gone(
    bridge: Bridge, queue: HueyJobQueue, local_folder: LocalFolder, run: Any, until: Any,
    qtbot: QtBot,
) -> None:  # fmt: skip
    dataset = add_dataset(local_folder, pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}))
    scale = {"dataset_id": dataset, "converter": "MinMaxScaler", "columns": ["a"]}
    made, _ = run_job(ConverterJob(**scale), local_folder)
    window = QWidget()
    qtbot.addWidget(window)
    area = ToastArea(window)
    view = NotebookView(made["notebook_id"], bridge, window)
    window.show()

    async def ordered() -> None:
        await until(lambda: is_settled(view) and view.steps.applied)
        before = [step.id for step in view.steps.applied]
        view.steps.order_wanted.emit(before)
        delete(view)
        await until(lambda: area.toasts)
        assert len(queue.list()) == 1
        assert area.undo_latest()
        await until(lambda: len(queue.list()) == 2)
        assert [job.params["steps"] for job in queue.list()] == [before, before]
        await until(lambda: len(area.toasts) == 1)

    run(ordered())
