"""All keys of the window on one sheet, made from its commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.actions import Action
from gui.i18n import mark, tr, translate
from gui.palette.sources import keys_text
from gui.placing import open_at_size
from gui.plain_text import PlainLabel
from gui.results.scrolled_column import ScrolledColumn
from gui.theme import STEP_PX
from gui.widgets import heading_label, row, set_role, text_button

SIZE = QSize(820, 640)
TWO_COLUMNS_PX = 700
GROUPS: Final[Mapping[str, str]] = {
    "view.": mark("Window"), "file.": mark("New"), "job.new": mark("New"),
    "job.": mark("Selected jobs"), "queue.": mark("Queue"), "app.": mark("Program"),
}  # fmt: skip
OTHERS = mark("Other")
# What widgets do by themselves, without a command.
BY_ITSELF: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (mark("Go to the table from the search"), ("Down", "Return")),
    (mark("Search by typing in the table"), ("A", "…", "Z")),
    (mark("Select all rows"), ("Ctrl+A",)),
    (mark("Copy the selected rows"), ("Ctrl+C",)),
    (mark("Menu of the selected rows"), ("Menu",)),
    (mark("Go to the next part of the window"), ("Tab",)),
)


def grouped(actions: Iterable[Action]) -> dict[str, list[Action]]:
    """Return the commands that have keys by what they are about, in the order of the sheet."""
    found: dict[str, list[Action]] = {title: [] for title in (*GROUPS.values(), OTHERS)}
    for action in actions:
        if action.shortcuts:
            starts = (start for start in GROUPS if action.id.startswith(start))
            found[GROUPS[start] if (start := next(starts, "")) else OTHERS].append(action)
    return {title: members for title, members in found.items() if members}


class ShortcutSheet(QDialog):
    """Groups of lines: what is done, and by which keys."""

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_at_size(self, SIZE)
        columns = (QVBoxLayout(), QVBoxLayout())
        groups: list[tuple[str, list[tuple[str, tuple[str, ...]]]]] = [
            (translate(title), [(translate(a.title), a.shortcuts) for a in members])
            for title, members in grouped(actions).items()
        ]
        by_itself = [(translate(text), keys) for text, keys in BY_ITSELF]
        groups.append((tr("In lists and tables"), by_itself))
        heights = [0, 0]
        for title, lines in groups:
            shorter = int(heights[1] < heights[0]) if self.width() >= TWO_COLUMNS_PX else 0
            columns[shorter].addLayout(_group(title, lines))
            heights[shorter] += len(lines) + 2
        page = ScrolledColumn(self.windowTitle())
        page.column.setContentsMargins(STEP_PX * 6, STEP_PX * 4, STEP_PX * 6, STEP_PX * 4)
        side_by_side = QHBoxLayout()
        side_by_side.setSpacing(STEP_PX * 10)
        for column in columns:
            column.setSpacing(STEP_PX * 5)
            column.addStretch(1)
            side_by_side.addLayout(column, 1)
        page.column.addLayout(side_by_side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, STEP_PX * 3)
        layout.addWidget(page, 1)
        buttons = row(None, text_button(tr("Close"), self.close))
        buttons.setContentsMargins(0, 0, STEP_PX * 4, 0)
        layout.addLayout(buttons)
        page.setFocus()


def _group(title: str, lines: Sequence[tuple[str, Sequence[str]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(STEP_PX * 4)
    grid.setVerticalSpacing(STEP_PX * 2)
    grid.addWidget(heading_label(title), 0, 0, 1, 2)
    for number, (text, keys) in enumerate(lines, start=1):
        label = PlainLabel(text, wraps=True)
        grid.addWidget(label, number, 0)
        caps = row(None, *(_key(key) for key in keys), spacing=STEP_PX)
        grid.addLayout(caps, number, 1)
    grid.setColumnStretch(0, 1)
    return grid


def _key(keys: str) -> PlainLabel:
    label = PlainLabel(keys_text(keys) or keys)
    set_role(label, "key")
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label
