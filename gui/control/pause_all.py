"""Everything stops at once, and goes on where it stopped: beside the pause of the queue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.throttle import Throttle
from gui.widgets import text_button
from gui.window_queue import QueueOrders
from queue_core.errors import JobNotFoundError
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import ChangeBatch, JobFilter

RUNNING = JobFilter(statuses=frozenset({JobStatus.STARTED}))
LOOK_INTERVAL_S = 0.5


class PauseAll(QObject):
    """A button for the line that says that the queue is paused: it suspends what runs, too.

    Attributes:
        button: Shown while a job runs on though the queue is paused.

    Signals:
        changed: Other jobs run on.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._is_queue_paused = False
        self._going: tuple[str, ...] = ()
        self._stopped: set[str] = set()
        self.button = text_button(tr("Pause running jobs, too"), self._pause, icon_name="paused")
        self.button.hide()
        self._read = Throttle(
            bridge, self._look, what=tr("Reading jobs"), interval_s=LOOK_INTERVAL_S, parent=self
        )
        bridge.changed.connect(self._on_changed)

    @property
    def sentence(self) -> str:
        """What holds while the queue is paused."""
        if self._going:
            return tr("The queue is paused: running jobs go on, waiting jobs stay waiting.")
        if self._stopped:
            return tr("The queue is paused, and so are the jobs that ran.")
        return tr("The queue is paused: waiting jobs stay waiting.")

    def follow(self, *, is_queue_paused: bool) -> None:
        """Take note of the queue's state; with the queue go on the jobs that stopped with it."""
        before, self._is_queue_paused = self._is_queue_paused, is_queue_paused
        if before and not is_queue_paused:
            self._go_on()
        if is_queue_paused and not before:
            self._read.request()

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self._is_queue_paused:
            self._read.request()

    async def _look(self) -> None:
        before, known = (self.sentence, self._going), set(self._stopped)
        found = await self._bridge.ask(lambda queue: queue.list(RUNNING))
        # Elsewhere its processes are not seen.
        self._going = tuple(r.id for r in found if r.is_ours and r.place is None and not r.paused)
        # What ended, or was let go on alone; a pause that ended meanwhile was not seen in what was
        # read, and another program may have yet to carry it out.
        self._stopped -= known - {r.id for r in found if r.paused or r.requested == "pause"}
        if before != (self.sentence, self._going):
            self.button.setVisible(bool(self._going))
            self.changed.emit()

    def _pause(self) -> None:
        self._bridge.start(self._pause_now(self._going), what=tr("Pausing jobs"))

    async def _pause_now(self, going: tuple[str, ...]) -> None:
        self._stopped.update(await self._bridge.order(lambda queue: _pause(queue, going)))
        if not self._is_queue_paused:  # it went on meanwhile
            self._go_on()

    def _go_on(self) -> None:
        stopped, self._stopped = tuple(self._stopped), set()
        if stopped:
            self._bridge.start(
                self._bridge.order(lambda queue: _resume(queue, stopped)), what=tr("Resuming jobs")
            )


def _pause(queue: QueueOrders, job_ids: tuple[str, ...]) -> list[str]:
    """Suspend jobs; return which, for some may have ended or be gone by now."""
    return [job_id for job_id in job_ids if _done(queue.pause, job_id)]


def _resume(queue: QueueOrders, job_ids: tuple[str, ...]) -> None:
    for job_id in job_ids:
        _done(queue.resume, job_id)


def _done(order: Callable[[str], bool], job_id: str) -> bool:
    try:
        return order(job_id)
    except JobNotFoundError:
        return False
