"""Importing DashAI's datasets from the window."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pyarrow as pa
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gui.library import feature
from queue_core.library.dashai import DATABASE


def test_what_dashai_has_is_told_and_each_new_dataset_gets_a_job(window, queue, run, until) -> None:
    feature.install(window, window.bridge)
    command = window.action_set.qaction(feature.IMPORT.id)
    root = window.bridge.folder.root

    async def no_database() -> None:
        command.trigger()
        await until(lambda: window.findChild(QFileDialog))
        window.findChild(QFileDialog).reject()
        await until(lambda: not window.findChild(QFileDialog))

    run(no_database())
    data = root / "datasets" / "a1" / "dataset"
    data.mkdir(parents=True)
    table = pa.table({"a": [1, 2]})
    with (
        pa.OSFile(str(data / "data.arrow"), "wb") as sink,
        pa.ipc.new_file(sink, table.schema) as writer,
    ):
        writer.write_table(table)
    with closing(sqlite3.connect(root / DATABASE)) as connection, connection:
        connection.execute("CREATE TABLE dataset (name, file_path, total_rows, status)")
        rows = [("Pair <b>", str(data.parent), 2, "FINISHED"), ("Lost", "/x/y", 1, "FINISHED")]
        connection.executemany("INSERT INTO dataset VALUES (?, ?, ?, ?)", rows)

    async def import_it() -> None:
        command.trigger()
        await until(lambda: window.findChild(QMessageBox))
        box = window.findChild(QMessageBox)
        assert box.text() == "Import 1 dataset of DashAI?"
        assert box.detailedText() == "Pair <b>: 2 rows"
        assert "Lost: Its file is not there." in box.informativeText()
        box.defaultButton().click()
        await until(lambda: window.model.rowCount() == 1)
        assert [job.job_name for job in queue.list()] == ["Load Pair <b>"]
        await until(lambda: not window.findChild(QMessageBox))
        command.trigger()
        await until(lambda: window.findChild(QMessageBox))
        box = window.findChild(QMessageBox)
        assert box.text() == "There is nothing new to import."
        box.reject()
        await until(lambda: not window.findChild(QMessageBox))

    run(import_it())
