"""Why a job failed: the chain of causes, and the calls that led to it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QAbstractButton, QApplication, QPlainTextEdit, QVBoxLayout

from gui.bridge import Bridge
from gui.editor import open_in_editor
from gui.flow_layout import FlowLayout
from gui.i18n import tr, tr_plural
from gui.jobs.details.call_groups import count_calls
from gui.jobs.details.causes import cause_text, is_fault_of_data, told_causes
from gui.jobs.details.failure_chain import FailureChain
from gui.jobs.details.folding import Fold
from gui.jobs.details.page import DetailsPage
from gui.jobs.details.traceback_text import TracebackColours
from gui.results.scrolled_column import ScrolledColumn
from gui.theme import STEP_PX, monospace_font
from gui.widgets import TextLabel, heading_label, muted_label, set_role, text_button
from queue_core.failures.traceback_text import Raised, read_traceback
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitReason

TRACEBACK_PX = 220


class ErrorPage(DetailsPage):
    """The causes, nearest first, and the calls with the user's own ones lit and open.

    Where the data is at fault the calls are folded: they tell a data scientist nothing.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: JobRecord | None = None
        self._chain: tuple[Raised, ...] = ()
        self._fold: Fold | None = None
        self._causes_title = heading_label(tr("Caused by"))
        self._causes = TextLabel()
        self._none = muted_label(tr("There is no traceback: the process did not live to write it."))
        self._none.setWordWrap(True)
        self._text = _text_box()
        self._colours = TracebackColours(self._text.document())
        self._as_text = text_button(tr("As text"), self._show_form)
        self._as_text.setCheckable(True)
        copy = text_button(tr("Copy all"), self.copy_all, icon_name="copy")
        self._tools = FlowLayout(spacing=STEP_PX * 2)
        for button in (copy, self._as_text):
            self._tools.addWidget(button)
        self._place = QVBoxLayout()
        self._build()

    def add_tool(self, button: QAbstractButton) -> None:
        """Put another button beside the one that copies."""
        self._tools.addWidget(button)

    def shows(self, record: JobRecord) -> bool:
        """Only failures have something to say here."""
        return bool(record.traceback or record.error_causes or record.error_type)

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the causes and the calls."""
        before, self._record = self._record, record
        if before is not None and _told(before) == _told(record):
            return
        causes = "\n".join(told_causes(record))
        self._causes.set_text(causes)
        for widget in (self._causes_title, self._causes):
            widget.setVisible(bool(causes))
        traceback = (record.traceback or "").rstrip()
        self._text.clear()
        self._chain = read_traceback(traceback, record.error_frames)
        self._show_chain(is_open=not is_fault_of_data(record))
        self._none.setVisible(not traceback)
        self._as_text.setVisible(bool(self._chain))
        self._show_form()
        self._page.verticalScrollBar().setValue(0)

    def copy_all(self) -> None:
        """Copy sentence, hint, causes and traceback."""
        if self._record is not None:
            QApplication.clipboard().setText(failure_text(self._record))

    def _build(self) -> None:
        self._page = ScrolledColumn(tr("Error"), spacing=STEP_PX * 2)
        column = self._page.column
        column.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        column.addWidget(self._causes_title)
        column.addWidget(self._causes)
        column.addLayout(self._tools)
        column.addWidget(self._none)
        column.addLayout(self._place)
        column.addWidget(self._text, 1)
        column.addStretch(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._page)

    def _show_chain(self, *, is_open: bool) -> None:
        """Make the calls of this failure in the place of the earlier ones."""
        if self._fold is not None:
            self._place.removeWidget(self._fold)
            self._fold.hide()
            self._fold.deleteLater()
            self._fold = None
        if self._chain:
            title = tr_plural(
                "Traceback, {count} call", "Traceback, {count} calls",
                sum(count_calls(raised.calls) for raised in self._chain),
            )  # fmt: skip
            make = partial(FailureChain, self._chain, self._open)
            self._fold = Fold(title, make, is_open=is_open, indent=False)
            self._place.addWidget(self._fold)

    def _show_form(self) -> None:
        """Show the calls as values, or as the text that Python prints."""
        as_text = self._as_text.isChecked() or not self._chain
        traceback = ((self._record and self._record.traceback) or "").rstrip()
        if as_text and traceback and self._text.document().isEmpty():
            # Only now: colouring a thousand calls takes longer than showing a page of them.
            self._text.setPlainText(traceback)
            bar = self._text.verticalScrollBar()
            bar.setValue(bar.maximum())
        self._text.setVisible(as_text and bool(traceback))
        if self._fold is not None:
            self._fold.setVisible(not as_text)

    def _open(self, file: str, line: int) -> None:
        what = tr("Opening the editor")
        self._bridge.start(open_in_editor(self._bridge, file, line), what=what)


def failure_text(record: JobRecord) -> str:
    """Return everything about a failure as text to send to somebody."""
    parts = [
        f"{record.job_name} ({record.task_type}, {record.id})",
        "\n".join(part for part in (record.error_msg, record.error_hint) if part),
        "\n".join(cause_text(cause) for cause in record.error_causes),
        (record.traceback or "").rstrip(),
    ]
    return "\n\n".join(part for part in parts if part)


def _told(record: JobRecord) -> tuple[object, ...]:
    """Return what of a record is shown here."""
    return record.id, record.attempt, record.error_msg, record.traceback, record.error_causes


def _text_box() -> QPlainTextEdit:
    text = QPlainTextEdit()
    text.setReadOnly(True)
    text.setAccessibleName(tr("Traceback"))
    text.setFont(monospace_font())
    text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    text.setMinimumHeight(TRACEBACK_PX)
    set_role(text, "text")
    text.document().setDocumentMargin(0)
    return text
