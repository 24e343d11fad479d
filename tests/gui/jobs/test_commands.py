from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from sample_jobs import Echo, Wait

from gui.jobs import commands
from gui.main_window import MainWindow
from queue_core.errors import UntrustedBlobError
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


async def select(window: MainWindow, until: Any, *job_ids: str) -> None:
    await until(lambda: all(window.model.row_of(i) is not None for i in job_ids))
    window.table.select(job_ids)
    await until(lambda: set(window.action_set.selection.ids) == set(job_ids))
    await until(lambda: len(window.action_set.selection.records) == len(job_ids))


def test_every_command_does_something(window: MainWindow) -> None:
    assert window.action_set.without_handler() == ()


def test_no_two_commands_share_a_key_at_the_same_time(window: MainWindow) -> None:
    keys: dict[str, list[str]] = {}
    for record in window.action_set._records.values():
        for key in record.shortcuts:
            keys.setdefault(key, []).append(record.id)
    shared = {key: ids for key, ids in keys.items() if len(ids) > 1}
    # Delete cancels what has not ended and removes what has; never both at once.
    assert shared == {"Delete": ["job.cancel", "job.remove"]}


def test_delete_cancels_a_running_job(
    window: MainWindow,
    queue: HueyJobQueue,
    tmp_path: Any,
    run: Any,
    until: Any,
    press: Callable[..., None],
) -> None:
    async def body() -> None:
        job_id = queue.put(Wait(started=str(tmp_path / "started")))
        queue.start()
        await until((tmp_path / "started").exists)
        await select(window, until, job_id)
        await until(lambda: window.action_set.qaction("job.cancel").isEnabled())
        assert not window.action_set.qaction("job.remove").isEnabled()
        press(window.table, Qt.Key.Key_Delete)
        await until(lambda: queue.get(job_id).status is JobStatus.CANCELLED)
        await window.bridge.call(queue.stop)

    run(body())


def test_retry_puts_a_new_job_and_selects_it(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, press: Callable[..., None]
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="again", value=1))
        queue.cancel(job_id)
        await select(window, until, job_id)
        await until(lambda: window.action_set.qaction("job.retry").isEnabled())
        press(window.table, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: window.model.rowCount() == 2)
        new = window.model.job_id(0)
        await until(lambda: window.table.selected_ids() == (new,))
        assert queue.get(new).retry_of == job_id

    run(body())


@pytest.mark.parametrize("most", [0, 20])  # as a group, or each by itself
def test_what_was_put_again_can_be_taken_back_where_a_job_cannot_be(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any,
    monkeypatch: pytest.MonkeyPatch, most: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(commands, "MOST_RETRIED_AT_ONCE", most)

    async def body() -> None:
        ids = [queue.put(Echo(name=name)) for name in ("one", "forged", "two")]
        for job_id in ids:
            queue.cancel(job_id)
        with queue._database.transaction() as connection:
            connection.execute("UPDATE task_copy SET job_blob = x'00' WHERE id = ?", (ids[1],))
        put: list[tuple[str, ...]] = []
        window.commands.jobs_put.connect(put.append)
        with pytest.raises(UntrustedBlobError):
            await window.commands._retry(ids, "Retrying")
        assert [queue.get(job_id).retry_of for job_id in put[0]] == [ids[0], ids[2]]
        assert window.toasts.toasts[-1].message.text.startswith("2 jobs are tried again")
        await until(window.toasts.undo_latest)
        await until(lambda: {record.id for record in queue.list()} == set(ids))

    run(body())


def test_removing_can_be_undone(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, press: Callable[..., None]
) -> None:
    async def body() -> None:
        first, second = (queue.put(Echo(name=name)) for name in ("first", "second"))
        for job_id in (first, second):
            queue.cancel(job_id)
        await select(window, until, first, second)
        await until(lambda: window.action_set.qaction("job.remove").isEnabled())
        press(window.table, Qt.Key.Key_Delete)
        await until(lambda: window.model.rowCount() == 0)
        (toast,) = window.toasts.toasts
        assert toast.message.text == "2 jobs removed."
        assert len(queue.list()) == 2
        next(b for b in toast.findChildren(type(window.details.header.close_button).__mro__[1])
             if b.text() == "Undo").click()  # fmt: skip
        await until(lambda: window.model.rowCount() == 2)
        assert len(queue.list()) == 2

    run(body())


def test_removing_happens_when_the_message_goes(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="gone"))
        queue.cancel(job_id)
        await select(window, until, job_id)
        window.action_set.trigger("job.remove")
        await until(lambda: window.toasts.toasts)
        window.toasts.toasts[0].close_now()
        await until(lambda: not queue.list())

    run(body())


def test_what_waits_for_its_removal_goes_at_the_end(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="gone"))
        queue.cancel(job_id)
        await select(window, until, job_id)
        window.action_set.trigger("job.remove")
        await until(lambda: window.toasts.toasts)
        await window.commands.finish()
        assert not queue.list()

    run(body())


def test_jobs_of_dashai_offer_nothing(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="theirs"))
        with queue._database.transaction() as connection:
            connection.execute(
                "UPDATE task_copy SET origin = NULL, status = 'error' WHERE id = ?", (job_id,)
            )
        await select(window, until, job_id)
        await until(lambda: window.action_set.selection.records[0].status is JobStatus.ERROR)
        for action_id in ("job.cancel", "job.retry", "job.remove"):
            assert not window.action_set.qaction(action_id).isEnabled()

    run(body())


def test_the_keyboard_searches_clears_and_copies(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, press: Callable[..., None]
) -> None:
    async def body() -> None:
        ids = [queue.put(Echo(name=name)) for name in ("alpha", "beta")]
        await until(lambda: window.model.rowCount() == 2)
        window.activateWindow()
        window.action_set.trigger("view.search")
        window.toolbar.search.set_text("beta")
        await until(lambda: window.model.rowCount() == 1)
        press(window.toolbar.search.field, Qt.Key.Key_Down)
        await until(lambda: window.table.selected_ids() == (ids[1],))
        await until(lambda: window.action_set.selection.ids == (ids[1],))
        window.action_set.trigger("job.copy_id")
        assert QApplication.clipboard().text() == ids[1]
        window.action_set.trigger("view.clear")
        await until(lambda: window.model.rowCount() == 2)
        window.action_set.trigger("view.clear")
        assert window.table.selected_ids() == ()

    run(body())
