"""A result that no longer fits its data says so; one click makes it anew, Undo takes it back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from job_bench import run as run_job
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.library.feature import install as install_library
from gui.library.model import STATUS
from gui.library.page import LibraryPage
from gui.main_window import MainWindow
from gui.notifications import Toast
from gui.renewal import opening
from gui.renewal.dialog import RenewalDialog
from gui.renewal.feature import install as install_renewal
from gui.renewal.note import OutdatedNote
from gui.results.loading import LoadingView
from queue_core.database.status import EntityKind
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.jobs.explorer_job import ExplorerJob
from queue_core.library.renewal import Renewal
from queue_core.paths import LocalFolder
from queue_core.queue.values import ChangeBatch


@pytest.fixture
def older(local_folder: LocalFolder, tmp_path: Path) -> int:
    """An exploration of a dataset that was loaded again since, with other rows; its id."""
    file = tmp_path / "boxes.csv"
    file.write_text("size\n1\n2\n3\n", encoding="utf-8")
    data, _ = run_job(DatasetJob(file_path=str(file)), local_folder)
    looked, _ = run_job(ExplorerJob(dataset_id=data["id"], explorer="describe"), local_folder)
    file.write_text("size\n4\n5\n6\n", encoding="utf-8")
    run_job(DatasetJob(file_path=str(file)), local_folder)
    return int(looked["id"])


def is_reading(page: LibraryPage) -> bool:
    return any(view.is_loading for view in page.findChildren(LoadingView))


@pytest.mark.expects_log
def test_an_old_result_says_so_and_is_made_anew_with_one_click(
    older: int, window: MainWindow, run: Any, until: Any
) -> None:
    install_library(window, window.bridge)
    install_renewal(window, window.bridge)
    page = window.findChild(LibraryPage)
    assert page is not None
    note = page.shown.outdated

    async def renewed() -> None:
        window.show_page(page)
        page.show_entity(EntityKind.EXPLORER, older)
        await until(note.isVisible)
        assert page.model.index(0, STATUS).data() == "Out of date"
        note.renew.click()
        await until(lambda: window.findChildren(RenewalDialog))
        dialog = window.findChildren(RenewalDialog)[0]
        assert dialog.run.text() == "Run 1 job"
        dialog.run.click()
        await until(lambda: window.findChildren(Toast))
        await until(lambda: page.model.rowCount() == 2)
        assert window.findChildren(Toast)[-1].undo_now()
        await until(lambda: page.model.rowCount() == 1)
        await until(lambda: "taken back" in window.findChildren(Toast)[-1].message.text)
        await until(lambda: not (page.is_reading or note.is_looking or is_reading(page)))

    run(renewed())


@pytest.mark.expects_log
def test_what_is_up_to_date_is_told_so(
    local_folder: LocalFolder, window: MainWindow, run: Any, until: Any
) -> None:
    install_renewal(window, window.bridge)
    window.action_set.trigger("library.renew")
    run(until(lambda: window.findChildren(Toast)))
    assert window.findChildren(Toast)[-1].message.text == "All results are up to date."


def test_a_file_that_does_not_answer_is_looked_at_once_and_keeps_nobody_waiting(
    bridge: Bridge, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answers = threading.Event()
    looks: list[object] = []

    def look(*asked: object) -> Renewal:
        looks.append(asked)
        answers.wait()
        return Renewal()

    monkeypatch.setattr("gui.renewal.note.plan_renewal", look)
    place = QWidget()
    qtbot.addWidget(place)
    note = OutdatedNote(bridge)
    note.setParent(place)
    place.show()

    async def waiting() -> None:
        try:
            note.show_entity(EntityKind.EXPLORER, 1)
            await until(lambda: looks)
            for number in range(5):
                bridge.changed.emit(ChangeBatch(number))
                assert await bridge.call(lambda number=number: number) == number
        finally:
            answers.set()
        await until(lambda: not note.is_looking)
        assert len(looks) == 1

    run(waiting())


def test_jobs_that_could_not_be_taken_back_are_told(
    window: MainWindow, run: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_core.jobs.renewing.take_back", lambda *_: ("a", "b"))
    opening._undo(window, window.bridge, ("a", "b", "c"))
    run(until(lambda: window.findChildren(Toast)))
    told = window.findChildren(Toast)[-1].message.text
    assert told == "2 jobs are still there: they do not stop, or their results are in use."
