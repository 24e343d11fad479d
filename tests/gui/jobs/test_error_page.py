"""Why a job failed: causes once each, the user's own calls open, those of libraries folded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QToolButton
from seeded_folder import LINE_104

from gui.bridge import Bridge
from gui.editor import editor_command
from gui.jobs.details.call_view import OtherCalls, OwnCall
from gui.jobs.details.error_page import ErrorPage
from gui.widgets import TextLabel
from queue_core.errors import MonitorError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.runner.job_process.reports import report_failure
from queue_core.settings.known import EDITOR

LIBRARY = "def dive(n):\n    return dive(n - 1) if n else [][1]\n"


@pytest.fixture
def page(bridge: Bridge) -> Iterator[ErrorPage]:
    page = ErrorPage(bridge)
    page.resize(380, 700)
    page.show()
    yield page
    page.deleteLater()


def record_of(report: Any, **more: Any) -> JobRecord:
    now = datetime.now(UTC)
    return JobRecord(
        id="x", task_type="PythonJob", job_name="study", status=JobStatus.ERROR, enqueued_at=now,
        last_update=now, error_msg=report.message, error_type=report.type,
        error_causes=tuple(report.causes), traceback=report.traceback,
        error_frames=tuple(report.frames), **more,
    )  # fmt: skip


def failure() -> Any:
    library: dict[str, Any] = {}
    exec(compile(LIBRARY, "/x/site-packages/sklearn/base.py", "exec"), library)

    def train(rows: int) -> None:
        try:
            library["dive"](2)
        except IndexError as error:
            raise RuntimeError(f"Cannot train on {rows} rows.") from error

    try:
        train(150)
    except RuntimeError as error:
        return report_failure(error, reusable=True, searched=[])


def said(page: ErrorPage) -> list[str]:
    return [label.text for label in page.findChildren(TextLabel) if label.isVisible()]


def test_own_calls_are_open_with_their_variables_and_those_of_libraries_folded(
    page: ErrorPage,
) -> None:
    page.show_record(record_of(failure()), None)
    own = [call for call in page.findChildren(OwnCall) if call.isVisible()]
    assert len(own) == 3  # two of the error, one of its cause
    assert {"rows", "150", "IndexError: list index out of range"} <= set(said(page))
    (folded,) = page.findChildren(OtherCalls)
    assert folded.button.text() == "3 calls in sklearn"
    assert not folded.is_open
    folded.set_open(True)
    assert any("base.py:2 in dive" in text for text in said(page))
    page._as_text.click()
    text = page.findChild(QPlainTextEdit)
    assert text is not None
    assert text.isVisible()
    assert not own[0].isVisible()


def test_where_the_data_is_at_fault_the_traceback_is_folded(page: ErrorPage) -> None:
    page.show_record(record_of(LINE_104), None)
    assert said(page) == ["ValueError: Expected 5 fields in line 104, saw 6"]
    assert page._fold is not None
    page._fold.set_open(True)
    # Records of earlier versions have the text alone, and it has the calls.
    assert "prepare.py:44 in load" in said(page)


@pytest.mark.parametrize("traceback", ["", "Segmentation fault", "  + Exception Group Traceback"])
def test_what_has_no_calls_is_shown_as_it_is(page: ErrorPage, traceback: str) -> None:
    page.show_record(record_of(LINE_104), None)
    report = failure()
    record = record_of(report)
    damaged = ({"locals": 3}, {"file": []}, {})
    changed = {"traceback": traceback, "error_frames": damaged, "error_causes": ()}
    page.show_record(JobRecord(**{**vars(record), **changed}), None)
    text = page.findChild(QPlainTextEdit)
    assert text is not None
    assert (text.isVisible(), text.toPlainText()) == (bool(traceback), traceback.rstrip())
    assert said(page) == []


def test_a_cause_is_told_once_and_without_its_number(page: ErrorPage) -> None:
    record = record_of(LINE_104)
    causes = (
        {"type": "OSError", "message": "[Errno 111] Connection refused"},
        {"type": "ConnectionRefusedError", "message": "[Errno 111] Connection refused"},
        {"type": "ValueError", "message": "has 6 values where the header has 5"},
    )
    page.show_record(JobRecord(**{**vars(record), "error_causes": causes}), None)
    assert said(page) == ["OSError: Connection refused"]


def test_a_call_opens_in_the_editor_at_its_line(
    page: ErrorPage, bridge: Bridge, run: Callable[..., Any], until: Any, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    code = f"import sys; open({str(told)!r}, 'w').write(sys.argv[1])"
    command = f'"{sys.executable}" -c "{code}" {{file}}:{{line}}'

    async def body() -> None:
        await bridge.change_settings({EDITOR.key: command})
        page.show_record(record_of(failure()), None)
        call = page.findChildren(OwnCall)[1]
        button = call.findChild(QToolButton)
        assert button is not None
        button.click()
        await until(lambda: told.exists() and told.read_text())
        file, _, line = told.read_text().rpartition(":")
        assert (file, int(line) > 20) == (__file__, True)

    run(body())


def test_the_editor_is_the_one_that_is_there() -> None:
    def which(name: str) -> str | None:
        return f"/bin/{name}" if name in ("kate", "mine") else None

    assert editor_command("", "/a/b.py", 4, which) == ["/bin/kate", "-l", "4", "/a/b.py"]
    assert editor_command("mine +{line}", "/a/b.py", 4, which) == ["/bin/mine", "+4", "/a/b.py"]
    for wrong in ("other {file}", "mine '"):
        with pytest.raises(MonitorError):
            editor_command(wrong, "/a/b.py", 4, which)
