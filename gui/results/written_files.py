"""The files that a job wrote because it was asked to: named, opened, copied to where one wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_bytes
from gui.i18n import tr
from gui.plain_text import as_typed
from gui.platform import open_file, open_folder
from gui.results.export import copy_export
from gui.results.save_button import save_button
from gui.theme import STEP_PX
from gui.widgets import IconLabel, TextLabel, icon_button, row, text_button
from queue_core.artifacts.table_files import TABLE_FORMATS

# Keys of a job's result that name a file.
RESULT_FILES = ("export", "onnx")
_BESIDE = frozenset((*(f"predictions.{suffix}" for suffix in TABLE_FORMATS), "model.onnx"))


def named_files(result: Mapping[str, Any]) -> list[Path]:
    """Return the files that a job's result names."""
    found = (result.get(key) for key in RESULT_FILES)
    return [Path(name) for name in found if isinstance(name, str) and name]


def files_beside(folder: Path) -> list[Path]:
    """Return the files that were written beside an entity's results; reads the disk."""
    try:
        return sorted(path for path in folder.iterdir() if path.name in _BESIDE)
    except OSError:
        return []


def sizes_of(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    """Return the files that are still there with their sizes; reads the disk."""
    found = []
    for path in dict.fromkeys(paths):
        try:
            found.append((path, path.stat().st_size))
        except OSError:
            continue
    return found


class WrittenFiles(QWidget):
    """A line for each file."""

    def __init__(
        self, files: Sequence[tuple[Path, int]], bridge: Bridge, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP_PX)
        for path, size in files:
            layout.addLayout(self._line(path, size))

    def _line(self, path: Path, size: int) -> QHBoxLayout:
        name = TextLabel(f"{path.name} · {format_bytes(size)}", most_lines=1)
        name.setToolTip(as_typed(str(path)))
        copy = save_button(
            tr("Save a copy…"), self._bridge, lambda: copy_export(self._bridge, path, path.stem)
        )
        line = row(
            IconLabel("dataset", "muted"), name,
            text_button(tr("Open"), lambda: open_file(path)),
            icon_button("folder", tr("Show folder"), lambda: open_folder(path.parent)),
            copy,
        )  # fmt: skip
        line.setStretch(1, 1)
        return line
