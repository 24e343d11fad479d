"""One editor for each simple kind of field; all speak through `value`, `set_value`, `changed`."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from gui.i18n import tr, translate
from gui.inputs import ComboBox
from gui.submit.number_editor import parse_number
from gui.submit.schema import Field, FieldKind


class Editor(Protocol):
    """What the form asks of every editor, all of them widgets.

    Signals:
        changed: The value changed.
    """

    changed: SignalInstance | Signal

    def value(self) -> Any:
        """Return the value as JSON data; the raw text where it cannot be read."""

    def set_value(self, value: Any) -> None:
        """Show *value*."""


class TextEditor(QLineEdit):
    """One line of text; empty is None where the field has a None."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nullable = field.nullable
        self.textChanged.connect(lambda _text: self.changed.emit())

    def value(self) -> str | None:
        """Return the text."""
        return self.text() or (None if self._nullable else "")

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self.setText("" if value is None else str(value))


class MultilineEditor(QPlainTextEdit):
    """Several lines of text."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nullable = field.nullable
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 5 + 16)
        self.textChanged.connect(self.changed)

    def value(self) -> str | None:
        """Return the text."""
        return self.toPlainText() or (None if self._nullable else "")

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self.setPlainText("" if value is None else str(value))


class BooleanEditor(QCheckBox):
    """Yes or no, beside the label."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggled.connect(lambda _on: self.changed.emit())

    def value(self) -> bool:
        """Return whether it is on."""
        return self.isChecked()

    def set_value(self, value: Any) -> None:
        """Switch it on or off."""
        self.setChecked(bool(value))


class ChoiceEditor(ComboBox):
    """One of a few values, with what None is called first where it is one."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._values: list[Any] = []
        if field.kind is FieldKind.BOOLEAN:
            pairs: list[tuple[Any, str]] = [(True, tr("Yes")), (False, tr("No"))]
        else:
            pairs = list(zip(field.choices, field.choice_titles, strict=True))
        if field.may_be_empty:
            pairs.insert(0, (None, field.empty_title or tr("Not set")))
        for value, title in pairs:
            self._values.append(value)
            self.addItem(translate(title))
        self.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def value(self) -> Any:
        """Return the chosen value."""
        index = self.currentIndex()
        return self._values[index] if 0 <= index < len(self._values) else None

    def set_value(self, value: Any) -> None:
        """Choose *value*; one that is not offered is added, for the form to reject."""
        for index, known in enumerate(self._values):
            if type(known) is type(value) and known == value:
                self.setCurrentIndex(index)
                return
        if value is None:
            self.setCurrentIndex(-1)
            return
        self._values.append(value)
        self.addItem(str(value))
        self.setCurrentIndex(self.count() - 1)


class PathEditor(QWidget):
    """A path, typed or chosen with the platform's dialog."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format = field.format
        self._nullable = field.nullable
        self.line = QLineEdit()
        self.line.textChanged.connect(lambda _text: self.changed.emit())
        button = QPushButton(tr("Browse…"))
        button.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(button)
        self.setFocusProxy(self.line)

    def value(self) -> str | None:
        """Return the path."""
        return self.line.text().strip() or (None if self._nullable else "")

    def set_value(self, value: Any) -> None:
        """Show a path."""
        self.line.setText("" if value is None else str(value))

    def _browse(self) -> None:
        start = self.line.text().strip()
        if self._format == "folder":
            chosen = QFileDialog.getExistingDirectory(self, tr("Choose a folder"), start)
        elif self._format == "save-path":
            chosen, _ = QFileDialog.getSaveFileName(self, tr("Save as"), start)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), start)
        if chosen:
            self.line.setText(chosen)


class ListEditor(QLineEdit):
    """Several texts or numbers, separated by commas; a text with a comma goes in quotes."""

    changed = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.setPlaceholderText(tr("Separated by commas"))
        self.textChanged.connect(lambda _text: self.changed.emit())

    def value(self) -> Any:
        """Return the items; the text itself where an item cannot be read."""
        text = self.text().strip()
        if not text:
            return None if self._field.nullable else []
        kind = self._field.item.kind if self._field.item else FieldKind.TEXT
        row = next(csv.reader(io.StringIO(text), skipinitialspace=True), [])
        if kind in (FieldKind.INTEGER, FieldKind.NUMBER):
            return [_number_or_text(item, whole=kind is FieldKind.INTEGER) for item in row]
        if kind in (FieldKind.UNION, FieldKind.OBJECT, FieldKind.LIST, FieldKind.BOOLEAN):
            return _json_or_text(f"[{text}]")
        return row

    def set_value(self, value: Any) -> None:
        """Show a list."""
        if not isinstance(value, list):
            self.setText("" if value is None else str(value))
            return
        if any(not isinstance(item, str | int | float) or isinstance(item, bool) for item in value):
            self.setText(json.dumps(value, ensure_ascii=False)[1:-1])
            return
        self.setText(", ".join(_csv_cell(item) for item in value))


class ObjectEditor(MultilineEditor):
    """Any other value, written as JSON."""

    def value(self) -> Any:
        """Return the value; the text itself where it is not JSON."""
        text = self.toPlainText().strip()
        return None if not text else _json_or_text(text)

    def set_value(self, value: Any) -> None:
        """Show a value."""
        self.setPlainText("" if value is None else json.dumps(value, ensure_ascii=False, indent=1))


def _number_or_text(text: str, *, whole: bool) -> int | float | str:
    number = parse_number(text, whole=whole)
    return text if number is None else number


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _csv_cell(item: str | float) -> str:
    text = str(item)
    needs_quotes = isinstance(item, str) and (not text or text != text.strip() or "," in text)
    if not needs_quotes and '"' not in text:
        return text
    return '"' + text.replace('"', '""') + '"'
