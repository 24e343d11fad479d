from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.submit.loading import FileLoading
from gui.submit.preview_dialog import LoadOrder, PreviewDialog
from gui.submit.preview_state import FileState
from queue_core.queue.huey_queue import HueyJobQueue

Run = Callable[[Any], Any]
Show = Callable[..., PreviewDialog]
UNREAD = (FileState.WAITING, FileState.READING)
SHEETS = {
    "2023": [["id", "sold"], [1, 5], [2, 6]],
    "2024": [["id", "sold"], [3, 7]],
    "Notes": [],
    "<img src=x> R&D": [["why"], ["because"], ["so"]],
}


def workbook(path: Path, sheets: Mapping[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    return workbook(tmp_path / "sales.xlsx", SHEETS)


async def settled(dialog: PreviewDialog) -> None:
    while dialog.reader.is_busy or any(
        (entry.is_ticked or entry is dialog.current) and entry.state in UNREAD
        for entry in dialog.entries
    ):
        await asyncio.sleep(0.01)


@pytest.fixture
def show(qtbot: QtBot, bridge: Bridge, run: Run) -> Show:
    def show(*paths: Path) -> PreviewDialog:
        dialog = PreviewDialog(paths, bridge)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.show()
        run(settled(dialog))
        return dialog

    return show


def texts(dialog: PreviewDialog) -> list[str]:
    return [dialog.files.item(row).text() for row in range(dialog.files.count())]


def ordered(dialog: PreviewDialog, qtbot: QtBot) -> list[LoadOrder]:
    with qtbot.waitSignal(dialog.load_wanted) as loaded:
        dialog.load_button.click()
    return list(loaded.args[0])


def test_sheets_are_ticked_by_keys_and_loaded_each_by_itself(
    show: Show, sales: Path, qtbot: QtBot, run: Run
) -> None:
    dialog = show(sales)
    assert texts(dialog) == ["sales.xlsx", *SHEETS]
    assert [entry.is_ticked for entry in dialog.entries] == [True, False, False, False]
    assert dialog.load_button.text() == "Load"
    assert dialog.current.state is FileState.READY  # nothing to warn of: the others are listed
    assert dialog.panel.name.text() == "sales · 2023"
    assert dialog.panel.form is not None
    assert "sheet" not in dialog.panel.form.values()
    dialog.files.setFocus()
    QTest.keyClick(dialog.files, Qt.Key.Key_Down)
    QTest.keyClick(dialog.files, Qt.Key.Key_Space)
    run(settled(dialog))
    assert dialog.load_button.text() == "Load 2 datasets"
    assert dialog.panel.table.model().rowCount() == 1  # the one that the keys went to is shown
    spoken = QAccessible.queryAccessibleInterface(dialog.files).child(2)
    assert spoken.text(QAccessible.Text.Name) == "2024, sales.xlsx, ready"
    assert spoken.state().checkable
    assert spoken.state().checked
    dialog.panel.name.selectAll()
    QTest.keyClicks(dialog.panel.name, "last year")
    dialog.current.override("header_row", 0)
    dialog._on_outdated()
    run(settled(dialog))
    first, second = ordered(dialog, qtbot)
    assert (first.name, first.options["sheet"], first.options["header_row"]) == (
        "sales · 2023", "2023", 1,
    )  # fmt: skip
    assert (second.name, second.options["sheet"], second.options["header_row"]) == (
        "last year", "2024", 0,
    )  # fmt: skip
    assert not dialog.isVisible()


def test_a_sheet_that_cannot_be_read_says_so_and_the_others_load(
    show: Show, sales: Path, qtbot: QtBot, run: Run
) -> None:
    dialog = show(sales)
    dialog._tick_all.click()
    run(settled(dialog))
    assert dialog.load_button.text() == "Load 3 datasets"
    names = [order.name for order in ordered(dialog, qtbot)]
    assert names == ["sales · 2023", "sales · 2024", "sales · <img src=x> R&D"]
    assert dialog.isVisible()
    assert texts(dialog) == ["sales.xlsx", "Notes"]
    assert "empty" in dialog.panel._error._sentence.text
    assert not dialog.load_button.isEnabled()


def test_a_first_sheet_that_cannot_be_read_hides_no_other(
    show: Show, tmp_path: Path, qtbot: QtBot, run: Run
) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        far = book.add_worksheet("Far")
        far.write_row(0, 0, ["a", "b"])
        far.write(1_048_575, 16_383, "x")
        book.add_worksheet("Near").write_column(0, 0, ["a", 1, 2])
    dialog = show(path)
    assert texts(dialog) == ["far.xlsx", "Far", "Near"]
    assert "larger than memory" in dialog.panel._error._sentence.text
    dialog._tick_all.click()
    run(settled(dialog))
    assert [order.options["sheet"] for order in ordered(dialog, qtbot)] == ["Near"]


def test_tables_of_json_and_of_pages_start_as_their_file_is_read(
    show: Show, tmp_path: Path, qtbot: QtBot, run: Run
) -> None:
    json = tmp_path / "graph.json"
    json.write_text('{"nodes": [{"id": {"n": 1}}], "links": [{"from": {"n": 1}, "to": 2}]}')
    page = tmp_path / "graph.html"
    rows = "<tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>"
    page.write_text(f"<table>{rows}</table><table>{rows}{rows}</table>")
    dialog = show(json, page)
    assert texts(dialog) == ["graph.json", "nodes", "links", "graph.html", "Table 1", "Table 2"]
    assert dialog.load_button.text() == "Load 2 datasets"
    dialog.current.override("flatten", value=False)
    dialog._on_outdated()
    dialog._tick_all.click()
    run(settled(dialog))
    orders = ordered(dialog, qtbot)
    assert [order.name for order in orders] == ["graph · nodes", "graph · links", "graph · Table 2"]
    assert [order.options.get("records") for order in orders] == ["nodes", "links", None]
    assert [order.options.get("flatten") for order in orders] == [False, False, None]
    assert orders[2].options["table"] == 2


def test_names_differ_and_another_kind_of_file_has_no_sheets(
    show: Show, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "old").mkdir()
    two = {"A": [["a"], [1]], "B": [["a"], [2]]}
    dialog = show(workbook(tmp_path / "x.xlsx", two), workbook(tmp_path / "old" / "x.xlsx", two))
    names = [entry.name for entry in dialog.entries]
    assert names == ["x · A", "x · B", "x · A (2)", "x · B (2)"]
    dialog.current.choose_loader("json")
    dialog._on_outdated()
    run(settled(dialog))
    assert texts(dialog) == ["x.xlsx", "x.xlsx", "A", "B"]
    assert dialog.current.state is FileState.FAILED
    dialog._take_out.click()
    assert texts(dialog) == ["x.xlsx", "A", "B"]


def test_a_retry_keeps_its_sheet(
    bridge: Bridge, queue: HueyJobQueue, run: Run, qtbot: QtBot, sales: Path
) -> None:
    from PySide6.QtWidgets import QWidget

    from queue_core.jobs.dataset_job import DatasetJob

    window = QWidget()
    qtbot.addWidget(window)
    loading = FileLoading(window, bridge)
    job = DatasetJob(file_path=str(sales), name="old", params={"sheet": "2024"})
    job_id = run(bridge.submit(job))
    loading.load_again(run(bridge.record(job_id)))
    dialog = loading.dialog
    assert dialog is not None
    run(settled(dialog))
    assert len(dialog.entries) == 1
    assert dialog.load_button.text() == "Load"
    (order,) = ordered(dialog, qtbot)
    assert (order.retry_of, order.name, order.options["sheet"]) == (job_id, "old", "2024")


def test_the_files_of_an_archive_are_such_a_list_too(
    show: Show, tmp_path: Path, run: Run, qtbot: QtBot
) -> None:
    packed = tmp_path / "study.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/north.csv", "id,sold\n1,5\n2,6\n")
        archive.writestr("data/south.csv", "id;sold\n3;7\n")
        archive.writestr("read me.txt", "Nothing.")
    dialog = show(packed)
    assert texts(dialog) == ["study.zip", "data/north.csv", "data/south.csv", "read me.txt"]
    item = dialog.files.item(2)
    item.setCheckState(Qt.CheckState.Checked)
    run(settled(dialog))
    with qtbot.waitSignal(dialog.load_wanted) as emitted:
        dialog.load_button.click()
    orders: list[LoadOrder] = emitted.args[0]
    assert [(one.name, one.options["member"], one.options["delimiter"]) for one in orders] == [
        ("study · north", "data/north.csv", ","),
        ("study · south", "data/south.csv", ";"),
    ]
