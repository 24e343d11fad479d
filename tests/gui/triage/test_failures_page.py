"""The page of failures: alike ones as one row, tried again, ignored, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPushButton
from sample_jobs import Echo
from seeded_folder import seed_folder

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.triage.feature import FAILURES, install
from gui.triage.page import FailuresPage
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import FailureState


@pytest.fixture
def page(
    queue: HueyJobQueue, window: MainWindow, bridge: Bridge, run: Any, until: Any
) -> Iterator[FailuresPage]:
    seed_folder(queue.folder.root)
    install(window, bridge)
    page = window.findChild(FailuresPage)
    assert isinstance(page, FailuresPage)
    tester = QAbstractItemModelTester(
        page.model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    window.action_set.trigger(FAILURES.id)

    async def ready() -> None:
        await until(lambda: page.model.rowCount() == 2 and page.current is not None)

    run(ready())
    yield page
    del tester


def click_toast(window: MainWindow, title: str) -> None:
    buttons = window.toasts.toasts[-1].findChildren(QPushButton)
    next(button for button in buttons if button.text() == title).click()


def test_a_group_is_tried_again_and_taken_back(
    page: FailuresPage, window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        group = page.shown.group
        assert group is not None
        assert "Line 104" in page.list.currentIndex().data()
        before = len(queue.ids())
        page.shown.retry.click()
        await until(lambda: "1 job is tried again." in [t.message.text for t in texts(window)])
        (new,) = (record for record in queue.list() if record.retry_of == group.latest_id)
        assert (new.status, bool(new.group_id)) == (JobStatus.NOT_STARTED, True)
        click_toast(window, "Undo")
        await until(lambda: len(queue.ids()) == before)
        link = page.shown.links.findChildren(QPushButton)[0]
        assert link.text() == "iris.csv"
        page.shown.jobs.click()
        await until(lambda: window.table.selected_ids() == (group.latest_id,))
        assert window.shows_jobs
        await until(lambda: window.model.rowCount() == 1)  # that failure's jobs, and no others
        assert window.toolbar.search.field.text() == f"failure:{group.fingerprint}"

    run(body())


def texts(window: MainWindow) -> tuple[Any, ...]:
    return window.toasts.toasts


def test_what_is_ignored_is_kept_apart_until_it_is_restored(
    page: FailuresPage, window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        page.shown.ignore.click()
        await until(lambda: page.model.rowCount() == 1)
        page.show_state(FailureState.IGNORED)
        await until(lambda: page.model.rowCount() == 1)
        assert page.shown.ignore.text() == "Look at it again"
        click_toast(window, "Undo")
        await until(lambda: page.model.count(FailureState.OPEN) == 2)
        await until(lambda: not page.list.isVisible())
        assert page._empty.text() == "No failure is ignored."
        page.show_state(None)
        page.look_for("memory limit")
        assert page.model.rowCount() == 1
        page.look_for("zebra")
        assert page._empty.text() == "No failure has these words."

    run(body())


def test_enter_shows_the_last_error(
    page: FailuresPage, window: MainWindow, run: Any, until: Any
) -> None:
    async def body() -> None:
        group = page.shown.group
        assert group is not None
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        await until(lambda: window.details.job_id == group.latest_id)
        await until(window.details.error_page.isVisible)

    run(body())


def test_a_success_is_seen_at_once(
    page: FailuresPage, queue: HueyJobQueue, run: Callable[..., Any], until: Any
) -> None:
    async def body() -> None:
        group = page.shown.group
        assert group is not None
        with queue._database.transaction() as connection:
            connection.execute(
                "UPDATE task_copy SET job_name = 'again', params = '{}', task_type = 'Echo' "
                "WHERE id = ?", (group.latest_id,),
            )  # fmt: skip
        # What does the same finishes, in another program as it were.
        new = queue.put(Echo(name="again"))
        with queue._database.transaction() as connection:
            connection.execute(
                "UPDATE task_copy SET params = '{}' WHERE id IN (?, ?)", (new, group.latest_id)
            )
        queue.cancel_all()
        again = queue.retry(new)
        with queue._database.transaction() as connection:
            connection.execute("UPDATE task_copy SET params = '{}' WHERE id = ?", (again,))
        queue.start()
        await until(lambda: page.model.count(FailureState.SOLVED) == 1)
        assert queue.get(group.latest_id).solved_by == again
        queue.stop()

    run(body())
