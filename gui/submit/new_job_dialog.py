"""Submitting a job from a form: its kind at the left, what it needs at the right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.i18n import tr, translate
from gui.jobs.type_looks import type_icon
from gui.notifications import main_window_of, notify
from gui.placing import open_at_size
from gui.plain_text import as_title, as_typed, no_mnemonic
from gui.submit.form_menus import CopyMenu, FillMenu, State
from gui.submit.job_form import JobFormPage
from gui.submit.job_options import JobOptionsPanel
from gui.submit.job_types import FROM_FILES, all_job_types, load_form
from gui.submit.retrying import point_out
from gui.submit.together import put_together
from gui.theme import ROW_HEIGHT_PX, icon
from gui.widgets import Note, TextLabel, muted_label, row, set_role, text_button
from queue_core.errors import MonitorError
from queue_core.jobs.job_type import JobType
from queue_core.jobs.renaming import name_after_changes
from queue_core.queue.job_record import JobRecord, JobStatus

SIZE = QSize(980, 680)
SMALLEST = QSize(860, 480)
KINDS_PX = 204
# With less room than this, the kinds are their icons, so that the fields have theirs.
FOLDED_BELOW_PX = 900
FOLDED_PX = 52
KIND_ROLE = Qt.ItemDataRole.UserRole + 1


class NewJobDialog(QDialog):
    """A window beside the main one, for one job.

    Signals:
        submitted: Carries the id of the new job.
        submitted_several: Carries the ids (a tuple) of new jobs that belong together.
        files_wanted: The user wants to load data instead.
    """

    submitted = Signal(str)
    submitted_several = Signal(object)
    files_wanted = Signal()

    def __init__(
        self,
        bridge: Bridge,
        *,
        kind: str = "ExplorerJob",
        values: Mapping[str, Any] | None = None,
        entities: Mapping[str, int] | None = None,
        retry_of: JobRecord | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the dialog.

        Args:
            bridge: The way to the queue.
            kind: Class name of the job to begin with.
            values: Parameters to begin with.
            entities: Entities to begin with, by the format of the field that names them.
            retry_of: The job that is to be done again with changes.
            parent: The window it belongs to.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        open_at_size(self, SIZE, smallest=SMALLEST)
        self._bridge = bridge
        self._retry_of = retry_of
        self._values = dict(retry_of.params if retry_of else values or {})
        self._entities = dict(entities or {})
        self._pages: dict[str, JobFormPage] = {}
        self._task: asyncio.Task[Any] | None = None
        self.kinds = QListWidget()
        self._stack = QStackedWidget()
        self._waiting = muted_label(tr("Reading…"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem = Note("errorBox")
        self.options = JobOptionsPanel(bridge)
        self.summary = TextLabel(role="muted", most_lines=1)
        self.submit_button = text_button(tr("Run"), self._submit, role="primary")
        self._build(retry_of)
        self.kinds.currentItemChanged.connect(lambda _new, _old: self._show_kind())
        self._choose_kind(retry_of.task_type if retry_of else kind)

    @property
    def page(self) -> JobFormPage | None:
        """The form that is shown; None until it has been made."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, JobFormPage) else None

    @property
    def is_busy(self) -> bool:
        """Whether a form is being made, or a job submitted."""
        return self._task is not None and not self._task.done()

    def _build(self, retry_of: JobRecord | None) -> None:
        if retry_of is None:
            self.setWindowTitle(tr("New job"))
        else:
            title = tr("Retry {job} with changes", job=retry_of.job_name)
            self.setWindowTitle(as_title(title))
        self.kinds.setAccessibleName(tr("Kind of job"))
        self.kinds.setIconSize(QSize(16, 16))
        set_role(self.kinds, "side")
        self._list_kinds()
        self._side = side = QFrame()
        set_role(side, "side")
        side.setVisible(retry_of is None)
        inside = QVBoxLayout(side)
        inside.setContentsMargins(8, 12, 8, 0)
        inside.addWidget(self.kinds)
        self._stack.addWidget(self._waiting)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(self._failure(retry_of))
        right.addWidget(self._stack, 1)
        note = QVBoxLayout()
        note.setContentsMargins(16, 0, 16, 8)
        note.addWidget(self.problem)
        right.addLayout(note)
        right.addWidget(self.options)
        if retry_of is not None:
            self.options.hide()  # a repeated job keeps its own
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(side)
        middle.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self._button_bar())
        QShortcut(QKeySequence("Ctrl+Return"), self, self._submit)

    def _failure(self, retry_of: JobRecord | None) -> QVBoxLayout:
        """Say first why the job is done again: the form is there to put it right."""
        note = Note("errorBox")
        place = QVBoxLayout()
        place.addWidget(note)
        failed = retry_of is not None and retry_of.status is JobStatus.ERROR
        if retry_of is not None and failed:
            note.show_text(retry_of.error_msg or "", retry_of.error_hint or "")
        place.setContentsMargins(16, 12 if failed else 0, 16, 0)
        return place

    def _list_kinds(self) -> None:
        for kind in all_job_types():
            item = QListWidgetItem(icon(type_icon(kind.task_type), "muted"), translate(kind.title))
            item.setData(KIND_ROLE, kind)
            item.setSizeHint(QSize(0, ROW_HEIGHT_PX))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, translate(kind.title))
            item.setToolTip(as_typed(f"{translate(kind.title)}: {translate(kind.description)}"))
            self.kinds.addItem(item)

    def _fold_kinds(self, *, folded: bool) -> None:
        self._side.setFixedWidth(FOLDED_PX if folded else KINDS_PX)
        for number in range(self.kinds.count()):
            item = self.kinds.item(number)
            item.setText("" if folded else item.data(Qt.ItemDataRole.AccessibleTextRole))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the fields what room there is."""
        super().resizeEvent(event)
        self._fold_kinds(folded=self.width() < FOLDED_BELOW_PX)

    def _button_bar(self) -> QFrame:
        bar = QFrame()
        set_role(bar, "buttonBar")
        cancel = text_button(tr("Cancel"), self.reject)
        self.fill_menu = FillMenu(self._bridge)
        self.fill_menu.wanted.connect(self._offer_fill)
        self.fill_menu.chosen.connect(self._fill_in)
        self.fill_menu.setVisible(self._retry_of is None)
        self.copy_menu = CopyMenu()
        self.copy_menu.wanted.connect(self._offer_copy)
        menus = (self.fill_menu, self.copy_menu)
        buttons = row(self.summary, *menus, cancel, self.submit_button)
        buttons.setStretch(0, 1)
        buttons.setContentsMargins(16, 12, 16, 12)
        bar.setLayout(buttons)
        self.submit_button.setDefault(True)
        return bar

    def _state(self) -> State | None:
        """Return what the menus ask for: the kind of job and its values, the first of several."""
        page = self.page
        if page is None:
            return None
        try:
            several = page.variants()
        except MonitorError:
            return None  # too many to be told; running them says so
        return page.kind, several[0] if several else page.values()

    def _offer_fill(self) -> None:
        if (state := self._state()) is not None:
            self.fill_menu.offer(state)

    def _offer_copy(self) -> None:
        if (state := self._state()) is not None:
            self.copy_menu.offer(state)

    def _fill_in(self, values: Mapping[str, Any]) -> None:
        """Begin the form anew with other values."""
        page = self.page
        if page is None or self.is_busy:
            return
        self._values, self._entities = dict(values), {}
        del self._pages[page.kind.task_type]
        self._stack.removeWidget(page)
        page.deleteLater()
        self._show_kind()

    # --- kinds --------------------------------------------------------------------------------

    def _choose_kind(self, name: str) -> None:
        names = [self.kinds.item(n).data(KIND_ROLE).task_type for n in range(self.kinds.count())]
        self.kinds.setCurrentRow(names.index(name) if name in names else 1)

    def _show_kind(self) -> None:
        kind: JobType = self.kinds.currentItem().data(KIND_ROLE)
        self.problem.show_text("")
        if kind.task_type == FROM_FILES and self._retry_of is None:
            self.files_wanted.emit()
            self.reject()
            return
        if self._retry_of is None:
            self.options.show_kind(kind.task_type)
        page = self._pages.get(kind.task_type)
        self.submit_button.setEnabled(page is not None)
        self._stack.setCurrentWidget(page or self._waiting)
        self._show_summary()
        if page is None:
            self._start(self._make_page(kind), tr("Reading the library"))

    async def _make_page(self, kind: JobType) -> None:
        try:
            form = await self._bridge.call(load_form, kind)
        except MonitorError as error:
            self.problem.show_text(error.message, error.hint)
            return
        values = {**self._values, **form.fields_for(self._entities)}
        page = JobFormPage(kind, form, self._bridge, values, is_retry=self._retry_of is not None)
        self._pages[kind.task_type] = page
        page.changed.connect(self._show_summary)
        self._stack.addWidget(page)
        if self.kinds.currentItem().data(KIND_ROLE) is kind:
            self._stack.setCurrentWidget(page)
            self.submit_button.setEnabled(True)
            if len(self._pages) == 1:
                # Later ones come while somebody goes through the kinds with the arrows.
                page.form.go_to_first()
            if self._retry_of is not None and self._retry_of.status is JobStatus.ERROR:
                point_out(page, self._retry_of)

    def _show_summary(self) -> None:
        page = self.page
        self.summary.set_text("" if page is None else page.summary())
        self.submit_button.setText(tr("Run") if page is None else no_mnemonic(page.run_title()))
        names = [] if page is None else page.names()
        self.submit_button.setToolTip(as_typed("\n".join(names)))

    def _start(self, work: Any, what: str) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self._bridge.start(work, what=what)
        self.destroyed.connect(self._task.cancel)

    # --- submitting ---------------------------------------------------------------------------

    def _submit(self) -> None:
        page = self.page
        if page is None or self.is_busy or page.show_errors():
            return
        # The button stays as it is: disabled, it would hand the focus to whatever comes next.
        self.problem.show_text("")
        self._start(self._put(page), tr("Submitting the job"))

    async def _put(self, page: JobFormPage) -> None:
        try:
            several = page.variants()
            if several:
                await self._put_several(page, several)
                return
            job_id = await self._put_job(page)
        except MonitorError as error:
            if not page.show_problem(error):
                self.problem.show_text(error.message, error.hint)
                self.options.show_problem(error)
            return
        if job_id is None:
            sentence = tr("The job repeats from now on. The menu lists it under Schedules.")
            notify(main_window_of(self), sentence)
        else:
            self.submitted.emit(job_id)
        self.accept()

    async def _retry(self, record: JobRecord, changes: dict[str, Any]) -> str:
        """Put the job again; with another model it is called after that one."""
        name = await self._bridge.call(
            name_after_changes, record.task_type, record.job_name, record.params, changes
        )
        if name is not None:
            changes["name"] = name
        return await self._bridge.retry(record.id, changes)

    async def _put_several(self, page: JobFormPage, several: list[dict[str, Any]]) -> None:
        if self.options.repeats:
            raise MonitorError(
                tr("Several jobs cannot repeat together."),
                hint=tr("Tick one model and give one value for each parameter."),
            )
        jobs = [await self._bridge.call(page.kind.make, values) for values in several]
        options = self.options.options()
        ids = await self._bridge.order(partial(put_together, jobs, options))
        self.submitted_several.emit(ids)
        self.accept()

    async def _put_job(self, page: JobFormPage) -> str | None:
        """Put the job; return its id, or None where it is put again and again from now on."""
        if self._retry_of is not None:
            return await self._retry(self._retry_of, page.changes())
        job = await self._bridge.call(page.kind.make, page.values())
        if self.options.repeats:
            name, cron = page.suggested_name(), self.options.cron
            await self._bridge.order(lambda queue: queue.add_schedule(job, cron, name=name))
            return None
        return await self._bridge.submit(job, self.options.options())
