"""The list of jobs on paper: what matches, in the order and with the columns of the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pdf_text import pages_of
from PySide6.QtWidgets import QPushButton
from sample_jobs import Echo

from gui.bridge import Bridge
from gui.jobs import printed_list
from gui.jobs.columns import COLUMNS
from gui.jobs.feature import PRINT_LIST, QueryLine
from gui.jobs.indexing import JobIndexing
from gui.main_window import MainWindow
from gui.printing import opening
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import JobOrder


@pytest.fixture
def line(window: MainWindow, bridge: Bridge) -> Iterator[QueryLine]:
    return QueryLine(window, JobIndexing(bridge, window.model), bridge)


def test_the_list_is_printed_as_it_is_shown(
    window: MainWindow, queue: HueyJobQueue, line: QueryLine, opened: list[Path], run: Any,
    until: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(printed_list, "MOST_ROWS", 3)

    async def body() -> None:
        for name in ("penguins 2", "iris", "penguins <b>1</b>", "penguins 4", "penguins 3"):
            queue.put(Echo(name=name))
        window.toolbar.search.set_text("guin")
        await until(lambda: window.model.rowCount() == 4)
        created = next(column for column in COLUMNS if column.name == "created")
        window.table.columns.set_wanted(created, wanted=True)
        window.table.group_by("status")
        window.model.set_order(JobOrder("job_name", descending=False))
        await until(lambda: window.model.is_loaded)
        window.action_set.qaction(PRINT_LIST.id).trigger()
        await until(lambda: opened)

    run(body())
    said = "The first 3 of 4 jobs are printed; save the list for all."
    assert [toast.message.text for toast in window.toasts.past] == [said]
    ((*page,),) = pages_of(opened[0])
    names = [text for text in page if text.startswith("penguins")]
    assert names == ["penguins 2", "penguins 3", "penguins 4"]
    assert page[1].startswith("4 jobs · guin · sorted by Job")
    assert {"Status", "Job", "Created", "Waiting", "No program runs jobs now"} <= set(page)
    assert not any("ago" in text or "just now" in text for text in page)  # old at once
    assert page[-4] == said


def test_where_nothing_opens_the_pages_they_can_be_saved(
    window: MainWindow, line: QueryLine, run: Any, until: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from PySide6.QtWidgets import QFileDialog

    def nothing_opens(_path: Path) -> bool:
        return False

    monkeypatch.setattr(opening, "open_file", nothing_opens)

    async def body() -> None:
        line.whole.print_jobs()
        await until(lambda: window.toasts.toasts)
        (toast,) = window.toasts.toasts
        assert "No program for PDF" in toast.message.text
        next(b for b in toast.findChildren(QPushButton) if b.text() == "Save as PDF…").click()
        dialog = window.findChild(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "jobs.pdf"))
        dialog.reject()
        await until(lambda: (tmp_path / "jobs.pdf").exists())

    run(body())
    assert pages_of(tmp_path / "jobs.pdf")[0][:2] == [
        "Jobs",
        "0 jobs · sorted by Created, descending",
    ]
