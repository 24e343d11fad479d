"""The head of the details: name, state, reason and what can be done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.actions import ActionSet, Place, tooltip
from gui.flow_layout import FlowLayout
from gui.i18n import tr, tr_plural, translate
from gui.jobs.presentation import (
    STATUS_LOOKS,
    percent_text,
    phase_text,
    remaining_text,
    status_sentence,
    status_word,
)
from gui.jobs.type_looks import type_word
from gui.jobs.waiting_text import waiting_text
from gui.plain_text import as_typed
from gui.theme import STEP_PX, small_font, title_font
from gui.widgets import IconLabel, Note, TextLabel, icon_button, row, text_button
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason

# From this width on the buttons stand beside the title, however many there are: they never jump.
BESIDE_PX = 620
# A button that took another's place under the pointer takes no click for this long.
SETTLE_MS = 600


class DetailsHeader(QWidget):
    """Says first why a job failed, and what to do next."""

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self._actions = actions
        self._record: JobRecord | None = None
        self._reason: WaitReason | None = None
        self._is_beside = False
        self._shown_buttons: tuple[object, tuple[str, ...]] = (None, ())
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
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
        self.window_button = icon_button("window", tr("Open in a window (Ctrl+Enter)"))
        self._buttons: dict[str, QPushButton] = {}
        self._build()

    def show_record(self, record: JobRecord, reason: WaitReason | None = None) -> None:
        """Show one job, and why it waits where it does."""
        self._record = record
        self._reason = reason
        self._title.set_text(record.job_name)
        self._title.setToolTip(as_typed(record.job_name))
        self._show_state(record)
        failed = record.status in (JobStatus.ERROR, JobStatus.KILLED)
        self.window_button.setEnabled(True)
        self._error.show_text(record.error_msg or "" if failed else "", record.error_hint or "")
        self._warnings.show_text("\n".join(filter(None, (record.damage, *record.warnings))))
        self._show_foreign(record)
        self.update_buttons()

    @property
    def phase(self) -> str:
        """What a running job does, or why a waiting one waits."""
        return self._phase.text

    def show_many(self, records: Sequence[JobRecord], count: int) -> None:
        """Show that several jobs are selected."""
        self._record = None
        self.window_button.setEnabled(False)
        self._title.set_text(tr_plural("{count} job selected", "{count} jobs selected", count))
        parts = [
            # What belongs together stays on one line.
            f"{number}\u00a0×\u00a0{status_word(status)}"
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
        before = self._shown_buttons
        for record in self._actions.at(Place.DETAILS):
            button = self._buttons.get(record.id)
            if button is None:
                button = self._make_button(record.id)
            is_shown = record.enabled(self._actions.selection)
            if button.hasFocus() and not is_shown:
                self.close_button.setFocus()  # else Qt sends it somewhere far away
            button.setVisible(is_shown)
        chosen = self._actions.selection
        of_what = chosen.ids, len(chosen.records)  # records that come late end no job
        shown = tuple(name for name, button in self._buttons.items() if not button.isHidden())
        self._shown_buttons = of_what, shown
        if before[0] == of_what and before[1] != shown:
            self._settling.start()
        self._arrange()

    def _show_state(self, record: JobRecord) -> None:
        now = datetime.now(UTC)
        icon = "paused" if record.paused else STATUS_LOOKS[record.status].icon
        self._icon.set_icon(icon, record.status.value)
        sentence = tr(
            "{status} · {type}",
            status=status_sentence(record, now),
            type=type_word(record.task_type),
        )
        if record.solved_by:
            sentence = tr("{sentence} · solved by a later run", sentence=sentence)
        role = "muted" if record.solved_by else record.status.value
        self._state.set_text(sentence, role=role)
        running = record.status is JobStatus.STARTED
        self._bar.setVisible(running)
        waiting = record.status is JobStatus.NOT_STARTED
        self._phase.setVisible(running or waiting)
        if waiting:
            self._phase.set_text(waiting_text(record, self._reason))
        if running:
            known = record.progress is not None
            stands = record.paused  # a bar that moves would say that work goes on
            self._bar.setRange(0, 1000 if known or stands else 0)
            self._bar.setValue(round((record.progress or 0) * 10))
            phase = phase_text(record, record.progress_message or "")
            parts = (percent_text(record), phase, remaining_text(record, now))
            phase = " · ".join(part for part in parts if part)
            self._phase.set_text(phase)
            self._phase.setVisible(bool(phase))

    def _show_foreign(self, record: JobRecord) -> None:
        self._foreign.show_text(
            ""
            if record.is_ours
            else tr("This job belongs to DashAI. It is shown here, and can be changed only there.")
        )

    def _make_button(self, action_id: str) -> QPushButton:
        record = self._actions.record(action_id)
        button = text_button(
            translate(record.title), lambda: self._on_click(action_id), icon_name=record.icon
        )
        button.setToolTip(as_typed(tooltip(record)))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the table
        self._buttons[action_id] = button
        self._button_row.addWidget(button)
        return button

    def _on_click(self, action_id: str) -> None:
        """Do it, unless the job ended just now and its buttons are others than a moment ago."""
        if not self._settling.isActive():
            self._actions.trigger(action_id)

    def _build(self) -> None:
        self._button_bar = QWidget()
        self._button_row = FlowLayout(spacing=STEP_PX * 2)
        self._button_bar.setLayout(self._button_row)
        self._state_bar = QWidget()
        state = row(self._icon, self._state)
        state.setStretch(1, 1)
        self._state_bar.setLayout(state)
        self._head = row(self._title, self.window_button, self.close_button, spacing=STEP_PX)
        self._head.setStretch(0, 1)
        for button in (self.window_button, self.close_button):
            self._head.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 3, STEP_PX * 3)
        self._lines.setSpacing(STEP_PX * 2)
        self._lines.addLayout(self._head)
        self._lines.addWidget(self._state_bar)
        for widget in (self._bar, self._phase, self._error, self._warnings, self._foreign):
            self._lines.addWidget(widget)
        self._lines.addWidget(self._button_bar)

    def _arrange(self) -> None:
        """Put the buttons beside the title where it is wide, else below everything."""
        beside = self.width() >= BESIDE_PX
        if beside == self._is_beside:
            return
        self._is_beside = beside
        policy = QSizePolicy.Policy
        self._button_bar.setSizePolicy(
            policy.Fixed if beside else policy.Preferred, policy.Preferred
        )
        (self._lines if beside else self._head).removeWidget(self._button_bar)
        if beside:
            self._head.insertWidget(1, self._button_bar)
            self._head.setAlignment(self._button_bar, Qt.AlignmentFlag.AlignTop)
        else:
            self._lines.addWidget(self._button_bar)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the room there is."""
        super().resizeEvent(event)
        self._arrange()
