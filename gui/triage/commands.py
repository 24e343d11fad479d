"""What can be done about a group of failures; each can be taken back."""

from __future__ import annotations

from PySide6.QtCore import QObject

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.jobs.query_bar import QueryBar
from gui.main_window import MainWindow
from gui.notifications import ToastAction
from gui.triage.page import FailuresPage
from gui.triage.words import sentence
from queue_core.queue.values import FailureGroup, FailureState, JobFilter


class TriageCommands(QObject):
    """Connects the page to the queue and to the jobs."""

    def __init__(self, window: MainWindow, bridge: Bridge, page: FailuresPage) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._page = page
        page.shown.retry_wanted.connect(self.retry)
        page.shown.jobs_wanted.connect(self.show_jobs)
        page.shown.last_wanted.connect(self.show_last)
        page.shown.ignore_wanted.connect(self.ignore)
        page.shown.links.job_wanted.connect(self.show_error)
        page.list.opened.connect(self.show_last)
        window.details.job_wanted.connect(self.show_job)

    def retry(self) -> None:
        """Put the open failures of the group again, as one group of new jobs."""
        group = self._page.shown.group
        if group is not None:
            self._bridge.start(self._retry(group), what=tr("Retrying what failed"))

    def show_jobs(self) -> None:
        """Show the failed jobs of the group in the table, and no others: however many there are."""
        group = self._page.shown.group
        if group is None:
            return
        query = f"failure:{group.fingerprint}"
        bar = self._window.findChild(QueryBar)
        if isinstance(bar, QueryBar):
            bar.call(query, tr("Failed with “{error}”", error=sentence(group)))
        self._window.show_page(None)
        search = self._window.toolbar.search
        search.set_text(query)
        search.emit_now()
        self._window.filter.show(JobFilter(query=query))
        self._window.select_jobs((group.latest_id,))

    def show_last(self) -> None:
        """Show the last job of the group with its error."""
        group = self._page.shown.group
        if group is not None:
            self.show_error(group.latest_id)

    def show_error(self, job_id: str) -> None:
        """Show a job with its error."""
        self._select((job_id,))
        self._window.details.show_tab("error")

    def show_job(self, job_id: str) -> None:
        """Show another job, whatever the table shows now."""
        self._select((job_id,))

    def ignore(self) -> None:
        """Leave the group out of what is open, or take it in again."""
        group = self._page.shown.group
        if group is not None:
            ignored = group.state is not FailureState.IGNORED
            work = self._ignore(group, ignored=ignored, is_undo=False)
            self._bridge.start(work, what=tr("Sorting failures"))

    async def _retry(self, group: FailureGroup) -> None:
        ids = await self._bridge.ask(
            lambda queue: queue.failed_ids(group.fingerprint, to_retry=True)
        )
        if not ids:
            self._window.toasts.say(
                tr("Each of these jobs has been tried again already."),
                hint=tr("The new ones wait, run, or have failed as well."),
            )
            return
        retried = await self._bridge.order(lambda queue: queue.retry_all(ids))
        if retried.ids:
            self._tell_of(retried.ids)
        if retried.error is not None:
            raise retried.error

    def _tell_of(self, new: tuple[str, ...]) -> None:
        text = tr_plural("{count} job is tried again.", "{count} jobs are tried again.", len(new))
        undo = ToastAction(tr("Undo"), lambda: self._take_back(new))
        show = ToastAction(tr("Show"), lambda: self._select(new))
        self._window.toasts.say(text, undo, show)

    def _take_back(self, job_ids: tuple[str, ...]) -> None:
        self._bridge.start(self._take_back_and_look(job_ids), what=tr("Sorting failures"))

    async def _take_back_and_look(self, job_ids: tuple[str, ...]) -> None:
        await self._window.commands.take_back(job_ids)
        self._page.reload()

    def _select(self, job_ids: tuple[str, ...]) -> None:
        self._window.filter.clear()
        self._window.show_page(None)
        self._window.select_jobs(job_ids)

    async def _ignore(self, group: FailureGroup, *, ignored: bool, is_undo: bool) -> None:
        names = (group.fingerprint,)
        await self._bridge.order(lambda queue: queue.ignore_failures(names, ignored=ignored))
        self._page.reload()
        if is_undo:
            return
        text = tr("Failures like this are ignored.") if ignored else tr("They are shown again.")

        def undo() -> None:
            work = self._ignore(group, ignored=not ignored, is_undo=True)
            self._bridge.start(work, what=tr("Sorting failures"))

        self._window.toasts.say(text, ToastAction(tr("Undo"), undo))
