"""A figure is printed by the program that the desktop has for PDF files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.printing import opening
from gui.results.printing import print_figure
from queue_core.artifacts.figure import Figure, Line, Panel
from queue_core.artifacts.reader import read_artifacts
from queue_core.artifacts.writer import ArtifactWriter
from queue_core.paths import LocalFolder


def test_a_figure_is_opened_as_a_pdf(
    bridge: Bridge, local_folder: LocalFolder, run: Any, until: Any, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    figure = Figure(title="Trees", panels=[Panel(marks=[Line(x=(0.0, 1.0), y=(0.0, 1.5))])])
    with ArtifactWriter(local_folder, "run", 1) as writer:
        writer.add_figure("trees", "Trees", figure)
    (artifact,) = read_artifacts(writer.path)
    opened: list[Path] = []

    def open_file(path: Path) -> bool:
        opened.append(path)
        return True

    monkeypatch.setattr(opening, "open_file", open_file)
    widget = QWidget()
    qtbot.addWidget(widget)
    print_figure(widget, bridge, artifact.path, artifact.title)
    run(until(lambda: opened))
    assert opened[0].read_bytes().startswith(b"%PDF")
