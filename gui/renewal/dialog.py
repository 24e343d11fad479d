"""What will be made anew, before it is: each job, in order, and how long it took the last time."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QHeaderView, QVBoxLayout, QWidget

from gui.format import format_count, format_duration
from gui.i18n import tr, tr_plural
from gui.jobs.type_looks import type_icon, type_word
from gui.placing import open_at_size
from gui.results.facts_table import FactsTable
from gui.theme import icon
from gui.widgets import TextLabel, row, text_button
from queue_core.library.renewal import Renewal

SIZE = QSize(640, 460)
MOST_NAMES = 5


class RenewalDialog(QDialog):
    """The jobs of a plan; accepted when they are to be put."""

    def __init__(self, plan: Renewal, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Bring results up to date"))
        count = len(plan.steps)
        self.run = text_button(
            tr_plural("Run {count} job", "Run {count} jobs", count), self.accept, role="primary"
        )
        self.run.setDefault(True)
        self.run.setEnabled(count > 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(TextLabel(_summary(plan)))
        layout.addWidget(_table(plan), 1)
        if plan.left_out:
            layout.addWidget(TextLabel(_left_out(plan), role="muted", most_lines=3))
        layout.addWidget(
            TextLabel(
                tr(
                    "Nothing is overwritten: each result is made anew beside the old one. If a job "
                    "fails, those that need it are skipped."
                ),
                role="muted",
            )
        )
        layout.addLayout(row(None, text_button(tr("Cancel"), self.reject), self.run))
        open_at_size(self, SIZE)
        self.finished.connect(self.deleteLater)
        self.run.setFocus()


def _summary(plan: Renewal) -> str:
    if not plan.steps:
        return tr("Nothing can be made anew by itself.")
    jobs = tr_plural("{count} job, in this order.", "{count} jobs, in this order.", len(plan.steps))
    if plan.seconds is None:
        return jobs
    took = tr("The last time they took {time} together.", time=format_duration(plan.seconds))
    return f"{jobs} {took}"


def _table(plan: Renewal) -> QWidget:
    rows = []
    for number, step in enumerate(plan.steps, start=1):
        seconds = step.recipe.seconds
        took = "—" if seconds is None else format_duration(seconds)
        rows.append(
            [f"{format_count(number)}  {step.name}", type_word(step.recipe.task_type), took]
        )
    table = FactsTable(tr("Jobs"), [tr("Result"), tr("Type"), tr("Last time")], rows)
    for number, step in enumerate(plan.steps):
        item = table.item(number, 0)
        if item is not None:
            item.setIcon(icon(type_icon(step.recipe.task_type), "muted"))
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setWordWrap(False)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    # It has the room of the window, not that of its rows.
    table.setMinimumHeight(120)
    table.setMaximumHeight(16_777_215)
    return table


def _left_out(plan: Renewal) -> str:
    names = ", ".join(plan.left_out[:MOST_NAMES])
    if len(plan.left_out) > MOST_NAMES:
        names += ", …"
    return tr("To be made anew by hand: {names}.", names=names)
