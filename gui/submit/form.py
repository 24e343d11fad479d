"""A form made from a parameter schema: labels, help, validation and defaults for every field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from gui.column_types import type_name
from gui.i18n import tr, tr_plural, translate
from gui.submit.editors import (
    BooleanEditor,
    ChoiceEditor,
    ListEditor,
    MultilineEditor,
    ObjectEditor,
    PathEditor,
    TextEditor,
)
from gui.submit.field_row import FieldRow
from gui.submit.group_editor import GroupEditor
from gui.submit.inner_form import InnerForm
from gui.submit.named_fields import named_fields
from gui.submit.number_editor import NumberEditor
from gui.submit.one_or_several import OneOrSeveralEditor
from gui.submit.option_picker import OptionEditor
from gui.submit.pickers import Option, OptionsEditor
from gui.submit.schema import Field, FieldKind, parse_schema
from gui.submit.several_editor import SeveralEditor, can_vary
from gui.submit.union_editor import UnionEditor
from gui.submit.validation import problem_with, range_sentence
from gui.theme import icon
from gui.widgets import show_words

COLUMN = "column"
_OPTION = (FieldKind.COLUMN, FieldKind.ENTITY)
_OPTIONS = (FieldKind.COLUMNS, FieldKind.ENTITIES)


class SchemaForm(InnerForm):
    """One row for each parameter.

    Signals:
        changed: A value changed; carries the parameter's name.
    """

    def __init__(
        self,
        schema: Mapping[str, Any] | Sequence[Field],
        *,
        narrow: bool = False,
        names: bool = False,
        takes_several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make the form.

        Args:
            schema: A JSON Schema object, `gui.submit.schema` lists the words it may use; or the
                fields of one.
            narrow: Put labels above their fields.
            names: Show the names that code and libraries use, too.
            takes_several: Let a parameter have several values, `Several`: one job each.
            parent: The widget it belongs to.
        """
        super().__init__(parent)
        self._narrow = narrow
        self._names = names
        self._takes_several = takes_several
        self.fields = parse_schema(schema) if isinstance(schema, Mapping) else tuple(schema)
        self._rows: dict[str, FieldRow] = {}
        self._fold = QToolButton(self)
        self._advanced = QWidget(self)
        self._baseline = {field.name: field.empty_value() for field in self.fields}
        self._build()
        for name, value in self._baseline.items():
            self._rows[name].editor.set_value(value)
        for row in self._rows.values():
            row.forget_touch()
            row.set_baseline(self._baseline[row.field.name], was_earlier=False)
            row.editor.changed.connect(lambda name=row.field.name: self._on_changed(name))
        self._refresh()

    # --- values -------------------------------------------------------------------------------

    def values(self) -> dict[str, Any]:
        """Return the value of every field that applies; optional ones left empty are left out."""
        return {
            name: row.editor.value()
            for name, row in self._rows.items()
            if row.applies and not _is_left_empty(row)
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show *values*; fields that they do not name keep theirs, unknown names are ignored."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].editor.set_value(value)
        self._refresh()

    def set_baseline(self, values: Mapping[str, Any]) -> None:
        """Start from an earlier job's *values*: what differs from them is marked from now on."""
        self.set_values(values)
        for name, row in self._rows.items():
            if name in values:
                row.set_baseline(values[name], was_earlier=True)
            row.forget_touch()
        self._refresh()

    def changes(self) -> dict[str, Any]:
        """Return the values that differ from what the form started from."""
        return {n: v for n, v in self.values().items() if self._rows[n].is_changed}

    def reset(self) -> None:
        """Put every field back to what the form started from."""
        for row in self._rows.values():
            row.reset()

    def errors(self) -> dict[str, str]:
        """Return, for each field that cannot be used as it is, the sentence that says why."""
        found = {}
        for name, row in self._rows.items():
            problem = self._problem(row)
            if problem is not None:
                found[name] = problem
        return found

    def show_errors(self) -> bool:
        """Show every error, go to the first one; return whether there was any."""
        errors = self.errors()
        for row in self._rows.values():
            row.was_touched = True
        self._refresh()
        for group in self._groups():
            group.form.show_errors()
        for name in errors:
            if self._rows[name].field.advanced:
                self._fold.setChecked(True)
            self._rows[name].editor.setFocus()
            return True
        return False

    def go_to_first(self) -> None:
        """Give the focus to the first field that is still empty; where none is, to the first."""
        rows = [row for row in self._rows.values() if row.applies and not row.field.advanced]
        empty = (row for row in rows if row.editor.value() in (None, "", [], ()))
        first = next(empty, rows[0] if rows else None)
        if first is not None:
            # As by Tab: what is typed then replaces what stands there.
            first.editor.setFocus(Qt.FocusReason.TabFocusReason)

    def show_problem(self, name: str, sentence: str) -> bool:
        """Show a problem that was found elsewhere; return False for a name that is not here."""
        row = self._rows.get(name)
        if row is None or not row.applies:
            return False
        row.show_problem(sentence)
        row.editor.setFocus()
        return True

    def point_out(self, said: str, values: Mapping[str, Any], sentence: str) -> QWidget | None:
        """Outline the fields that a failure talks about; return the first one of them.

        Args:
            said: The failure's sentence and next step.
            values: What the failed job had.
            sentence: What stands beside each of these fields.
        """
        first: QWidget | None = None
        for name in named_fields(self.fields, values, said):
            row = self._rows[name]
            if isinstance(row.editor, GroupEditor):
                inner = values.get(name)
                own = inner if isinstance(inner, Mapping) else {}
                found = row.editor.form.point_out(said, own, sentence)
            else:
                row.point_out(sentence)
                found = row.editor
            if row.field.advanced:
                self._fold.setChecked(True)
            first = first or found
        return first

    # --- what is picked from lists ------------------------------------------------------------

    def set_options(self, kind: str, options: Sequence[Option]) -> None:
        """Offer *options* in every field whose format is *kind*, e.g. "dataset"."""
        for row in self._rows.values():
            if row.field.format == kind and kind != COLUMN:
                row.editor.set_options(options)
        for group in self._groups():
            group.form.set_options(kind, options)

    def set_notes(self, notes: Mapping[str, str]) -> None:
        """Show a note below some fields, e.g. how their value was found out; by name."""
        for name, row in self._rows.items():
            row.set_note(notes.get(name, ""))

    def set_columns(self, columns: Sequence[Option], *, but: Collection[str] = ()) -> None:
        """Offer columns; `detail` is the column's type, which fields may narrow.

        Args:
            columns: What there is to choose from.
            but: Fields that are offered something else.
        """
        for row in self._rows.values():
            if row.field.format == COLUMN and row.field.name not in but:
                fitting = _fitting(row.field, columns)
                row.editor.set_options([replace(o, detail=type_name(o.detail)) for o in fitting])
        for group in self._groups():
            group.form.set_columns(columns)

    def offer(self, name: str, columns: Sequence[Option]) -> None:
        """Offer columns in one field only."""
        options = [replace(o, detail=type_name(o.detail)) for o in columns]
        self._rows[name].editor.set_options(options)

    def unfold(self) -> None:
        """Show what stands below the fold."""
        self._fold.setChecked(True)

    def fields_of_format(self, kind: str) -> tuple[Field, ...]:
        """Return the fields whose format is *kind*."""
        own = [field for field in self.fields if field.format == kind]
        inner = [field for group in self._groups() for field in group.form.fields_of_format(kind)]
        return (*own, *inner)

    def row(self, name: str) -> FieldRow:
        """Return the row of a field."""
        return self._rows[name]

    # --- inside -------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(self._lines([field for field in self.fields if not field.advanced]))
        self._advanced.setVisible(False)
        folded = [field for field in self.fields if field.advanced]
        if folded:
            self._build_fold(outer)
            self._advanced.setLayout(self._lines(folded))
            outer.addWidget(self._advanced)
        outer.addStretch(1)
        # Conditions look at fields before their own, wherever the fold has put them.
        self._rows = {field.name: self._rows[field.name] for field in self.fields}

    def _build_fold(self, outer: QVBoxLayout) -> None:
        self._fold.setCheckable(True)
        self._fold.setProperty("role", "flat")
        self._fold.setIcon(icon("chevron_right"))
        show_words(self._fold)
        self._fold.toggled.connect(self._advanced.setVisible)
        self._fold.toggled.connect(
            lambda on: self._fold.setIcon(icon("chevron_down" if on else "chevron_right"))
        )
        outer.addWidget(self._fold)

    def _lines(self, fields: Sequence[Field]) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for field in fields:
            editor = make_editor(field, takes_several=self._takes_several)
            row = FieldRow(field, editor, help_text(field), shows_name=self._names)
            lines.addWidget(row.arrange(narrow=self._narrow))
            self._rows[field.name] = row
        return lines

    def _on_changed(self, name: str) -> None:
        self._rows[name].was_touched = True
        self._refresh()
        self.changed.emit(name)

    def _refresh(self) -> None:
        """Show the fields that apply, their problems and what differs from the start."""
        shown: dict[str, Any] = {}
        for name, row in self._rows.items():
            row.applies = row.field.applies(shown)
            if row.applies:
                shown[name] = row.editor.value()
            # A group shows its problems itself.
            is_group = row.field.kind is FieldKind.GROUP
            row.refresh(None if is_group else self._problem(row))
        folded = sum(row.field.advanced and row.applies for row in self._rows.values())
        self._fold.setText(tr_plural("{count} more parameter", "{count} more parameters", folded))
        self._fold.setVisible(folded > 0)

    def _problem(self, row: FieldRow) -> str | None:
        if not row.applies:
            return None
        if isinstance(row.editor, GroupEditor):
            inner = row.editor.form.errors() if row.editor.is_used else {}
            return next(iter(inner.values()), None)
        return problem_with(row.field, row.editor.value())

    def _groups(self) -> list[GroupEditor]:
        return [row.editor for row in self._rows.values() if isinstance(row.editor, GroupEditor)]


def make_editor(field: Field, *, takes_several: bool = False) -> Any:
    """Return the editor, a widget, for a field; one that may hold several values, if wanted."""
    if takes_several and can_vary(field):
        return SeveralEditor(field, make_editor(field))
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        whole = field.kind is FieldKind.INTEGER
        editor = NumberEditor(whole=whole, bounds=field.bounds, takes_several=takes_several)
        empty = translate(field.empty_title) or tr("Not set")
        editor.set_placeholder(empty if field.nullable else "")
        return editor
    if field.kind is FieldKind.BOOLEAN and not field.nullable:
        return BooleanEditor()
    if field.kind is FieldKind.UNION:
        return UnionEditor(field, partial(make_editor, takes_several=takes_several))
    if field.kind is FieldKind.LIST and field.item and field.item.kind is FieldKind.OBJECT:
        return ObjectEditor(field)
    if field.kind is FieldKind.GROUP:
        return GroupEditor(field, SchemaForm(field.fields, names=True))
    if field.kind in _OPTION:
        return OptionEditor(field)
    if field.kind is FieldKind.COLUMNS and field.usually_one:
        return OneOrSeveralEditor(field)
    if field.kind in _OPTIONS or field.kind is FieldKind.CHOICES:
        several = OptionsEditor(field)
        if field.kind is FieldKind.CHOICES:
            several.set_options(
                [
                    Option(v, translate(t))
                    for v, t in zip(field.choices, field.choice_titles, strict=True)
                ]
            )
        return several
    simple: dict[FieldKind, type[QWidget]] = {
        FieldKind.MULTILINE: MultilineEditor,
        FieldKind.PATH: PathEditor,
        FieldKind.CHOICE: ChoiceEditor,
        FieldKind.BOOLEAN: ChoiceEditor,
        FieldKind.LIST: ListEditor,
        FieldKind.OBJECT: ObjectEditor,
    }
    return simple.get(field.kind, TextEditor)(field)  # type: ignore[arg-type]


def help_text(field: Field) -> str:
    """Return the description with the allowed range behind it."""
    allowed = range_sentence(field.bounds)
    return " ".join(part for part in (translate(field.description), allowed) if part)


def _is_left_empty(row: FieldRow) -> bool:
    value = row.editor.value()
    return value is None and not row.field.nullable


def _fitting(field: Field, columns: Sequence[Option]) -> list[Option]:
    if not field.column_types:
        return list(columns)
    wanted = set(field.column_types)
    if "number" in wanted:
        wanted |= {"integer", "float"}
    return [option for option in columns if option.detail in wanted]
