"""Figures and tables are printed by the program that the desktop has for PDF files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pdf_text import pages_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.notifications import ToastArea
from gui.results.printed_rows import print_view
from gui.results.printing import print_figure
from gui.results.table_view import TableView
from queue_core.artifacts.figure import Figure, Line, Panel
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import ArtifactWriter
from queue_core.paths import LocalFolder


def test_a_figure_is_opened_as_a_pdf(
    bridge: Bridge, local_folder: LocalFolder, run: Any, until: Any, qtbot: QtBot,
    opened: list[Path],
) -> None:  # fmt: skip
    figure = Figure(title="Trees", panels=[Panel(marks=[Line(x=(0.0, 1.0), y=(0.0, 1.5))])])
    with ArtifactWriter(local_folder, "run", 1) as writer:
        writer.add_figure("trees", "Trees", figure)
    (artifact,) = read_artifacts(writer.path)
    widget = QWidget()
    qtbot.addWidget(widget)
    print_figure(widget, bridge, artifact.path, artifact.title)
    run(until(lambda: opened))
    assert opened[0].name == "Trees.pdf"
    assert opened[0].read_bytes().startswith(b"%PDF")


def test_rows_are_printed_as_they_are_sorted_and_chosen(
    bridge: Bridge, run: Any, until: Any, qtbot: QtBot, tmp_path: Path, opened: list[Path]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    values = {"n": list(range(1_500)), "x": [n / 8 for n in range(1_500)], "": ["<b>é</b>"] * 1_500}
    values |= {f"more {place}": [None] * 1_500 for place in range(30)}  # beyond the first block
    parquet.write_table(pa.table(values), tmp_path / "table.parquet")
    window = QWidget()
    qtbot.addWidget(window)
    area = ToastArea(window)
    view = TableView(tmp_path / "table.parquet", "The <i>table</i>", bridge, parent=window)
    run(until(lambda: not view.is_loading))
    for _ in range(2):
        view.table.header.sectionClicked.emit(0)
        run(until(lambda: not view.is_loading))
    view.filter.setText("n >= 10")
    view.filter.returnPressed.emit()
    run(until(lambda: not view.is_loading))
    paper = next(b for b in view.findChildren(QToolButton) if b.accessibleName() == "Print…")
    paper.click()
    run(until(lambda: opened))
    said = "The first 1,000 of 1,490 rows are printed; save the table for all."
    assert [entry.message.text for entry in area.past] == [said]
    pages = pages_of(opened[0])
    assert pages[0][:2] == [
        "The <i>table</i>",
        "1,490 rows × 33 columns · only rows for which n >= 10 · sorted by n, descending",
    ]
    shown = [str(view.model.index(0, column).data()) for column in range(3)]
    assert shown == ["1499", "187.4", "<b>é</b>"]
    assert pages[0][pages[0].index("1499") :][:3] == shown
    texts = [text for page in pages for text in page]
    assert "62.5" in texts  # that of 500, the thousandth row
    assert "62.4" not in texts
    assert pages[-1][-4] == said


def test_a_table_is_printed_with_its_columns_where_they_were_moved(
    bridge: Bridge, run: Any, until: Any, qtbot: QtBot, opened: list[Path]
) -> None:
    from PySide6.QtGui import QStandardItem, QStandardItemModel

    model = QStandardItemModel(3, 3)
    model.setHorizontalHeaderLabels(["Name", "accuracy", "hidden"])
    for row, cells in enumerate((("tree", "0.9", "?"), ("forest", "0.95", "?"))):
        for column, text in enumerate(cells):
            model.setItem(row, column, QStandardItem(text))
    view = QTableView()
    qtbot.addWidget(view)
    view.setModel(model)
    view.setColumnHidden(2, True)
    view.horizontalHeader().moveSection(1, 0)
    print_view(view, bridge, "Models", view, "2 models")
    model.sort(0, Qt.SortOrder.AscendingOrder)  # while it is read
    run(until(lambda: opened))
    page = pages_of(opened[0])[0]
    assert page[:4] == ["Models", "2 models", "accuracy", "Name"]
    assert sorted(page[4:8]) == ["0.9", "0.95", "forest", "tree"]
    assert "?" not in page
