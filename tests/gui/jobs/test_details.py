from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from sample_jobs import Echo, Floods
from seeded_folder import SCENE, TRACEBACK, seed_folder

from gui.jobs.details.json_tree import JsonTree
from gui.jobs.details.log_view import LogView
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


@pytest.fixture
def jobs(queue: HueyJobQueue) -> dict[str, str]:
    """Ids of the scene's jobs by name."""
    ids = seed_folder(queue.folder.root)
    return {seed.name: job_id for seed, job_id in zip(SCENE, ids, strict=True)}


@pytest.fixture
def show(window: MainWindow, until: Any) -> Callable[[str], Any]:
    """Select a job and wait until its details are complete."""

    async def select(job_id: str) -> None:
        await until(lambda: window.model.row_of(job_id) is not None)
        window.table.select([job_id])
        await until(lambda: window.details.job_id == job_id and window.details._record is not None)

    return select


def tabs(window: MainWindow) -> list[str]:
    bar = window.details._tabs
    return [bar.tabText(i) for i in range(bar.count())]


def visible_text(window: MainWindow) -> str:
    header = window.details.header
    return "\n".join(
        label.text
        for label in (header._title, header._state, header._error._sentence, header._error._hint)
        if label.isVisible()
    )


def buttons(window: MainWindow) -> set[str]:
    found = window.details.header.findChildren(QPushButton)
    return {button.text() for button in found if button.isVisible()}


def test_a_failure_says_first_why_and_what_next(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any
) -> None:
    async def body() -> None:
        await show(jobs["iris.csv"])
        said = visible_text(window)
        assert "Failed after 3.1 s · Dataset" in said
        assert window.details.width() > 380  # a third of the room, at the very first time too
        assert "Line 104 of iris.csv has 6 values where the header has 5." in said
        assert "Correct it" in said
        assert {"Retry", "Remove"} <= buttons(window)
        assert "Cancel" not in buttons(window)
        assert window.details._tabs.tabText(window.details._tabs.currentIndex()) == "Error"
        page = window.details.pages["error"][1]
        traceback = page.findChild(QPlainTextEdit)
        assert traceback is not None
        page._as_text.click()  # type: ignore[attr-defined]
        assert traceback.toPlainText() == TRACEBACK.rstrip()
        page.copy_all()  # type: ignore[attr-defined]
        copied = QApplication.clipboard().text()
        assert "Correct it" in copied
        assert "Expected 5 fields in line 104" in copied
        assert copied.endswith("where the header has 5.")

    run(body())


def test_tabs_are_only_there_when_they_say_something(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any
) -> None:
    async def body() -> None:
        await show(jobs["Train forest on iris"])
        assert "Error" not in tabs(window)
        assert "Result" not in tabs(window)
        assert buttons(window) == {"Cancel"}
        await show(jobs["penguins.csv"])
        assert tabs(window)[0] == "Result"

    run(body())


def test_the_overview_shows_times_memory_and_an_identifier_to_copy(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any
) -> None:
    async def body() -> None:
        await show(jobs["Random forest on penguins"])
        window.details.show_tab("overview")
        rows = {
            line.title: value.text
            for line, _title, value, _button in window.details.pages["overview"][1]._rows  # type: ignore[attr-defined]
            if not value.isHidden()
        }
        assert rows["Duration"] == "1 min 01 s"
        assert rows["Peak memory"] == "612 MB"
        assert rows["Identifier"] == jobs["Random forest on penguins"]
        assert "45 min ago" in rows["Started"]
        assert "Waits" not in rows

    run(body())


def test_a_waiting_job_says_why_it_waits(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        await show(jobs["taxi_2025_*.parquet"])
        await until(lambda: window.details.header.phase == "No program runs jobs now")

    run(body())


def test_parameters_are_a_tree_that_copies_as_json(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any
) -> None:
    async def body() -> None:
        await show(jobs["penguins.csv"])
        window.details.show_tab("parameters")
        tree = window.details.pages["parameters"][1].findChild(JsonTree)
        assert tree is not None
        names = [tree.topLevelItem(i).text(0) for i in range(tree.topLevelItemCount())]
        assert names == ["File (file_path)", "Name (name)", "Format (loader)", "options"]
        tree.copy_json()
        assert '"delimiter": ","' in QApplication.clipboard().text()

    run(body())


def test_the_log_of_a_running_job_is_followed_found_and_filtered(
    window: MainWindow, queue: HueyJobQueue, show: Any, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Floods(megabytes=2))
        queue.start()
        await show(job_id)
        window.details.show_tab("log")
        page = window.details.pages["log"][1]
        view = page.findChild(LogView)
        assert view is not None
        await until(lambda: queue.get(job_id).status is JobStatus.FINISHED)
        await until(lambda: "the last line" in page._model.text())  # type: ignore[attr-defined]
        bar = view.verticalScrollBar()
        await until(lambda: bar.value() == bar.maximum())
        page._find.setText("line 0039123")  # type: ignore[attr-defined]
        assert "line 0039123 of the flood" in view.currentIndex().siblingAtColumn(1).data()
        assert not view.follows
        await window.bridge.call(queue.stop)

    run(body())


def test_many_jobs_are_summed_up(
    jobs: dict[str, str], window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        await until(lambda: window.model.rowCount() == len(jobs))
        window.table.selectAll()
        await until(lambda: window.details.header._title.text == f"{len(jobs)} jobs selected")
        await until(lambda: "2\u00a0×\u00a0Failed" in window.details.header._state.text)
        assert not window.details._tabs.isVisible()

    run(body())


def test_jobs_of_dashai_are_shown_and_left_alone(
    window: MainWindow, queue: HueyJobQueue, show: Any, run: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="theirs"))
        with queue._database.transaction() as connection:
            connection.execute("UPDATE task_copy SET origin = NULL WHERE id = ?", (job_id,))
        await show(job_id)
        assert buttons(window) == set()
        assert "belongs to DashAI" in window.details.header._foreign._sentence.text

    run(body())


def test_details_hide_and_come_back_with_a_key(
    jobs: dict[str, str], window: MainWindow, show: Any, run: Any, press: Callable[..., None]
) -> None:
    async def body() -> None:
        await show(jobs["iris.csv"])
        window.details.header.close_button.click()
        assert window.details.isHidden()
        window.action_set.trigger("job.details")
        assert not window.details.isHidden()

    run(body())


def test_a_click_meant_for_another_button_does_nothing(
    window: MainWindow, queue: HueyJobQueue, show: Any, run: Any, until: Any
) -> None:
    """A job ends under the pointer: what stands there now was not what was aimed at."""

    async def body() -> None:
        job_id = queue.put(Echo(name="ends"))
        await show(job_id)
        header = window.details.header
        await until(lambda: header._buttons["job.cancel"].isVisible())
        queue.cancel(job_id)
        await until(lambda: header._buttons["job.remove"].isVisible())
        header._buttons["job.remove"].click()
        assert not window.toasts.toasts
        await until(lambda: not header._settling.isActive())
        header._buttons["job.remove"].click()
        await until(lambda: window.toasts.toasts)
        window.toasts.undo_latest()

    run(body())
