"""A job in a window of its own: as beside the table, and its commands are for this job alone."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from seeded_folder import SCENE, seed_folder
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.detached.feature import install
from gui.detached.window import JobWindow
from gui.features import FEATURES
from gui.main_window import MainWindow
from queue_core.queue.huey_queue import HueyJobQueue


@pytest.fixture
def jobs(queue: HueyJobQueue) -> dict[str, str]:
    ids = seed_folder(queue.folder.root)
    return {seed.name: job_id for seed, job_id in zip(SCENE, ids, strict=True)}


def opened() -> list[JobWindow]:
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, JobWindow)]


def test_commands_of_the_window_are_for_its_job(
    jobs: dict[str, str], window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any,
    until: Any,
) -> None:  # fmt: skip
    assert install in FEATURES
    for feature in FEATURES:
        feature(window, bridge)

    async def body() -> None:
        failed, other = jobs["iris.csv"], jobs["penguins.csv"]
        await until(lambda: window.model.row_of(other) is not None)
        window.table.select([failed])
        await until(lambda: window.details.job_id == failed)
        window.details.header.window_button.click()
        (shown,) = opened()
        await until(lambda: shown.panel._record is not None)
        assert shown.windowTitle() == "iris.csv"
        assert shown.panel.error_page.isVisible()
        # Another job is selected meanwhile; the window stays with its own.
        window.table.select([other])
        await until(lambda: window.details.job_id == other)
        assert shown.panel.job_id == failed
        header = shown.panel.header
        retry = next(b for b in header.findChildren(QPushButton) if b.text() == "Retry")
        retry.click()
        await until(lambda: any(r.retry_of for r in queue.list()))
        (new,) = (record for record in queue.list() if record.retry_of)
        assert new.retry_of == failed
        QTest.keyClick(window.table, Qt.Key.Key_Return)
        assert len(opened()) == 2
        window.details.header.window_button.click()  # once more: the same window
        assert len(opened()) == 2
        QTest.keyClick(shown, Qt.Key.Key_Escape)
        QCoreApplication.sendPostedEvents(shown, QEvent.Type.DeferredDelete)
        assert not isValid(shown)

    run(body())
    run(bridge.close())
    assert not any(shown.isVisible() for shown in opened())
