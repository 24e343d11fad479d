"""What holds for the queue as a whole, looked at again and again: paused, in trouble."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.throttle import Throttle
from queue_core.errors import MonitorError
from queue_core.queue.values import ChangeBatch

if TYPE_CHECKING:
    from gui.window_queue import QueueQuestions

LOOK_MS = 1000


@dataclass(frozen=True)
class QueueState:
    """The queue as a whole.

    Attributes:
        is_paused: Whether it starts no jobs because the user said so.
        problem: What keeps it from working now, one sentence; None where nothing does.
        notices: What happened when it was opened, e.g. that a damaged file was put aside.
    """

    is_paused: bool = False
    problem: str | None = None
    notices: tuple[str, ...] = ()


class QueueWatch(QObject):
    """Follows the state of the queue, also where another program changes it.

    No change feed tells of it: the queue is asked after each change of a job, and once a second.

    Signals:
        changed: The new `QueueState`.
    """

    changed = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.state = QueueState()
        self._read = Throttle(
            bridge, self._look, what=tr("Looking at the queue"), interval_s=LOOK_MS / 1000,
            parent=self,
        )  # fmt: skip
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._read.request)
        self._timer.start()
        bridge.changed.connect(self._on_changed)
        bridge.closing.connect(self._timer.stop)
        self._read.request()

    async def set_paused(self, *, paused: bool) -> None:
        """Pause the queue, or let it go on."""
        await self._bridge.order(lambda q: q.pause_queue() if paused else q.resume_queue())
        self._take(replace(self.state, is_paused=paused))

    def _on_changed(self, _batch: ChangeBatch) -> None:
        self._read.request()

    async def _look(self) -> None:
        before = self.state
        self._take(await self._bridge.ask(lambda queue: read_state(queue, before)))

    def _take(self, state: QueueState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit(state)


def read_state(queue: QueueQuestions, before: QueueState) -> QueueState:
    """Return how the queue is; where it cannot be asked, that is its problem."""
    notices = tuple(queue.notices)
    try:
        paused = queue.is_paused
    except MonitorError as error:
        problem = queue.problem or f"{error.message} {error.hint}".strip()
        return replace(before, problem=problem, notices=notices)
    return QueueState(paused, queue.problem, notices)
