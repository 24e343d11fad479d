"""One file of the preview dialog: what it is, its first rows, and how it is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.format import format_about, format_bytes, format_count
from gui.i18n import tr, tr_plural, translate, translate_message
from gui.inputs import ComboBox
from gui.plain_text import PlainLabel
from gui.spoken import name_scrolled
from gui.submit.excerpt import Excerpt
from gui.submit.form import SchemaForm
from gui.submit.preview_choices import PreviewChoices, choices_of
from gui.submit.preview_state import MEMBER, FileEntry, FileState, PreviewAnswer
from gui.submit.preview_table import PreviewTable
from gui.widgets import Note, heading_label, muted_label, row, set_role

OPTIONS_PX = 320
WARNINGS_SHOWN = 4
COLUMN_TYPES = "column_types"


class PreviewPanel(QWidget):
    """Shows one entry; the user's choices go straight into it.

    Signals:
        outdated: The user changed how the entry is read.
        name_changed: The user gave the dataset another name.
        form_made: The options of another file or kind of file are shown.
    """

    outdated = Signal()
    name_changed = Signal()
    form_made = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: FileEntry | None = None
        self.form: SchemaForm | None = None
        self._form_of: tuple[int, str, object] | None = None
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the dataset"))
        self.name.textEdited.connect(self._on_name)
        self.kinds = ComboBox()
        self.kinds.setAccessibleName(tr("Kind of file"))
        self.kinds.setPlaceholderText(tr("As its content shows"))
        self.kinds.activated.connect(self._on_kind)
        self._facts = muted_label()
        self._facts.setWordWrap(True)
        self._error = Note("errorBox")
        self._excerpt = Excerpt()
        self._warning = Note("warningBox")
        self.choices = PreviewChoices()
        self.choices.chosen.connect(self._on_choice)
        self.table = PreviewTable()
        self.table.type_chosen.connect(self._on_type)
        self._surface = QFrame()
        self._options = QScrollArea()
        name_scrolled(self._options, tr("How to read the file"))
        self._build()

    def set_loaders(self, loaders: list[list[str]]) -> None:
        """Offer the kinds of file that can be read: id and title of each."""
        self.kinds.clear()
        for loader, title in loaders:
            self.kinds.addItem(translate(title), loader)
        self._show_kind()

    def show_entry(self, entry: FileEntry) -> None:
        """Show another entry, or what has changed of it."""
        if entry is not self._entry:
            self._entry = entry
            self.show_name()
        answer = entry.answer or PreviewAnswer()
        reading = entry.state in (FileState.WAITING, FileState.READING)
        self._facts.setText(tr("Looking into the file…") if reading else _facts(answer))
        hint = with_titles(answer.hint, answer.schema)
        self._error.show_text("" if reading else answer.error, hint)
        self._excerpt.show_lines(() if reading else answer.excerpt, answer.line)
        self._warning.show_text("" if reading else _joined(answer.warnings))
        self.choices.show_choices([] if reading else choices_of(entry, answer))
        types = entry.overrides.get(COLUMN_TYPES) or answer.options.get(COLUMN_TYPES) or {}
        self.table.show_answer(answer, types if COLUMN_TYPES in answer.options else None)
        self._surface.setVisible(bool(answer.columns) or not answer.error)
        self._show_kind()
        self._show_form(entry, answer)

    def show_name(self) -> None:
        """Show what the dataset will be called."""
        if self._entry is not None and self.name.text().strip() != self._entry.name:
            self.name.setText(self._entry.name)

    def _build(self) -> None:
        self._options.setFrameShape(QFrame.Shape.NoFrame)
        self._options.setWidgetResizable(True)
        self._options.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._options.setFixedWidth(OPTIONS_PX)
        centre = QVBoxLayout()
        centre.setContentsMargins(16, 16, 16, 16)
        centre.setSpacing(8)
        name_label = PlainLabel(tr("Name"))
        name_label.setBuddy(self.name)
        centre.addLayout(row(name_label, self.name))
        centre.addWidget(self._facts)
        centre.addWidget(self._error)
        centre.addWidget(self._excerpt)
        centre.addWidget(self._warning)
        centre.addWidget(self.choices)
        set_role(self._surface, "panel")
        inside = QVBoxLayout(self._surface)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.table)
        centre.addWidget(self._surface, 1)
        centre.addStretch(0)
        side = QVBoxLayout()
        side.setContentsMargins(0, 16, 16, 16)
        side.setSpacing(8)
        side.addWidget(heading_label(tr("How it is read")))
        side.addWidget(self.kinds)
        side.addWidget(self._options, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(centre, 1)
        layout.addLayout(side)

    def _show_kind(self) -> None:
        entry = self._entry
        loader = (
            "" if entry is None else entry.loader or (entry.answer.loader if entry.answer else "")
        )
        self.kinds.setCurrentIndex(self.kinds.findData(loader))
        self.kinds.setEnabled(self.kinds.count() > 1)

    def _show_form(self, entry: FileEntry, answer: PreviewAnswer) -> None:
        """Make a form for another file or loader; else show the answer's values in it."""
        schema = _without(answer.schema, _needless(entry, answer))
        if not schema:
            # Options of another file would be a lie; while this one is read again, its own stay.
            if self._form_of is not None and self._form_of[0] != id(entry):
                self._form_of, self.form = None, None
                self._options.setWidget(QWidget())
            return
        made = False
        key = (id(entry), answer.loader, dict(schema))
        if self._form_of != key or self.form is None:
            self._form_of = key
            self.form = SchemaForm(schema, narrow=True)
            self.form.set_baseline((entry.detected or answer).options)
            self._options.setWidget(self.form)
            self.form.changed.connect(self._on_option)
            made = True
        shown = {**answer.options, **entry.overrides}
        if entry.state is not FileState.WAITING:
            self.form.blockSignals(True)
            # What was found anew is no change of the user's.
            self.form.set_baseline(
                {n: v for n, v in answer.options.items() if n not in entry.overrides}
            )
            self.form.set_values(shown)
            self.form.blockSignals(False)
        notes = {
            name: tr("Found: {reason}", reason=translate_message(text))
            for name, text in answer.reasons.items()
        }
        self.form.set_notes(notes)
        if made:
            self.form_made.emit()

    def _on_option(self, name: str) -> None:
        if self._entry is None or self.form is None or name in self.form.errors():
            return
        self._entry.override(name, self.form.values().get(name))
        self.outdated.emit()

    def _on_choice(self, option: str, value: object) -> None:
        if self._entry is not None:
            self._entry.override(option, value)
            self.outdated.emit()

    def _on_type(self, column: str, kind: str) -> None:
        """Read a column as another type; none: as it is found."""
        if self._entry is None:
            return
        types = dict(self._entry.overrides.get(COLUMN_TYPES) or {})
        types.pop(column, None)
        self._on_choice(COLUMN_TYPES, {**types, column: kind} if kind else types)

    def _on_kind(self, _index: int) -> None:
        if self._entry is not None:
            self._entry.choose_loader(str(self.kinds.currentData()))
            self.outdated.emit()

    def _on_name(self, text: str) -> None:
        if self._entry is not None:
            self._entry.name = text.strip() or self._entry.proposed
            self.name_changed.emit()


def with_titles(hint: str, schema: Mapping[str, Any]) -> str:
    """Return a hint with options called as the form calls them."""
    hint = translate_message(hint)
    for name, item in schema.get("properties", {}).items():
        title = translate(str(item.get("title", name)))
        for before, after in ("“”", "«»"):
            hint = hint.replace(f"{before}{name}{after}", f"{before}{title}{after}")
    return hint


def _needless(entry: FileEntry, answer: PreviewAnswer) -> frozenset[str]:
    """Return the options that a file does not need: its list names tables, or it is no archive."""
    chosen = {**answer.options, **entry.overrides}
    is_archive = entry.path.suffix.lower() == ".zip" or chosen.get("compression") == "zip"
    of_archive = () if is_archive or chosen.get(MEMBER) else (MEMBER,)
    return frozenset((*of_archive, *([entry.part.option] if entry.part else ())))


def _without(schema: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    """Return a schema without some of its options."""
    if "properties" not in schema:
        return schema
    properties = {k: v for k, v in schema["properties"].items() if k not in names}
    return {**schema, "properties": properties}


def _facts(answer: PreviewAnswer) -> str:
    parts = [format_bytes(answer.size_bytes)] if answer.size_bytes else []
    if answer.columns:
        parts.append(tr_plural("{count} column", "{count} columns", len(answer.columns)))
        if answer.is_complete:
            parts.append(tr_plural("{count} row", "{count} rows", len(answer.rows)))
        elif answer.estimated_rows is not None:
            parts.append(tr("about {count} rows", count=format_about(answer.estimated_rows)))
        if not answer.is_complete:
            parts.append(tr("the first {count} are shown", count=format_count(len(answer.rows))))
    return " · ".join(parts)


def _joined(warnings: tuple[str, ...]) -> str:
    shown = list(warnings[:WARNINGS_SHOWN])
    more = len(warnings) - len(shown)
    if more:
        shown.append(tr_plural("And {count} more warning.", "And {count} more warnings.", more))
    return "\n".join(shown)
