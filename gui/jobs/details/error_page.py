"""Why a job failed: the chain of causes and the traceback."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QVBoxLayout

from gui.i18n import tr, translate_message
from gui.jobs.details.page import DetailsPage
from gui.jobs.details.traceback_text import TracebackColours
from gui.results.scrolled_column import ScrolledColumn
from gui.theme import STEP_PX, monospace_font
from gui.widgets import TextLabel, heading_label, muted_label, row, set_role, text_button
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitReason

TRACEBACK_PX = 140  # about ten lines; where there is less room, the page scrolls
_LINES_OF_A_CAUSE = 3


class ErrorPage(DetailsPage):
    """The causes, nearest first, and the traceback with the user's own frames lit."""

    def __init__(self) -> None:
        super().__init__()
        self._record: JobRecord | None = None
        self._causes_title = heading_label(tr("Caused by"))
        self._causes = TextLabel()
        self._none = muted_label(tr("There is no traceback: the process did not live to write it."))
        self._none.setWordWrap(True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("Traceback"))
        self._text.setFont(monospace_font())
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        set_role(self._text, "text")
        self._text.document().setDocumentMargin(0)
        self._colours = TracebackColours(self._text.document())
        copy = text_button(tr("Copy all"), self.copy_all, icon_name="copy")
        self._text.setMinimumHeight(TRACEBACK_PX)
        self._tools = row(heading_label(tr("Traceback")), None, copy)
        page = ScrolledColumn(spacing=STEP_PX * 2)
        page.column.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        page.column.addWidget(self._causes_title)
        page.column.addWidget(self._causes)
        page.column.addLayout(self._tools)
        page.column.addWidget(self._none)
        page.column.addWidget(self._text, 1)
        page.column.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(page)

    def add_tool(self, button: QAbstractButton) -> None:
        """Put another button beside the one that copies."""
        self._tools.addWidget(button)

    def shows(self, record: JobRecord) -> bool:
        """Only failures have something to say here."""
        return bool(record.traceback or record.error_causes or record.error_type)

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the causes and the traceback."""
        if self._record == record:
            return
        self._record = record
        # Some libraries write a page; its first lines say it, the traceback has the rest.
        causes = "\n".join(_first_lines(_shown_cause(cause)) for cause in record.error_causes)
        self._causes.set_text(causes)
        for widget in (self._causes_title, self._causes):
            widget.setVisible(bool(causes))
        traceback = (record.traceback or "").rstrip()
        if traceback != self._text.toPlainText():
            self._text.setPlainText(traceback)
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.maximum())
        self._text.setVisible(bool(traceback))
        self._none.setVisible(not traceback)

    def copy_all(self) -> None:
        """Copy sentence, hint, causes and traceback."""
        if self._record is not None:
            QApplication.clipboard().setText(failure_text(self._record))


def failure_text(record: JobRecord) -> str:
    """Return everything about a failure as text to send to somebody."""
    parts = [
        f"{record.job_name} ({record.task_type}, {record.id})",
        "\n".join(part for part in (record.error_msg, record.error_hint) if part),
        "\n".join(_cause(cause) for cause in record.error_causes),
        (record.traceback or "").rstrip(),
    ]
    return "\n\n".join(part for part in parts if part)


def _shown_cause(cause: Mapping[str, str]) -> str:
    return _cause({**cause, "message": translate_message(cause.get("message", ""))})


def _cause(cause: Mapping[str, str]) -> str:
    return f"{cause.get('type', '')}: {cause.get('message', '')}".strip(": ")


def _first_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    more = " …" if len(lines) > _LINES_OF_A_CAUSE else ""
    return "\n".join(lines[:_LINES_OF_A_CAUSE]) + more
