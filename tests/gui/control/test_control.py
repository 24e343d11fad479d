from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QPushButton, QWidget
from sample_jobs import Append, Echo, Raises, Wait

from gui.actions import Place
from gui.control.bars import Bar
from gui.control.queue_watch import QueueState, read_state
from gui.control.schedules_dialog import SchedulesDialog
from gui.jobs.columns import COLUMNS
from gui.jobs.details.doing_page import DoingPage
from gui.jobs.expectations import expectation_of
from gui.jobs.second_line import second_line
from gui.jobs.waiting_text import waiting_text
from gui.main_window import MainWindow
from queue_core.errors import JobQueueError
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import JobOptions, WaitReason


def bar(window: MainWindow, words: str) -> Bar | None:
    return next((b for b in window.findChildren(Bar) if b.isVisible() and words in b.text), None)


def press(parent: QWidget | None, text: str) -> None:
    assert parent is not None
    next(b for b in parent.findChildren(QPushButton) if b.text() == text).click()


def cell(window: MainWindow, job_id: str, column: str) -> str:
    row = window.model.row_of(job_id)
    assert row is not None
    return str(window.model.index(row, [c.name for c in COLUMNS].index(column)).data() or "")


def waits(window: MainWindow, row: int) -> tuple[JobRecord, WaitReason | None]:
    record, facts = window.model.facts(row)
    assert record is not None
    return record, facts.reason


def menu_texts(window: MainWindow) -> list[str]:
    menu = QMenu(window)
    window.action_set.fill(menu, Place.CONTEXT)
    return [action.text() for action in menu.actions()]


def interrupt(queue: HueyJobQueue, job_id: str, times: int) -> None:
    now = datetime.now(UTC).isoformat()
    with queue._database.transaction() as connection:
        connection.execute("DELETE FROM task")
        connection.execute(
            "UPDATE task_copy SET status = 'killed', interruptions = ?, message_id = NULL, "
            "last_update = ?, finished_at = ? WHERE id = ?",
            (times, now, now, job_id),
        )


def test_every_command_does_something(window: MainWindow) -> None:
    assert window.action_set.without_handler() == ()


def test_the_queue_is_paused_and_resumed(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        action = window.action_set.qaction("queue.toggle")
        assert action.text() == "Pause queue"
        action.trigger()
        await until(lambda: bar(window, "The queue is paused"))
        assert queue.is_paused
        assert action.text() == "Resume queue"
        press(bar(window, "The queue is paused"), "Resume queue")
        await until(lambda: not bar(window, "The queue is paused"))
        assert not queue.is_paused
        assert action.text() == "Pause queue"

    run(body())


async def paused_with_the_queue(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, until: Any
) -> str:
    """Start a job, pause the queue, and the job with it; return its id."""
    job_id = queue.put(Wait(started=str(tmp_path / "started")))
    queue.start()
    await until((tmp_path / "started").exists)
    window.action_set.trigger("queue.toggle")
    await until(lambda: bar(window, "running jobs go on"))
    press(bar(window, "running jobs go on"), "Pause running jobs, too")
    return job_id


def test_everything_stops_at_once_and_goes_on_with_the_queue(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = await paused_with_the_queue(window, queue, tmp_path, until)
        await until(lambda: queue.get(job_id).paused)
        await until(lambda: bar(window, "and so are the jobs that ran"))
        press(bar(window, "The queue is paused"), "Resume queue")
        await until(lambda: not queue.get(job_id).paused)
        await window.bridge.call(queue.stop)

    run(body())


def test_of_jobs_that_stopped_with_the_queue_and_ended_nothing_is_said(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = await paused_with_the_queue(window, queue, tmp_path, until)
        await until(lambda: bar(window, "and so are the jobs that ran"))
        await window.bridge.cancel([job_id])
        await until(lambda: bar(window, "paused: waiting jobs stay waiting"))
        await window.bridge.call(queue.stop)

    run(body())


def test_a_pause_by_another_program_is_seen(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        other = HueyJobQueue(queue.folder.root)
        other.pause_queue()
        other.close()
        await until(lambda: bar(window, "The queue is paused"))

    run(body())


def test_a_running_job_is_suspended_and_looked_into(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any, select: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Wait(started=str(tmp_path / "started")))
        queue.start()
        await until((tmp_path / "started").exists)
        await select(job_id)
        actions = window.action_set
        await until(actions.qaction("job.stacks").isEnabled)
        actions.trigger("job.stacks")
        page = window.details.pages["doing"][1]
        assert isinstance(page, DoingPage)
        await until(lambda: "sample_jobs.py" in page.text)
        await until(actions.qaction("job.pause").isEnabled)
        actions.trigger("job.pause")
        await until(lambda: queue.get(job_id).paused)
        await until(actions.qaction("job.resume").isEnabled)
        assert "Pause" not in menu_texts(window)
        assert cell(window, job_id, "status") == "Paused"
        actions.trigger("job.resume")
        await until(lambda: not queue.get(job_id).paused)
        await window.bridge.call(queue.stop)

    run(body())


def test_waiting_jobs_are_moved_and_weighed(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, select: Any
) -> None:
    async def body() -> None:
        first, second, third = (queue.put(Echo(name=name)) for name in ("one", "two", "three"))
        await select(third)
        await until(window.action_set.qaction("job.move_top").isEnabled)
        assert "Order" in menu_texts(window)
        window.action_set.trigger("job.move_top")
        await until(lambda: queue.peek().id == third)
        await select(first)
        window.action_set.trigger("job.priority")
        dialog = window.findChild(QInputDialog)
        assert dialog is not None
        dialog.setIntValue(7)
        dialog.accept()
        await until(lambda: queue.get(first).priority == 7)
        assert queue.peek().id == first
        assert queue.get(second).priority == 0

    run(body())


def test_jobs_are_kept(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, select: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="dear"))
        await select(job_id)
        window.action_set.trigger("job.keep")
        await until(lambda: queue.get(job_id).pinned)
        await until(window.action_set.qaction("job.release").isEnabled)
        window.action_set.trigger("job.release")
        await until(lambda: not queue.get(job_id).pinned)

    run(body())


def test_cancelling_all_asks_first_and_keeps_to_the_filter(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any
) -> None:
    async def body() -> None:
        echoes = [queue.put(Echo(name=name)) for name in ("one", "two")]
        other = queue.put(Append(name="other", path=str(tmp_path / "log"), line="x"))
        window.filter.choose_type("Echo", add=False)
        window.action_set.trigger("queue.cancel_all")
        await until(lambda: window.findChild(QMessageBox))
        box = window.findChild(QMessageBox)
        assert box is not None
        assert box.text() == "Cancel 2 jobs?"
        press(box, "Cancel all")
        await until(lambda: all(queue.get(i).status is JobStatus.CANCELLED for i in echoes))
        assert queue.get(other).status is JobStatus.NOT_STARTED

    run(body())


def test_a_crash_report_is_saved(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any, select: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Raises(name="train"))
        queue.start()
        await until(lambda: queue.get(job_id).status is JobStatus.ERROR)
        await select(job_id)
        await until(window.action_set.qaction("job.crash_report").isEnabled)
        window.action_set.trigger("job.crash_report")
        dialog = window.findChild(QFileDialog)
        assert dialog is not None
        dialog.fileSelected.emit(str(tmp_path / "report.zip"))
        dialog.close()
        await until((tmp_path / "report.zip").exists)
        await until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[0].message.text == "Saved the crash report to report.zip."
        await window.bridge.call(queue.stop)

    run(body())


@pytest.fixture
def interrupted(queue: HueyJobQueue) -> list[str]:
    """Three jobs of an earlier program; the last one went down with it twice."""
    ids = [queue.put(Echo(name=name)) for name in ("one", "two", "three")]
    for job_id, times in zip(ids, (1, 1, 2), strict=True):
        interrupt(queue, job_id, times)
    return ids


def test_interrupted_jobs_are_resumed_but_not_those_that_went_down_twice(
    interrupted: list[str], window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        words = "3 jobs were interrupted when the program went down. 1 of them was interrupted"
        await until(lambda: bar(window, words))
        press(bar(window, words), "Show")
        assert window.filter.where.statuses == {JobStatus.KILLED}
        press(bar(window, words), "Resume all")
        await until(lambda: not bar(window, "interrupted"))
        resumed = {record.retry_of for record in queue.list() if record.retry_of}
        assert resumed == set(interrupted[:2])

    run(body())


def test_a_schedule_is_switched_off_and_removed(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        queue.add_schedule(Echo(name="nightly"), "0 3 * * *")
        window.action_set.trigger("queue.schedules")
        dialog = window.findChild(SchedulesDialog)
        assert dialog is not None
        await until(dialog.switches)
        assert dialog.switches()[0].text() == "nightly"
        dialog.switches()[0].click()
        await until(lambda: not queue.schedules()[0].enabled)
        await until(lambda: not dialog.switches()[0].isChecked())
        dialog.switches()[0].click()
        await until(lambda: queue.schedules()[0].enabled)
        await until(lambda: dialog.switches()[0].isChecked())
        dialog.remove_buttons()[0].click()
        await until(lambda: not dialog.switches())
        assert not queue.schedules()[0].enabled  # it runs no more, but can come back
        (toast,) = window.toasts.toasts
        toast.findChildren(QPushButton)[0].click()
        await until(dialog.switches)
        await until(lambda: queue.schedules()[0].enabled)
        dialog.remove_buttons()[0].click()
        await until(lambda: window.toasts.toasts)
        window.toasts.toasts[0].close_now()
        await until(lambda: not queue.schedules())
        dialog.close()

    run(body())


def test_a_waiting_job_names_what_it_waits_for(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, select: Any
) -> None:
    async def body() -> None:
        first = queue.put(Echo(name="load"))
        second = queue.put(Echo(name="explore"), JobOptions(after=(first,)))
        await select(second)
        await until(lambda: window.details.header.phase == "After “load”")
        assert cell(window, second, "progress") == "After “load”"
        window.action_set.trigger("queue.toggle")
        await until(lambda: cell(window, first, "progress") == "The queue is paused")

    run(body())


def test_a_queue_that_cannot_be_asked_has_a_problem(queue: HueyJobQueue) -> None:
    class Locked:
        notices = ("A damaged queue was kept aside.",)
        problem = None

        @property
        def is_paused(self) -> bool:
            raise JobQueueError("The queue is locked.", hint="Wait.")

    before = QueueState(is_paused=True)
    state = read_state(Locked(), before)  # type: ignore[arg-type]
    assert state == replace(before, problem="The queue is locked. Wait.", notices=Locked.notices)
    assert read_state(queue, before) == QueueState(False, None, tuple(queue.notices))


def test_rows_and_the_bottom_say_when_jobs_end(
    window: MainWindow, queue: HueyJobQueue, tmp_path: Path, run: Any, until: Any
) -> None:
    async def body() -> None:
        for _ in range(3):
            queue.put(Wait(started=str(tmp_path / "never")))
        with queue._database.transaction() as connection:
            connection.execute("UPDATE task_copy SET status = 'finished', run_seconds = 600")
        queue.start(workers=1)
        running, waiting = (queue.put(Wait(started=str(tmp_path / "runs"))) for _ in range(2))
        await until((tmp_path / "runs").exists)
        await until(lambda: expectation_of(running) is not None)
        record = queue.get(running)
        said = second_line(record, datetime.now(UTC))
        assert said is not None
        assert said.text == "about 9–11 min left"
        await until(lambda: "about 18–22 min left" in window.status_bar._counts.text())
        row = window.model.row_of(waiting)
        assert row is not None
        wanted = "Next in the queue · starts in about 9–11 min"
        await until(lambda: wanted in waiting_text(*waits(window, row)))
        queue.cancel_all()
        await until(lambda: expectation_of(running) is None)

    run(body())
