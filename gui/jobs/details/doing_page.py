"""What a running job is doing now: the stacks of its threads, on request."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout

from gui.bridge import Bridge
from gui.format import format_clock
from gui.i18n import tr, translate_message
from gui.jobs.details.page import DetailsPage
from gui.theme import STEP_PX, monospace_font, small_font
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.errors import MonitorError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import WaitReason


class DoingPage(DetailsPage):
    """Looks into the job's processes when the page is opened, and again on request."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._job_id = ""
        self._seen_id = ""
        self._state = muted_label()
        self._state.setFont(small_font())
        self._state.setWordWrap(True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("What the job is doing now"))
        self._text.setFont(monospace_font())
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.document().setDocumentMargin(0)
        set_role(self._text, "text")
        self.refresh_button = text_button(tr("Look again"), self.look, icon_name="retry")
        copy = text_button(tr("Copy all"), self.copy_all, icon_name="copy")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        layout.addLayout(row(self.refresh_button, copy, None))
        layout.addWidget(self._state)
        layout.addWidget(self._text, 1)

    @property
    def text(self) -> str:
        """What was seen."""
        return self._text.toPlainText()

    def shows(self, record: JobRecord) -> bool:
        """Only jobs that run do anything."""
        return record.is_ours and record.status is JobStatus.STARTED

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Take up another job; what was seen of one stays until the user looks again."""
        if record.id == self._job_id:
            return
        self._job_id = record.id
        self._text.clear()
        self._state.clear()
        if self.isVisible():
            self.look()

    def look(self) -> None:
        """Look into the processes; the job goes on."""
        self._seen_id = self._job_id
        self.refresh_button.setEnabled(False)
        self._state.setText(tr("Looking…"))
        self._bridge.start(self._look(self._job_id), what=tr("Looking into the job"))

    def copy_all(self) -> None:
        """Copy what was seen."""
        QApplication.clipboard().setText(self.text)

    async def _look(self, job_id: str) -> None:
        text = ""
        try:
            snapshot = await self._bridge.ask(lambda queue: queue.stack_snapshot(job_id))
        except MonitorError as error:  # it has just ended
            state = translate_message(f"{error.message} {error.hint}".strip())
        else:
            seen = tr("As of {time}.", time=format_clock(snapshot.taken_at))
            state = f"{seen} {translate_message(snapshot.note)}".strip()
            text = snapshot.text
        finally:
            self.refresh_button.setEnabled(True)
        if job_id == self._job_id:
            self._state.setText(state)
            self._text.setPlainText(text)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at once where nobody has looked yet."""
        super().showEvent(event)
        if self._job_id and self._seen_id != self._job_id:
            self.look()
