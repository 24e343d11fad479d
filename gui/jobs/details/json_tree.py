"""JSON data as a tree of names and values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QTreeWidget, QTreeWidgetItem

from gui.format import format_number
from gui.i18n import tr, tr_plural
from gui.plain_text import as_typed
from gui.theme import STEP_PX

MOST_CHILDREN = 500
MOST_LETTERS = 300
ROW_PX = 24


class JsonTree(QTreeWidget):
    """Names at the left, values at the right; lists and objects open."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._data: Any = None
        self._source: Any = None
        self.setAccessibleName(name)
        self.setColumnCount(2)
        self.setHeaderLabels([tr("Name"), tr("Value")])
        self.setIndentation(STEP_PX * 4)
        self.setUniformRowHeights(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(0, 190)
        self.header().setStretchLastSection(True)

    def show_data(self, data: Any, *, source: Any = None) -> None:
        """Show JSON data; nothing happens where it is what is shown already.

        Args:
            data: What is shown.
            source: What is copied, where that is something else.
        """
        if data == self._data:
            return
        self._data = data
        self._source = data if source is None else source
        self.clear()
        for name, value in _children(data):
            self.addTopLevelItem(_item(name, value))
        if self.topLevelItemCount() <= 12:
            self.expandToDepth(0)

    def copy_json(self) -> None:
        """Copy everything as JSON."""
        text = json.dumps(self._source, ensure_ascii=False, indent=2, default=str)
        QApplication.clipboard().setText(text)


def _item(name: str, value: Any) -> QTreeWidgetItem:
    text = value_text(value)
    item = QTreeWidgetItem([name, text[:MOST_LETTERS]])
    item.setToolTip(1, as_typed(text[: MOST_LETTERS * 10]))
    item.setSizeHint(0, QSize(0, ROW_PX))
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    for child_name, child in _children(value):
        item.addChild(_item(child_name, child))
    return item


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        pairs = ((str(name), child) for name, child in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        pairs = ((str(number), child) for number, child in enumerate(value, 1))
    else:
        return
    for number, pair in enumerate(pairs):
        if number == MOST_CHILDREN:
            yield "…", tr("and more")
            return
        yield pair


def value_text(value: Any) -> str:
    """Return a value as a line of text; a large one says how much it holds."""
    if value is None or value in ("", [], (), {}):
        return "—"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, int | float):
        return format_number(value)
    if isinstance(value, Mapping):
        return tr_plural("{count} entry", "{count} entries", len(value))
    if isinstance(value, list | tuple):
        if len(value) <= 8 and all(isinstance(item, str | int | float) for item in value):
            return ", ".join(value_text(item) for item in value)
        return tr_plural("{count} entry", "{count} entries", len(value))
    return " ".join(str(value).split())
