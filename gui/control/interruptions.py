"""What to do with the jobs that ran when their program went down: one bar, asked once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from gui.bridge import Bridge
from gui.control.bars import Bar
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.throttle import Throttle
from gui.widgets import icon_button, text_button
from gui.window_state import WindowState
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch, JobFilter, JobOrder

if TYPE_CHECKING:
    from gui.window_queue import QueueQuestions

# A job that went down with its program so often is not started again with others.
MOST_INTERRUPTIONS = 2
MOST_READ = 1000
SEEN = "interruptions_seen"
LOOK_INTERVAL_S = 1.0


@dataclass(frozen=True)
class Interrupted:
    """The interrupted jobs that nobody has looked after yet.

    Attributes:
        resumable: Those to run again.
        suspicious: Those that were interrupted twice or more: perhaps they took the program down.
        is_more: Whether there may be more than were looked at.
    """

    resumable: tuple[str, ...] = ()
    suspicious: tuple[str, ...] = ()
    is_more: bool = False

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.resumable) + len(self.suspicious)


class InterruptionBar(QObject):
    """Offers to run the interrupted jobs again.

    Attributes:
        bar: What to put above the jobs.

    Signals:
        show_wanted: The user wants to see these jobs.
        jobs_put: Ids of the new jobs, as a tuple.
    """

    show_wanted = Signal()
    jobs_put = Signal(object)

    def __init__(self, bridge: Bridge, state: WindowState, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._state = state
        self._found = Interrupted()
        self.resume_button = text_button("", self._resume, icon_name="started")
        self.resume_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # it is gone after a click
        show = text_button(tr("Show"), self.show_wanted.emit)
        dismiss = icon_button("close", tr("Dismiss"), self.dismiss)
        self.bar = Bar("warning", "killed", self.resume_button, show, dismiss)
        self._read = Throttle(
            bridge, self._look, what=tr("Looking for interrupted jobs"),
            interval_s=LOOK_INTERVAL_S, parent=self,
        )  # fmt: skip
        bridge.changed.connect(self._on_changed)
        self._read.request()

    def dismiss(self) -> None:
        """Do not speak of these jobs again; they stay in the table."""
        self._state.remember(SEEN, datetime.now(UTC).isoformat())
        self._show(Interrupted())

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self._found.count:
            self._read.request()

    async def _look(self) -> None:
        since = _moment(self._state.remembered(SEEN))
        self._show(await self._bridge.ask(lambda queue: find_interrupted(queue, since)))

    def _show(self, found: Interrupted) -> None:
        self._found = found
        self.bar.show_text(sentence(found) if found.count else "")
        count = len(found.resumable)
        self.resume_button.setText(tr("Resume") if count == 1 else tr("Resume all"))
        self.resume_button.setVisible(count > 0)

    def _resume(self) -> None:
        job_ids = self._found.resumable
        what = tr_plural("Resuming {count} job", "Resuming {count} jobs", len(job_ids))
        self._bridge.start(self._put_again(job_ids), what=what)

    async def _put_again(self, job_ids: tuple[str, ...]) -> None:
        self.resume_button.setEnabled(False)
        try:
            new = [await self._bridge.retry(job_id) for job_id in job_ids]
        finally:
            self.resume_button.setEnabled(True)
        self.dismiss()
        self.jobs_put.emit(tuple(new))


def find_interrupted(queue: QueueQuestions, since: datetime | None) -> Interrupted:
    """Return the jobs of ours interrupted after *since* that nobody has put again."""
    killed = JobFilter(statuses=frozenset({JobStatus.KILLED}))
    records = [
        record for record in queue.list(killed, limit=MOST_READ)
        if record.is_ours and _is_new(record, since)
    ]  # fmt: skip
    if not records:
        return Interrupted()
    newest = queue.list(order=JobOrder("enqueued_at", descending=True), limit=MOST_READ)
    repeated = {record.retry_of for record in newest}
    left = [record for record in reversed(records) if record.id not in repeated]
    return Interrupted(
        tuple(r.id for r in left if r.interruptions < MOST_INTERRUPTIONS),
        tuple(r.id for r in left if r.interruptions >= MOST_INTERRUPTIONS),
        is_more=len(records) >= MOST_READ,
    )


def sentence(found: Interrupted) -> str:
    """Return what to say of the interrupted jobs."""
    text = tr_plural(
        "{count} job was interrupted when the program went down.",
        "{count} jobs were interrupted when the program went down.",
        found.count,
    )
    if found.is_more:
        text = tr(
            "More than {count} jobs were interrupted when the program went down.",
            count=format_count(found.count),
        )
    if not found.suspicious:
        return text
    if found.count == 1:
        return " ".join((text, tr("It was interrupted before: look at it, then retry it by hand.")))
    more = tr_plural(
        "{count} of them was interrupted before and is not resumed with the others.",
        "{count} of them were interrupted before and are not resumed with the others.",
        len(found.suspicious),
    )
    return f"{text} {more}"


def _is_new(record: JobRecord, since: datetime | None) -> bool:
    return since is None or record.last_update > since


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
