"""One of the user's own calls: where it is, its line of code, its variables; and runs of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from gui.i18n import tr, tr_plural
from gui.jobs.details.call_groups import CallRun, call_text
from gui.jobs.details.folding import Fold
from gui.plain_text import as_typed
from gui.theme import STEP_PX, monospace_font
from gui.widgets import TextLabel, icon_button, row, set_role
from queue_core.failures.traceback_text import Call

VALUE_LINES = 4
NAME_LETTERS = 24

OpenCall = Callable[[str, int], object]


class OwnCall(QFrame):
    """A call of the user's own code, with what its variables held."""

    def __init__(self, call: Call, open_call: OpenCall, *, shows_variables: bool) -> None:
        super().__init__()
        set_role(self, "ownCall")
        place = TextLabel(call_text(call), role="accent", most_lines=2)
        place.setToolTip(as_typed(call.file))
        edit = icon_button("edit", tr("Open {call} in the editor", call=call_text(call)))
        set_role(edit, "small")
        edit.clicked.connect(partial(_open, open_call, call))
        head = row(place, edit)
        head.setStretch(0, 1)
        head.setAlignment(edit, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 3, STEP_PX, STEP_PX * 2, STEP_PX * 2)
        layout.setSpacing(STEP_PX)
        layout.addLayout(head)
        if call.code:
            layout.addWidget(TextLabel(call.code, font=monospace_font(), most_lines=3))
        if call.repeats:
            again = tr_plural("{count} more time", "{count} more times", call.repeats)
            layout.addWidget(TextLabel(again, role="muted"))
        if call.variables:
            count = len(call.variables)
            title = tr_plural("{count} variable", "{count} variables", count)
            make = partial(variables_table, call.variables)
            self.variables = Fold(title, make, is_open=shows_variables)
            layout.addWidget(self.variables)


def _open(open_call: OpenCall, call: Call) -> None:
    open_call(call.file, call.line)


def variables_table(variables: Mapping[str, str]) -> QWidget:
    """Return names and values, one below the other."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(STEP_PX * 3)
    grid.setVerticalSpacing(STEP_PX)
    grid.setColumnStretch(1, 1)
    font = monospace_font()
    for number, (name, value) in enumerate(variables.items()):
        shown = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        title = TextLabel(shown, role="muted", font=font)
        title.setMinimumWidth(title.fontMetrics().horizontalAdvance(shown) + 2)
        if shown != name:
            title.setToolTip(as_typed(name))
        text = TextLabel(value, font=font, most_lines=VALUE_LINES)
        text.setAccessibleName(tr("{name} is {value}", name=name, value=value))
        grid.addWidget(title, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, number, 1)
    return table


class OtherCalls(Fold):
    """A run of calls of others as one line, which opens."""

    def __init__(self, run: CallRun) -> None:
        super().__init__(run.title, partial(_call_lines, run.calls))


def _call_lines(calls: Iterable[Call]) -> QWidget:
    lines: list[str] = []
    for call in calls:
        lines.append(call_text(call))
        if call.code:
            lines.append(f"    {call.code}")
    return TextLabel("\n".join(lines), role="muted", font=monospace_font())
