"""Artifacts that are read: plain texts, reports, stored models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from gui.bridge import Bridge
from gui.column_types import TYPE_NAMES, type_name
from gui.format import format_bytes
from gui.i18n import tr, translate, translate_message
from gui.jobs.details.json_tree import JsonTree
from gui.results.export import copy_export
from gui.results.loading import LoadingView
from gui.results.save_button import save_button
from gui.theme import COMPACT_ROW_HEIGHT_PX, monospace_font
from gui.widgets import TextLabel, icon_button, row, set_role
from queue_core.artifacts.kinds import Artifact
from queue_core.artifacts.reader import read_report, read_text

MOST_LETTERS = 1_000_000
# What these hold, by their names, is the program's; other texts are answers of models.
SAID = frozenset({"sentences"})
TEXT_PX = 260
MOST_REPORT_ROWS = 16


class TextView(LoadingView):
    """A stored text."""

    def __init__(self, artifact: Artifact, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._artifact = artifact
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(monospace_font())
        self.text.setAccessibleName(artifact.title)
        self.text.setMinimumHeight(TEXT_PX)
        set_role(self.text, "text")
        copy = icon_button("copy", tr("Copy text"), self._copy)
        save = _save_copy(tr("Save text…"), artifact, bridge)
        self.body.addWidget(self.text, 1)
        self.body.addLayout(row(None, copy, save, spacing=4))
        self.load()

    async def fill(self) -> None:
        """Read the text; of a very long one the beginning."""
        text = await self.bridge.call(read_text, self._artifact)
        if self._artifact.name in SAID:
            text = translate_message(text)
        if len(text) > MOST_LETTERS:
            text = text[:MOST_LETTERS] + "\n" + tr("… cut here; save the text to see all of it.")
        self.text.setPlainText(text)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


class ReportView(LoadingView):
    """A stored report: names and values."""

    def __init__(self, artifact: Artifact, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._artifact = artifact
        self.tree = JsonTree(artifact.title)
        copy = icon_button("copy", tr("Copy as JSON"), self.tree.copy_json)
        save = _save_copy(tr("Save report…"), artifact, bridge)
        self.body.addWidget(self.tree, 1)
        self.body.addLayout(row(None, copy, save, spacing=4))
        self.load()

    async def fill(self) -> None:
        """Read the report."""
        report = await self.bridge.call(read_report, self._artifact)
        self.tree.show_data(translated_report(report), source=report)
        rows = min(_shown_rows(report), MOST_REPORT_ROWS) + 1.6
        self.tree.setFixedHeight(round(rows * COMPACT_ROW_HEIGHT_PX))


class ModelView(LoadingView):
    """A stored model: its size, and a copy of its file."""

    def __init__(self, artifact: Artifact, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(bridge, parent)
        self._artifact = artifact
        self._size = TextLabel(role="muted", most_lines=2)
        save = _save_copy(tr("Save model…"), artifact, bridge, has_words=True)
        line = row(self._size, save)
        line.setStretch(0, 1)
        self.body.addLayout(line)
        self.load()

    async def fill(self) -> None:
        """Look at the file."""
        size = await self.bridge.call(lambda: self._artifact.path.stat().st_size)
        text = tr("{size}, stored with skops", size=format_bytes(size))
        self._size.set_text(text)


def _save_copy(
    text: str, artifact: Artifact, bridge: Bridge, *, has_words: bool = False
) -> QAbstractButton:
    return save_button(
        text, bridge, lambda: copy_export(bridge, artifact.path, artifact.title),
        has_words=has_words,
    )  # fmt: skip


def translated_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report with its names, and what the core says in it, in the user's language."""
    return {translate(name): _translated_value(value) for name, value in report.items()}


def _translated_value(value: Any) -> Any:
    if isinstance(value, str):
        return type_name(value) if value in TYPE_NAMES else translate_message(value)
    if isinstance(value, list):
        return [_translated_value(item) for item in value]
    if isinstance(value, dict):
        # Names of columns stay; types of columns are words.
        return {
            type_name(name) if name in TYPE_NAMES else name: _translated_value(item)
            for name, item in value.items()
        }
    return value


def _shown_rows(report: dict[str, Any]) -> int:
    """Return how many lines the tree needs with its first level open."""
    nested = sum(len(value) for value in report.values() if isinstance(value, dict | list))
    return max(2, len(report) + nested)
