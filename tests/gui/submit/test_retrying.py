"""A job that failed is done again: the fields it failed of stand out, its past stays known."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.main_window import MainWindow
from gui.submit.loading import FileLoading
from gui.submit.named_fields import named_fields
from gui.submit.schema import parse_schema
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus

FIELDS = parse_schema(
    {
        "type": "object",
        "properties": {
            "max_depth": {"type": "integer", "title": "Depth of a tree"},
            "target": {"type": "string", "title": "Target"},
            "file_path": {"type": "string", "title": "File"},
            "columns": {"type": "array", "items": {"type": "string"}, "title": "Columns"},
            "name": {"type": "string", "title": "Name"},
        },
    }
)
VALUES = {
    "max_depth": 4, "target": "species", "file_path": "/home/ana/iris.csv",
    "columns": ["bill", "fl"], "name": "model",
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("max_depth must be at least 1.", ["max_depth"]),
        ("Max depth is too small.", ["max_depth"]),
        ("The depth of a tree cannot be 0.", ["max_depth"]),
        ("There is no column “species”.", ["target"]),
        ("The targeted iris.csv has no rows.", ["file_path"]),
        ("Column bill holds text.", ["columns"]),
        ("The target has 3. Choose less under “Depth of a tree” (max_depth).", ["max_depth"]),
        ("Iris.csv ends too early; correct “Target”.", ["target"]),
        ("The model failed without a name in the data.", []),
        ("", []),
    ],
)
def test_the_fields_that_a_failure_names(said: str, named: list[str]) -> None:
    assert named_fields(FIELDS, VALUES, said) == named


def test_a_file_is_loaded_again_as_a_retry(
    bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any, tmp_path: Path, qtbot: Any
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    window = QWidget()
    qtbot.addWidget(window)

    async def body() -> None:
        failed = queue.put(DatasetJob(file_path=str(file), loader="excel"))
        queue.start()
        await until(lambda: queue.get(failed).status is JobStatus.ERROR)
        loading = FileLoading(window, bridge)
        loading.load_again(queue.get(failed))
        dialog = loading.dialog
        assert dialog is not None
        assert dialog.failure.isVisible()
        put: list[tuple[str, ...]] = []
        loading.jobs_put.connect(put.append)
        entry = dialog.entries[0]
        assert entry.loader == "excel"
        entry.choose_loader("delimited_text")
        dialog.reader.outdated()
        while not entry.can_load:  # a helper begins, which loads libraries
            await asyncio.sleep(0.01)
        dialog.load_button.click()
        await until(lambda: put)
        new = queue.get(put[0][0])
        assert (new.retry_of, new.params["file_path"]) == (failed, str(file))
        await until(lambda: queue.get(new.id).status is JobStatus.FINISHED)
        assert queue.get(failed).solved_by == new.id
        queue.stop()

    run(body())


def test_files_are_offered_the_place_of_the_settings_and_a_retry_keeps_its_own(
    window: MainWindow, bridge: Bridge, queue: HueyJobQueue, run: Any, until: Any, tmp_path: Path
) -> None:
    queue.folder.settings.write_text(
        '[places.main]\nkind = "slurm"\nstorage = "/shared"\ndefault_for = ["DatasetJob"]\n'
    )
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    for path in (first, second):
        path.write_text("a,b\n1,2\n", encoding="utf-8")

    async def body() -> None:
        ended = queue.put(DatasetJob(file_path=str(first)))
        queue.cancel(ended)
        loading = FileLoading(window, bridge)
        loading.load_again(queue.get(ended))
        dialog = loading.dialog
        assert dialog is not None
        options = dialog.job_options
        assert options.isHidden()
        assert options.run_on.place.count() == 1
        loading.load([second])
        await until(lambda: options.run_on.place.currentData() == "slurm:main")
        assert options.isVisible()
        assert options.toggle.text() == "Options · runs on slurm:main"
        assert options.options().place == "slurm:main"
        loading.load_again(queue.get(ended))
        assert options.isVisible()  # for the file beside it
        dialog.reject()

    run(body())
