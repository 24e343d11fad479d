"""One group of failures in full: why, since when, and what can be done about all of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.results.scrolled_column import ScrolledColumn
from gui.theme import STEP_PX
from gui.triage.day_bars import DayBars
from gui.triage.job_links import JobLinks
from gui.triage.words import facts
from gui.widgets import Note, TextLabel, muted_label, set_role, text_button
from queue_core.queue.values import FailureGroup, FailureState


class GroupView(QFrame):
    """Sentence and next step first, then the buttons, then the facts.

    Signals:
        retry_wanted: All of the shown group is to be tried again.
        jobs_wanted: Its jobs are to be shown.
        last_wanted: Its last job is to be shown, with its error.
        ignore_wanted: It is to be ignored, or looked at again.
    """

    retry_wanted = Signal()
    jobs_wanted = Signal()
    last_wanted = Signal()
    ignore_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_role(self, "surface")
        self._group: FailureGroup | None = None
        self.note = Note("errorBox")
        self.retry = text_button(tr("Retry all"), self.retry_wanted.emit, icon_name="retry")
        self.jobs = text_button(tr("Show jobs"), self.jobs_wanted.emit, icon_name="all")
        self.last = text_button(tr("Show the last error"), self.last_wanted.emit, icon_name="error")
        self.ignore = text_button(tr("Ignore"), self.ignore_wanted.emit, icon_name="cancelled")
        self.days = DayBars()
        self.links = JobLinks()
        self._facts = QWidget()
        self._grid = QGridLayout(self._facts)
        self._nothing = muted_label(tr("Select a failure to see what can be done about it."))
        self._build()

    @property
    def group(self) -> FailureGroup | None:
        """What is shown."""
        return self._group

    def show_group(self, group: FailureGroup | None) -> None:
        """Show another group, or news of it."""
        if group == self._group:
            return
        before, self._group = self._group, group
        self._stack.setCurrentIndex(0 if group is None else 1)
        if group is None:
            return
        self.note.show_text(group.message or tr("It ended without saying why."), group.hint)
        ignored = group.state is FailureState.IGNORED
        self.ignore.setText(tr("Look at it again") if ignored else tr("Ignore"))
        self.retry.setEnabled(group.open_count > 0)
        self.days.show_days(group.by_day)
        if before is None or before.fingerprint != group.fingerprint:
            self.links.show_jobs(())
        self._show_facts(group)

    def _show_facts(self, group: FailureGroup) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, (title, text) in enumerate(facts(group)):
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(TextLabel(title, role="muted"), number, 0, top)
            self._grid.addWidget(TextLabel(text, most_lines=3), number, 1, top)

    def _build(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(STEP_PX * 4)
        self._grid.setVerticalSpacing(STEP_PX * 2)
        self._grid.setColumnStretch(1, 1)
        buttons = FlowLayout(spacing=STEP_PX * 2)
        for button in (self.retry, self.last, self.jobs, self.ignore):
            buttons.addWidget(button)
        page = ScrolledColumn(tr("Failure"), spacing=STEP_PX * 4)
        edge = STEP_PX * 4
        page.column.setContentsMargins(edge, edge, edge, edge)
        page.column.addWidget(self.note)
        page.column.addLayout(buttons)
        page.column.addWidget(self.days)
        page.column.addWidget(self._facts)
        page.column.addWidget(self.links)
        page.column.addStretch(1)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
