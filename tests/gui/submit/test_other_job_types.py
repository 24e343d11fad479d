"""A job type of another package stands in the window beside the built-in ones."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.submit.feature import is_changeable
from gui.submit.job_types import JOB_TYPES, all_job_types, job_type
from gui.submit.new_job_dialog import KIND_ROLE, NewJobDialog
from queue_core.jobs import registry
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus

Run = Callable[[Any], Any]
EXAMPLE = Path(__file__).parents[3] / "examples" / "word_count" / "word_count_job.py"
pytestmark = pytest.mark.long_lived


@pytest.fixture
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    packages = tmp_path / "packages"
    facts = packages / "word_count_job-1.0.dist-info"
    facts.mkdir(parents=True)
    shutil.copy(EXAMPLE, packages)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: word-count-job\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[dashai_monitor.jobs]\nword-count = word_count_job:WordCountJob\n"
    )
    monkeypatch.syspath_prepend(str(packages))
    registry._discovered.cache_clear()
    yield
    registry._discovered.cache_clear()
    sys.modules.pop("word_count_job", None)


@pytest.mark.usefixtures("_installed")
def test_before_anybody_has_looked_there_are_the_built_in_kinds() -> None:
    assert all_job_types() == JOB_TYPES
    assert "word_count_job" not in sys.modules
    registry.job_types()
    assert [kind.title for kind in all_job_types()[len(JOB_TYPES) :]] == ["Count words"]
    assert job_type("WordCountJob") is not None


@pytest.mark.usefixtures("_installed")
def test_it_is_listed_filled_in_submitted_and_changed(
    qtbot: QtBot, bridge: Bridge, queue: HueyJobQueue, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("to be or not to be")
    run(bridge.call(registry.job_types))
    queue.start(1)
    dialog = NewJobDialog(bridge, kind="WordCountJob")
    qtbot.addWidget(dialog)
    dialog.show()

    async def made() -> None:
        while dialog.is_busy or dialog.page is None or dialog.page.is_reading:
            await asyncio.sleep(0.01)

    run(made())
    last = dialog.kinds.item(dialog.kinds.count() - 1)
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "Count words"
    dialog.resize(1000, 600)
    assert last.text() == "Count words"
    dialog.resize(880, 600)  # in little room its icon must do
    assert last.text() == ""
    assert dialog.kinds.currentItem().data(KIND_ROLE).task_type == "WordCountJob"
    assert dialog.page is not None
    dialog.page.form.set_values({"folder": str(tmp_path)})
    ids: list[str] = []
    dialog.submitted.connect(ids.append)
    dialog.submit_button.click()

    async def ended() -> Any:
        while not ids:
            await asyncio.sleep(0.01)
        return await bridge.call(queue.wait, ids[0], 60)

    record = run(ended())
    assert record.status is JobStatus.FINISHED, record.error_msg
    assert record.result["most_frequent"]["to"] == 2
    assert record.params["pattern"] == "*.txt"
    assert is_changeable(record)
