"""A load that repeats, and a job that is there already, from now on every night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.submit.feature import install
from gui.submit.loading import LAST_FOLDER, FileLoading
from gui.submit.preview_dialog import PreviewDialog
from gui.submit.repeating import REPEAT, RepeatDialog
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.settings.known import PREVIEW_FILES


def test_a_file_is_loaded_every_night_and_so_is_a_job_that_is_there(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any, tmp_path: Path
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")

    install(window, bridge)

    async def body() -> None:
        window.files_given.emit([path])
        await until(lambda: window.findChild(PreviewDialog))
        preview = window.findChild(PreviewDialog)
        assert preview is not None
        await until(lambda: preview.current.can_load)
        preview.job_options.offer_repeating()
        preview.load_button.click()
        await until(queue.schedules)
        assert [(s.name, s.cron) for s in queue.schedules()] == [("Load sales.csv", "0 3 * * *")]
        assert not queue.list()  # it is loaded when its time has come, not now
        assert window.state.remembered(LAST_FOLDER) == str(tmp_path)

        job_id = queue.put(DatasetJob(file_path=str(path)))
        window.select_jobs((job_id,))
        await until(lambda: window.action_set.selection.records)
        window.action_set.trigger(REPEAT.id)
        dialog = window.findChild(RepeatDialog)
        assert dialog is not None
        dialog.repeat_button.click()
        await until(lambda: len(queue.schedules()) == 2)
        assert queue.schedules()[1].params["file_path"] == str(path)
        await until(lambda: window.findChild(RepeatDialog) is None)

    run(body())


def test_a_wish_to_repeat_is_for_the_files_that_were_chosen_with_it(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / f"{name}.csv" for name in ("first", "second", "third"))
    for path in (first, second, third):
        path.write_text("a,b\n1,2\n", encoding="utf-8")
    empty = tmp_path / "nothing"
    empty.mkdir()
    loading = FileLoading(window, bridge)

    async def body() -> None:
        await bridge.change_settings({PREVIEW_FILES.key: False})
        nothing: list[object] = []
        loading.message.connect(nothing.append)
        loading.load([empty], repeated=True)
        await until(lambda: nothing)
        loading.load([first])
        await until(lambda: queue.list())  # at once, and once
        assert loading.dialog is None
        assert not queue.schedules()

        await bridge.change_settings({PREVIEW_FILES.key: True})
        loading.load([second])
        await until(lambda: loading.dialog)
        dialog = loading.dialog
        assert dialog is not None
        assert not dialog.job_options.repeats
        loading.load([third], repeated=True)
        await until(lambda: len(dialog.entries) == 2)
        assert dialog.job_options.repeats
        assert dialog.job_options.isVisible()
        dialog.reject()

    run(body())


def test_a_double_click_asks_once_and_a_dialog_that_has_gone_is_left_alone(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    record = queue.get(queue.put(DatasetJob(file_path="a.csv")))
    added: list[str] = []

    async def body() -> None:
        twice = RepeatDialog(record, bridge, window)
        twice.repeated.connect(lambda name, _cron: added.append(name))
        twice.repeat_button.click()
        asked = twice._task
        twice.repeat_button.click()
        assert asked is not None
        assert twice._task is asked
        await asked
        assert added == [record.job_name]
        assert len(queue.schedules()) == 1
        twice.deleteLater()

        gone = RepeatDialog(record, bridge, window)
        gone.finished.connect(gone.deleteLater)
        gone.repeat_button.click()
        asked = gone._task
        gone.reject()
        assert asked is not None
        await until(asked.done)  # a bridge that reports anything fails the test

    run(body())


def test_a_job_whose_type_has_gone_says_so(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    record = replace(queue.get(queue.put(DatasetJob(file_path="a.csv"))), task_type="GoneJob")
    dialog = RepeatDialog(record, bridge, window)

    async def body() -> None:
        dialog.repeat_button.click()
        await until(lambda: not dialog.problem.isHidden())
        assert "GoneJob" in dialog.problem.accessibleName()
        assert dialog.problem.accessibleDescription()
        assert not queue.schedules()

    run(body())
    dialog.deleteLater()
