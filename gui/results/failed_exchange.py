"""An exchange that failed: why, what to do, and a model to choose where none was there."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.flow_layout import FlowLayout
from gui.i18n import tr
from gui.results.loading import LoadingView
from gui.submit.opening import open_new_job
from gui.widgets import Note, text_button
from queue_core.components.registry import ComponentKind, components
from queue_core.database.status import EntityKind
from queue_core.errors import EntityNotFoundError, JobNotFoundError, MonitorError
from queue_core.library.entities import EntityRecord, get_entity
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch

GENERATIVE = "GenerativeJob"
FRESH_MS = 1000


class FailedExchange(LoadingView):
    """The sentence and the next step; the job can be tried again, with another model.

    Signals:
        outdated: The exchange is another one by now: it was tried again.
    """

    outdated = Signal()

    def __init__(self, exchange: EntityRecord, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._exchange = exchange
        self._job: JobRecord | None = None
        self._note = Note("errorBox")
        self._note.show_text(exchange.error or tr("It failed."))
        self.choose = text_button(
            tr("Choose a model…"), self._ask, icon_name="open", role="primary"
        )
        self._retry = text_button(tr("Retry"), lambda: self._put({}), icon_name="retry")
        self._change = text_button(tr("Retry with changes…"), self._open_form, icon_name="edit")
        self._is_folder = False
        self._buttons = QWidget()
        flow = FlowLayout(spacing=8, parent=self._buttons)
        for button in (self.choose, self._retry, self._change):
            flow.addWidget(button)
        self._buttons.hide()
        self._news = QTimer(self, singleShot=True, interval=FRESH_MS)
        self._news.timeout.connect(self._look_again)
        bridge.changed.connect(self._on_changed)
        self.body.addWidget(self._note)
        self.body.addWidget(self._buttons)
        self.load()

    async def fill(self) -> None:
        """Read what to do next, and what a model of this kind is."""
        if self._exchange.job_id is None:
            return
        try:
            self._job = await self.bridge.record(self._exchange.job_id)
        except JobNotFoundError:
            return  # the job was removed, what it said stays
        if self._job.status not in (JobStatus.ERROR, JobStatus.CANCELLED, JobStatus.KILLED):
            return
        session_id = int(self._exchange.details["session_id"])
        what = await self.bridge.call(_model_of, self.bridge.folder, session_id)
        self._note.show_text(self._exchange.error or tr("It failed."), self._job.error_hint or "")
        self._is_folder = what == "folder"
        self.choose.setVisible(what in ("path", "folder"))
        self._buttons.show()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if not self._news.isActive():
            self._news.start()

    def _look_again(self) -> None:
        if not self.is_loading:
            self.run(self._compare())

    async def _compare(self) -> None:
        old = self._exchange
        try:
            now = await self.bridge.call(get_entity, self.bridge.folder, old.kind, old.id)
        except EntityNotFoundError:
            return
        if (now.status, now.job_id) != (old.status, old.job_id):
            self.outdated.emit()

    def _ask(self) -> None:
        """Let the user show where a model is; the exchange is tried again with it."""
        title = tr("Choose a model folder") if self._is_folder else tr("Choose a model file")
        dialog = QFileDialog(self.window(), title)
        if self._is_folder:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        else:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters(["GGUF (*.gguf)", tr("All files") + " (*)"])
        dialog.fileSelected.connect(lambda path: self._put({"model": path}))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _put(self, changes: dict[str, str]) -> None:
        if self._job is not None:
            self._buttons.setEnabled(False)  # once is enough
            work = self._try_again(self._job.id, changes)
            self.bridge.start(work, what=tr("Submitting the job"))

    async def _try_again(self, job_id: str, changes: dict[str, str]) -> None:
        try:
            await self.bridge.retry(job_id, changes)
        except MonitorError:
            if isValid(self):
                self._buttons.setEnabled(True)  # what is in the way may be gone the next time
            raise

    def _open_form(self) -> None:
        if self._job is not None:
            open_new_job(self, self.bridge, kind=GENERATIVE, retry_of=self._job)


def _model_of(folder: LocalFolder, session_id: int) -> str:
    """Return what a model is for the generator of a conversation: `path`, `folder` or `name`."""
    session = get_entity(folder, EntityKind.GENERATIVE_SESSION, session_id)
    known = components(ComponentKind.GENERATOR).get(str(session.details["component"]))
    return "" if known is None else str(known.options.get("model", ""))
