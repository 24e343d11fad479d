"""What a job repeats, what it was told otherwise, and which one solved it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton
from sample_jobs import Echo

from gui.jobs.details.differences import differences
from gui.jobs.details.header import DetailsHeader
from gui.jobs.second_line import second_line
from gui.main_window import MainWindow
from gui.triage.feature import install
from gui.widgets import TextLabel
from queue_core.jobs.base import BaseJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


class Reads(BaseJob):
    def run(self) -> None:
        Path(self.kwargs["path"]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", "2", "3")]),
        ({"a": None}, {}, []),
        ({"a": True}, {"a": 1}, [("a", "yes", "1")]),
        ({"p": {"x": 1, "y": "q"}}, {"p": {"x": 1, "y": "r"}}, [("y", "q", "r")]),
        ({}, {"p": {"max_depth": 4}}, [("max_depth", "—", "4")]),
        ({"c": ["a", "b"]}, {"c": ["a"]}, [("c", "a, b", "a")]),
    ],
)
def test_only_what_differs_is_told(before: Any, after: Any, told: Any) -> None:
    found = differences("Unknown", before, after)
    assert [(d.label, d.before, d.after) for d in found] == told


def test_a_retry_shows_what_differs_and_the_failed_one_that_it_is_solved(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any, tmp_path: Path
) -> None:
    (tmp_path / "there").touch()

    async def body() -> None:
        install(window, window.bridge)
        failed = queue.put(Reads(name="reads", path=str(tmp_path / "missing")))
        queue.start()
        await until(lambda: queue.get(failed).status is JobStatus.ERROR)
        new = queue.retry(failed, {"path": str(tmp_path / "there")})
        await until(lambda: queue.get(new).status is JobStatus.FINISHED)
        queue.stop()
        await until(lambda: window.model.row_of(new) is not None)
        window.table.select([new])
        await until(lambda: window.details.job_id == new and window.details._record is not None)
        window.details.show_tab("overview")
        section = window.details.pages["overview"][1].lineage  # type: ignore[attr-defined]
        await until(section.isVisible)
        words = [label.text for label in section.findChildren(TextLabel)]
        assert words == ["path", f"{tmp_path}/missing → {tmp_path}/there"]
        link = next(b for b in section.findChildren(QPushButton) if b.isVisible())
        assert link.text() == "reads"
        link.click()
        await until(lambda: window.details.job_id == failed)
        await until(lambda: window.details._record is not None)
        header: DetailsHeader = window.details.header
        assert header._state.text.endswith("solved by a later run")
        record = queue.get(failed)
        line = second_line(record, record.last_update)
        assert line is not None
        assert (line.text[:23], line.role) == ("Solved by a later run. ", "muted")

    run(body())


def test_an_echo_repeats_nothing(
    window: MainWindow, queue: HueyJobQueue, run: Any, until: Any
) -> None:
    async def body() -> None:
        job_id = queue.put(Echo(name="first"))
        await until(lambda: window.model.row_of(job_id) is not None)
        window.table.select([job_id])
        await until(lambda: window.details.job_id == job_id and window.details._record is not None)
        section = window.details.pages["overview"][1].lineage  # type: ignore[attr-defined]
        assert section.isHidden()

    run(body())
