"""A file that a job wrote is named with its result, wherever it lies."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.results.written_files import WrittenFiles, files_beside, named_files, sizes_of
from gui.widgets import TextLabel


def test_files_are_found_in_results_and_beside_them(tmp_path: Path) -> None:
    sheet = tmp_path / "predictions.xlsx"
    sheet.write_bytes(b"12345")
    (tmp_path / "report.report.json").write_text("{}")
    assert named_files({"export": str(sheet), "onnx": None, "rows": 3}) == [sheet]
    assert files_beside(tmp_path) == [sheet]
    assert files_beside(tmp_path / "nowhere") == []
    assert sizes_of([sheet, sheet, tmp_path / "gone.csv"]) == [(sheet, 5)]


def test_each_file_has_a_line_with_its_name(bridge: Bridge, qtbot: QtBot, tmp_path: Path) -> None:
    view = WrittenFiles([(tmp_path / "predictions.xlsx", 4500)], bridge)
    qtbot.addWidget(view)
    (label,) = view.findChildren(TextLabel)
    assert label.text == "predictions.xlsx · 4.5 kB"
    assert label.toolTip() == str(tmp_path / "predictions.xlsx")
