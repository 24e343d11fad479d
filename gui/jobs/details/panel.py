"""The details panel: header and tabs for what is selected."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabWidget, QVBoxLayout

from gui.actions import ActionSet, Selection
from gui.bridge import Bridge
from gui.i18n import mark, tr, translate
from gui.jobs.details.doing_page import DoingPage
from gui.jobs.details.error_page import ErrorPage
from gui.jobs.details.header import DetailsHeader
from gui.jobs.details.log_page import LogPage
from gui.jobs.details.models_selected import ModelsSelected
from gui.jobs.details.overview_page import OverviewPage
from gui.jobs.details.page import DetailsPage
from gui.jobs.details.parameters_page import ParametersPage
from gui.jobs.details.result_page import ResultPage
from gui.jobs.record_store import RecordStore
from gui.jobs.waiting_reasons import WaitingReasons
from gui.plain_text import no_mnemonic
from gui.spoken import Role, speak_as
from gui.throttle import Throttle
from gui.widgets import muted_label
from queue_core.errors import JobNotFoundError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch

TICK_MS = 1000
READ_INTERVAL_S = 0.1

# The tab that answers the first question about a job in this state.
FIRST_TABS = {JobStatus.FINISHED: "result", JobStatus.ERROR: "error"}

LEAST_TABS_PX = 88


class DetailsPanel(QFrame):
    """Shows the selected job, or how many jobs are selected.

    Signals:
        close_wanted: The user wants the room back.
        window_wanted: The id of the shown job, which the user wants in a window of its own.
        job_wanted: The id of another job that the user wants to see.
    """

    close_wanted = Signal()
    job_wanted = Signal(str)
    window_wanted = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        store: RecordStore,
        reasons: WaitingReasons,
        actions: ActionSet,
        *,
        watcher: str = "details",
    ) -> None:
        """Make the panel.

        Args:
            bridge: The way to the queue.
            store: The records that the window knows.
            reasons: Why jobs wait.
            actions: What can be done with what is shown.
            watcher: Its name beside others that follow why jobs wait.
        """
        super().__init__()
        self._watcher = watcher
        self.setObjectName("detailsPanel")
        speak_as(self, Role.Grouping, tr("Details"))
        self._bridge = bridge
        self._store = store
        self._reasons = reasons
        self._record: JobRecord | None = None
        self._job_id = ""
        self._chosen_tabs: dict[JobStatus, str] = {}
        self._is_switching = False
        self._wanted_tab = ""
        self.header = DetailsHeader(actions)
        self.header.close_button.clicked.connect(self.close_wanted)
        self.header.window_button.clicked.connect(self._want_window)
        self.models = ModelsSelected(bridge)
        self.error_page = ErrorPage(bridge)
        overview = OverviewPage(bridge)
        overview.lineage.job_wanted.connect(self.job_wanted)
        self.pages: dict[str, tuple[str, DetailsPage]] = {
            "result": (mark("Result"), ResultPage(bridge)),
            "error": (mark("Error"), self.error_page),
            "overview": (mark("Overview"), overview),
            "log": (mark("Log"), LogPage(bridge)),
            "parameters": (mark("Parameters"), ParametersPage()),
            "doing": (mark("Doing now"), DoingPage(bridge)),
        }
        for _title, page in self.pages.values():
            page.setParent(self)  # until a job has its tab
            page.hide()
        self._build()
        self._read = Throttle(
            bridge, self._read_record, what=tr("Reading a job"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        bridge.changed.connect(self._on_changed)
        store.updated.connect(self._on_records_updated)
        reasons.changed.connect(self._on_reasons_changed)

    def show_selection(self, selection: Selection) -> None:
        """Show what is selected now."""
        if len(selection.ids) != 1:
            self._forget()
            if selection.ids:
                self.header.show_many(selection.records, len(selection.ids))
            self.models.show_records(selection.records)
            self._stack.setCurrentIndex(1 if selection.ids else 0)
            self._tabs.hide()
            return
        self.models.show_records(())
        job_id = selection.ids[0]
        if job_id != self._job_id:
            self._forget()
            self._job_id = job_id
            self._reasons.watch(self._watcher, (job_id,))
            self._tabs.hide()
            self._show_head()
            self._read.request_now()
        else:
            self.header.update_buttons()

    @property
    def job_id(self) -> str:
        """The job that is shown, or nothing."""
        return self._job_id

    def show_tab(self, name: str) -> None:
        """Bring a tab to the front, as far as the job has it; once it has been read."""
        page = self.pages[name][1]
        index = self._tabs.indexOf(page)
        # Before the job has been read the tabs are those of none or another, and reading chooses.
        if self._record is not None and index >= 0:
            self._tabs.setCurrentIndex(index)
        else:
            self._wanted_tab = name

    def _build(self) -> None:
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        # Where height is short the pages scroll; why a job failed is never cut.
        self._tabs.setMinimumHeight(LEAST_TABS_PX)
        self._tabs.setUsesScrollButtons(False)  # narrow ones are cut instead
        self._tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self._tabs.currentChanged.connect(self._on_tab_chosen)
        body = QFrame()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.models)
        layout.addWidget(self._tabs, 1)
        layout.addStretch(0)
        nothing = muted_label(tr("Select a job to see its details."))
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(nothing)
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _want_window(self) -> None:
        if self._job_id:
            self.window_wanted.emit(self._job_id)

    def _forget(self) -> None:
        self._job_id = ""
        self._record = None
        self._wanted_tab = ""

    async def _read_record(self) -> None:
        job_id = self._job_id
        if not job_id:
            return
        try:
            record = await self._bridge.record(job_id)
        except JobNotFoundError:
            return  # removed meanwhile: the table will drop the selection
        if job_id == self._job_id:
            self._show(record)

    def _show_head(self) -> None:
        """Show what the table knows already, until everything has been read."""
        known = self._store.get(self._job_id)
        if known is not None:
            self._stack.setCurrentIndex(1)
            self.header.show_record(known, self._reasons.get(self._job_id))

    def _show(self, record: JobRecord) -> None:
        before, self._record = self._record, record
        self._stack.setCurrentIndex(1)
        self._tabs.show()
        self.header.show_record(record, self._reasons.get(record.id))
        reason = self._reasons.get(record.id)
        self._is_switching = True
        self._offer_tabs([name for name, (_, page) in self.pages.items() if page.shows(record)])
        for number in range(self._tabs.count()):
            page = self._tabs.widget(number)
            assert isinstance(page, DetailsPage)
            page.show_record(record, reason)
        if before is None or (before.id, before.status) != (record.id, record.status):
            self._choose_tab(record, is_other=before is None or before.id != record.id)
        wanted, self._wanted_tab = self._wanted_tab, ""
        if wanted and self.pages[wanted][1].shows(record):
            self.show_tab(wanted)
        self._is_switching = False

    def _offer_tabs(self, names: list[str]) -> None:
        """Have these tabs and no others: of one that is only hidden a screen reader tells."""
        for name, (title, page) in self.pages.items():
            index = self._tabs.indexOf(page)
            if name in names and index < 0:
                place = names.index(name)
                self._tabs.insertTab(place, page, no_mnemonic(translate(title)))
            elif name not in names and index >= 0:
                self._tabs.removeTab(index)

    def _choose_tab(self, record: JobRecord, *, is_other: bool) -> None:
        """Show the tab the user likes for jobs in this state; stay where one reads the log."""
        if not is_other and self._tabs.currentWidget() is self.pages["log"][1]:
            return
        name = self._chosen_tabs.get(record.status) or FIRST_TABS.get(record.status, "overview")
        if not self.pages[name][1].shows(record):
            name = "overview"
        self.show_tab(name)

    def _on_tab_chosen(self, index: int) -> None:
        if not self._is_switching and self._record is not None and index >= 0:
            shown = self._tabs.widget(index)
            name = next(name for name, (_, page) in self.pages.items() if page is shown)
            self._chosen_tabs[self._record.status] = name

    def _on_changed(self, batch: ChangeBatch) -> None:
        if self._job_id and (batch.reset or self._job_id in batch.changed):
            self._read.request()

    def _on_records_updated(self, job_ids: tuple[str, ...]) -> None:
        if self._job_id in job_ids and self._record is None:
            self._show_head()

    def _on_reasons_changed(self) -> None:
        if self._record is not None:
            self._show(self._record)

    def _on_tick(self) -> None:
        if self._record is None:
            return
        self.header.tick()
        page = self._tabs.currentWidget()
        if isinstance(page, DetailsPage):
            page.tick()

    def showEvent(self, event: QShowEvent) -> None:
        """Let clocks run while somebody can see them."""
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop them."""
        self._timer.stop()
        super().hideEvent(event)
