"""One parameter in a form: label, editor, help, problem, and the way back to the start."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.i18n import tr, tr_plural, translate
from gui.plain_text import PlainLabel, as_typed, no_mnemonic
from gui.spoken import Role, describe_field, name_field, speak_as
from gui.submit.schema import Field, FieldKind
from gui.theme import icon, monospace_font, small_font
from gui.widgets import TextLabel

WIDE = (
    FieldKind.MULTILINE, FieldKind.COLUMNS, FieldKind.ENTITIES, FieldKind.CHOICES,
    FieldKind.OBJECT, FieldKind.PATH, FieldKind.TEXT, FieldKind.LIST, FieldKind.UNION,
    FieldKind.GROUP, FieldKind.ENTITY, FieldKind.COLUMN,
)  # fmt: skip
NARROW_PX = 160
LABEL_PX = 164
MARK_PX = 12
NAME_PT = 8.0
TOP = Qt.AlignmentFlag.AlignTop


class FieldRow:
    """The widgets of one parameter.

    Attributes:
        widget: What holds them all; made by `arrange`.
        field: What the schema says.
        editor: The widget that holds the value.
        applies: Whether the field is part of the form now.
        was_touched: Whether its problems are shown; an untouched empty field is not scolded.
    """

    def __init__(
        self, field: Field, editor: Any, help_text: str, *, shows_name: bool = False
    ) -> None:
        """Make the widgets.

        Args:
            field: What the schema says.
            editor: Holds the value.
            help_text: What stands below it.
            shows_name: Whether the name that code uses stands below the label.
        """
        self.widget = QWidget()
        self.field = field
        self.editor = editor
        self.applies = True
        self.was_touched = False
        self._baseline: Any = None
        self._is_narrow = False
        self._pointed = ""
        self._pointed_value = ""
        self._label = PlainLabel(no_mnemonic(translate(field.title)))
        self._label.setWordWrap(True)
        self._label.setBuddy(editor)
        self._shows_name = shows_name
        self._mark = PlainLabel("•")
        self._mark.setProperty("role", "accent")
        self._mark.setFixedWidth(MARK_PX)
        self._reset = QToolButton()
        self._reset.setIcon(icon("undo", "muted"))
        self._reset.setProperty("role", "small")
        self._reset.clicked.connect(self.reset)
        policy = self._reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(policy)
        self._help = _sentence(help_text, "muted")
        self._note = _sentence("", "success")
        self._problem = _sentence("", "error")
        if editor.focusProxy() is not None:
            speak_as(editor, Role.Grouping)
        name_field(editor, translate(field.title))
        describe_field(editor, help_text)
        self._label.setToolTip(as_typed(help_text))

    def arrange(self, *, narrow: bool) -> QWidget:
        """Return a widget with all parts, the label above the editor if *narrow*."""
        self.widget = QWidget()
        grid = QGridLayout(self.widget)
        grid.setContentsMargins(0, 0, 0, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        if self.field.kind is FieldKind.GROUP:
            self._arrange_group(grid)
        else:
            self._arrange_field(grid, narrow=narrow)
        return self.widget

    def _arrange_field(self, grid: QGridLayout, *, narrow: bool) -> None:
        label = QHBoxLayout()
        label.setSpacing(0)
        label.addWidget(self._label if narrow else self._mark, 0, TOP)
        label.addWidget(self._mark if narrow else self._label, 1, TOP)
        label.setContentsMargins(0, 6, 0, 0)
        beside = QHBoxLayout()
        beside.setSpacing(4)
        beside.addWidget(self.editor, 1 if self.field.kind in WIDE else 0)
        if self.field.kind not in WIDE:
            smallest = 0 if self.field.kind is FieldKind.BOOLEAN else NARROW_PX
            self.editor.setMinimumWidth(smallest)
            beside.addStretch(1)
        beside.addWidget(self._reset, 0, TOP)
        if narrow:
            grid.addLayout(label, 0, 0, 1, 2)
        else:
            grid.setColumnMinimumWidth(0, LABEL_PX)
            self._label.setFixedWidth(LABEL_PX - MARK_PX)
            # Over two lines, so that the name below the label makes the field no taller.
            grid.addLayout(self._with_name(label), 1, 0, 2, 1, TOP)
        column, width = (0, 2) if narrow else (1, 1)
        grid.addLayout(beside, 1, column, 1, width)
        self._is_narrow = narrow
        for line, widget in enumerate((self._help, self._note, self._problem), 2):
            grid.addWidget(widget, line, column, 1, width)

    def _with_name(self, label: QHBoxLayout) -> QVBoxLayout:
        """Return the label with the name that code uses below it."""
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(label)
        if self._shows_name:
            font = monospace_font(NAME_PT)
            name = TextLabel(self.field.name, role="muted", font=font, most_lines=1)
            name.setFixedWidth(LABEL_PX - MARK_PX)
            below = QHBoxLayout()
            below.addSpacing(MARK_PX)
            below.addWidget(name)
            column.addLayout(below)
        return column

    def _arrange_group(self, grid: QGridLayout) -> None:
        """A group takes the whole width: its title, what it is for, its fields."""
        self._label.setProperty("role", "heading")
        self._label.setWordWrap(False)
        head = QHBoxLayout()
        head.setContentsMargins(0, 8, 0, 0)
        head.setSpacing(0)
        head.addWidget(self._mark)
        head.addWidget(self._label, 1)
        head.addWidget(self._reset)
        grid.addLayout(head, 0, 0, 1, 2)
        for line, widget in enumerate((self._help, self.editor, self._note, self._problem), 1):
            if isinstance(widget, QLabel):
                widget.setIndent(MARK_PX)
            grid.addWidget(widget, line, 0, 1, 2)

    def set_note(self, text: str) -> None:
        """Show a note below the help; where room is short, instead of it."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._help.setVisible(self._shows_help)

    @property
    def _shows_help(self) -> bool:
        return bool(self._help.text()) and not (self._is_narrow and bool(self._note.text()))

    def set_baseline(self, value: Any, *, was_earlier: bool) -> None:
        """Set what the row goes back to: the default, or what an earlier job had.

        The editor shows it already; an optional part that it does not name has its default.
        """
        self._baseline = self.editor.value() if self.field.kind is FieldKind.GROUP else value
        if was_earlier:
            shown = tr("Was {value}.", value=_short(value))
        else:
            shown = tr("Default: {value}", value=_short(value))
        self._reset.setToolTip(as_typed(shown))
        self._reset.setAccessibleName(
            tr("Reset {field}", field=translate(self.field.title)) + f" ({shown})"
        )

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from what the row started from."""
        return bool(_canonical(self.editor.value()) != _canonical(self._baseline))

    def reset(self) -> None:
        """Go back to what the row started from."""
        self.editor.set_value(self._baseline)

    def forget_touch(self) -> None:
        """Treat the row as one that nobody has edited yet."""
        self.was_touched = False

    def show_problem(self, sentence: str) -> None:
        """Show a problem until the value changes."""
        self.was_touched = True
        self._show(sentence)

    def point_out(self, sentence: str) -> None:
        """Outline the field and say why, until its value is another one."""
        self._pointed = sentence
        self._pointed_value = _canonical(self.editor.value())
        self._show(sentence)

    def refresh(self, problem: str | None) -> None:
        """Show or hide the row's parts."""
        if self._pointed and _canonical(self.editor.value()) != self._pointed_value:
            self._pointed = ""
        self._show(problem if problem and self.was_touched else self._pointed)
        self.widget.setVisible(self.applies)
        self._help.setVisible(self._shows_help)
        self._note.setVisible(bool(self._note.text()))
        can_reset = self.applies and self.is_changed
        self._mark.setText("•" if can_reset else "")
        self._reset.setVisible(can_reset)
        state = tr("Changed. {help}", help=self._help.text()) if can_reset else self._help.text()
        describe_field(self.editor, f"{problem or ''} {state}".strip())

    def _show(self, problem: str | None) -> None:
        self._problem.setText(problem or "")
        self._problem.setVisible(bool(problem))
        # What is made of several widgets has its outline where its focus is.
        for widget in filter(None, (self.editor, self.editor.focusProxy())):
            if widget.property("invalid") != bool(problem):
                widget.setProperty("invalid", bool(problem))
                _restyle(widget)


def _sentence(text: str, role: str) -> QLabel:
    label = PlainLabel(text, wraps=True)
    label.setProperty("role", role)
    label.setFont(small_font())
    return label


def _restyle(widget: QWidget) -> None:
    """Let the style sheet see a property that changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _canonical(value: Any) -> str:
    """Make values comparable as JSON: 1 and 1.0 are the same number, true is not 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value in ("", None):
        return ""
    return json.dumps(value, sort_keys=True, default=str)


def _short(value: Any) -> str:
    if value is None or value in ("", []):
        return tr("Not set")
    if isinstance(value, dict):
        return tr_plural("{count} entry", "{count} entries", len(value))
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
