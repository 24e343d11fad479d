"""The head of the details: name, state, reason and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.actions import ActionSet, Place, tooltip
from gui.i18n import tr, tr_plural, translate
from gui.jobs.presentation import (
    STATUS_LOOKS,
    percent_text,
    remaining_text,
    status_sentence,
    status_word,
    type_word,
)
from gui.theme import STEP_PX, small_font, title_font
from gui.widgets import IconLabel, Note, TextLabel, icon_button, row, text_button
from queue_core.queue.base import JobRecord, JobStatus


class DetailsHeader(QWidget):
    """Says first why a job failed, and what to do next."""

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self._actions = actions
        self._record: JobRecord | None = None
        self._title = TextLabel(font=title_font(), most_lines=2)
        self._icon = IconLabel("not_started")
        self._state = TextLabel()
        self._error = Note("errorBox")
        self._warnings = Note("warningBox")
        self._foreign = Note("note")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._phase = TextLabel(role="muted", font=small_font())
        self.close_button = icon_button("close", tr("Hide the details (F9)"))
        self._buttons: dict[str, QPushButton] = {}
        self._build()

    def show_record(self, record: JobRecord) -> None:
        """Show one job."""
        self._record = record
        self._title.set_text(record.job_name)
        self._title.setToolTip(record.job_name)
        self._show_state(record)
        failed = record.status in (JobStatus.ERROR, JobStatus.KILLED)
        self._error.show_text(record.error_msg or "" if failed else "", record.error_hint or "")
        self._warnings.show_text("\n".join(record.warnings))
        self._show_foreign(record)
        self.update_buttons()

    def show_many(self, records: Sequence[JobRecord], count: int) -> None:
        """Show that several jobs are selected."""
        self._record = None
        self._title.set_text(tr_plural("{count} job selected", "{count} jobs selected", count))
        parts = [
            f"{number} × {status_word(status)}"
            for status in STATUS_LOOKS
            if (number := sum(record.status is status for record in records))
        ]
        self._icon.set_icon("all", "muted")
        known = " · ".join(parts) if len(records) == count else tr("of different kinds")
        self._state.set_text(known, role="muted")
        for widget in (self._error, self._warnings, self._foreign, self._bar, self._phase):
            widget.hide()
        self.update_buttons()

    def tick(self) -> None:
        """Let the duration go on."""
        if self._record is not None and not self._record.status.is_final:
            self._show_state(self._record)

    def update_buttons(self) -> None:
        """Show what can be done with what is selected."""
        for record in self._actions.at(Place.DETAILS):
            button = self._buttons.get(record.id)
            if button is None:
                button = self._make_button(record.id)
            button.setVisible(record.enabled(self._actions.selection))

    def _show_state(self, record: JobRecord) -> None:
        now = datetime.now(UTC)
        icon = "paused" if record.paused else STATUS_LOOKS[record.status].icon
        self._icon.set_icon(icon, record.status.value)
        sentence = tr(
            "{status} · {type}",
            status=status_sentence(record, now),
            type=type_word(record.task_type),
        )
        self._state.set_text(sentence, role=record.status.value)
        running = record.status is JobStatus.STARTED
        self._bar.setVisible(running)
        self._phase.setVisible(running)
        if running:
            known = record.progress is not None
            self._bar.setRange(0, 1000 if known else 0)
            self._bar.setValue(round((record.progress or 0) * 10))
            parts = (percent_text(record), record.progress_message, remaining_text(record, now))
            self._phase.set_text(" · ".join(part for part in parts if part))

    def _show_foreign(self, record: JobRecord) -> None:
        self._foreign.show_text(
            ""
            if record.is_ours
            else tr("This job belongs to DashAI. It is shown here, and can be changed only there.")
        )

    def _make_button(self, action_id: str) -> QPushButton:
        record = self._actions.record(action_id)
        button = text_button(
            translate(record.title), lambda: self._actions.trigger(action_id), icon_name=record.icon
        )
        button.setToolTip(tooltip(record))
        self._buttons[action_id] = button
        self._button_row.insertWidget(self._button_row.count() - 1, button)
        return button

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 3, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        head = row(self._title, self.close_button)
        head.setStretch(0, 1)
        layout.addLayout(head)
        state = row(self._icon, self._state)
        state.setStretch(1, 1)
        layout.addLayout(state)
        layout.addWidget(self._bar)
        layout.addWidget(self._phase)
        layout.addWidget(self._error)
        layout.addWidget(self._warnings)
        layout.addWidget(self._foreign)
        self._button_row = row(None)
        layout.addLayout(self._button_row)
