"""Huey's consumer, embedded: without signal handlers, woken instead of polling, resizable."""

from __future__ import annotations

import logging
import threading
from typing import Any, Protocol

from huey.consumer import Consumer, Worker

from queue_core.runner.child_process import ChildProcess
from queue_core.runner.supervisor import Supervisor

logger = logging.getLogger(__name__)

_TAKE_S = 1.0


class Slot(threading.local):
    """What a consumer thread holds: the child process that runs its jobs."""

    def __init__(self) -> None:
        self.child: ChildProcess | None = None


class SlotOwner(Protocol):
    """What a worker needs of the queue that it works for."""

    @property
    def supervisor(self) -> Supervisor:
        """Where children come from."""

    @property
    def slot(self) -> Slot:
        """The calling thread's slot."""


class SlotWorker(Worker):  # type: ignore[misc]
    """A worker thread that keeps a warm child; it never runs a job itself."""

    owner: SlotOwner

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.retiring = threading.Event()
        self._idle_looks = 0
        self.idle_limit = 300

    def loop(self, now: Any = None) -> None:
        """Wait for a job, make sure of a child, then let Huey dequeue and execute."""
        storage = self.huey.storage
        slot = self.owner.slot
        has_child = slot.child is not None and slot.child.is_reusable
        if not has_child:
            # The next claim needs a new child first; the end of the last job does not wait for it.
            self._let_child_go()
            storage.flush()
        if not storage.has_end_to_write and not storage.wait_ready():
            self._rest()
            return
        self._idle_looks = 0
        if not has_child and not self._replace_child():
            return
        super().loop(now)

    def _replace_child(self) -> bool:
        slot = self.owner.slot
        self._let_child_go()
        slot.child = self.owner.supervisor.take(_TAKE_S)
        return slot.child is not None

    def _let_child_go(self) -> None:
        slot = self.owner.slot
        if slot.child is not None:
            self.owner.supervisor.give_back(slot.child)
            slot.child = None

    def _rest(self) -> None:
        """Let the child of an idle slot go after a while; the spare stays warm."""
        self._idle_looks += 1
        if self._idle_looks > self.idle_limit:
            self._let_child_go()

    def shutdown(self) -> None:
        """Write what is still to be written, and give the child back."""
        self.huey.storage.flush()
        self._let_child_go()
        super().shutdown()


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """A consumer that lives in a host program and can change its number of workers."""

    worker_class = SlotWorker

    def __init__(self, huey: Any, *, owner: SlotOwner, workers: int) -> None:
        self._owner = owner
        self._serial = 0
        self.worker_threads: list[tuple[SlotWorker, threading.Thread]] = []
        super().__init__(
            huey, workers=workers, periodic=False, check_worker_health=False, scheduler_interval=60
        )

    def _create_worker(self) -> SlotWorker:
        worker: SlotWorker = super()._create_worker()
        worker.owner = self._owner
        return worker

    def _create_process(self, process: Any, name: str) -> threading.Thread:
        """Run `loop` until the consumer stops or this worker retires."""

        def work() -> None:
            process.initialize()
            try:
                while not self.stop_flag.is_set() and not _is_retiring(process):
                    process.loop()
            except Exception:
                logger.exception("%s died", name)
                raise
            finally:
                process.shutdown()

        return threading.Thread(target=work, name=f"consumer-{name.lower()}", daemon=True)

    def _set_signal_handlers(self) -> None:
        """Set none: signals belong to the host program."""

    def resize(self, workers: int) -> None:
        """Run *workers* jobs at once; those that run now are finished first."""
        alive = [(w, t) for w, t in self.worker_threads if t.is_alive() and not w.retiring.is_set()]
        for worker, _ in alive[workers:]:
            worker.retiring.set()
        fresh = []
        for _ in range(workers - len(alive)):
            self._serial += 1
            worker = self._create_worker()
            thread = self._create_process(
                worker, f"Worker-{len(self.worker_threads)}-{self._serial}"
            )
            fresh.append((worker, thread))
            thread.start()
        retired = [(w, t) for w, t in self.worker_threads if w.retiring.is_set() and t.is_alive()]
        self.worker_threads = alive[:workers] + fresh + retired
        self.workers = workers
        self.huey.storage.wake(everybody=True)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until all threads have ended."""
        for thread in [t for _, t in self.worker_threads] + [self.scheduler]:
            thread.join(timeout_s)
        return not any(t.is_alive() for _, t in self.worker_threads)


def _is_retiring(process: Any) -> bool:
    retiring = getattr(process, "retiring", None)
    return retiring is not None and retiring.is_set()
