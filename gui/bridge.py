"""The only door between threads and widgets: orders go out, answers and news come in."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from gui.i18n import tr, translate_message
from gui.window_queue import QueueOrders, QueueQuestions, WindowQueue
from queue_core.errors import JobNotFoundError, MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import (
    ChangeBatch,
    JobCounts,
    JobFilter,
    JobOptions,
    JobOrder,
    JobPage,
    LogLine,
    WaitReason,
)
from queue_core.settings import Settings, change_settings

if TYPE_CHECKING:
    from queue_core.jobs.base import BaseJob

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Q = TypeVar("Q", bound=WindowQueue)

READER_THREADS = 3
# What the table shows is asked for on threads of its own: a click waits for no other reading.
LIST_THREADS = 2
ORDER_THREADS = 2
# Another machine may keep its askers waiting for long, and nobody else.
FAR_THREADS = 3
BATCH_INTERVAL_S = 0.05
FEED_RETRY_S = 1.0
SAME_MESSAGE_INTERVAL_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something the user should know.

    Attributes:
        text: What happened, one sentence.
        hint: What to do next, one sentence; may be empty.
        details: A traceback or other long text; may be empty.
        is_error: Whether something went wrong.
    """

    text: str
    hint: str = ""
    details: str = ""
    is_error: bool = True


@dataclass(frozen=True)
class SystemLoad:
    """How busy the machine is.

    Attributes:
        cpu_percent: All cores together, 0 to 100.
        available_bytes: Memory that programs can still get.
    """

    cpu_percent: float
    available_bytes: int


class Bridge(QObject):
    """Runs what takes time on other threads and brings results back to the GUI thread.

    Signals:
        opened: The queue can be used; what was asked before is answered now.
        changed: A `ChangeBatch`, at most 20 a second.
        failed: A `Message` to show.
        closing: What belongs to the bridge must end now.
    """

    opened = Signal()
    closing = Signal()
    changed = Signal(object)
    failed = Signal(object)
    settings_changed = Signal(object)

    def __init__(
        self,
        folder: LocalFolder,
        loop: asyncio.AbstractEventLoop,
        settings: Settings | None = None,
    ) -> None:
        super().__init__()
        self.folder = folder
        self.settings = settings or Settings()
        self._loop = loop
        self._readers = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")
        self._lists = ThreadPoolExecutor(LIST_THREADS, thread_name_prefix="lists")
        self._orders = ThreadPoolExecutor(ORDER_THREADS, thread_name_prefix="orders")
        self._far = ThreadPoolExecutor(FAR_THREADS, thread_name_prefix="far")
        self._queue: asyncio.Future[WindowQueue] = loop.create_future()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._news: asyncio.Future[None] = loop.create_future()
        self._news_pending = False
        self._is_closed = False
        self._unsubscribe: Callable[[], None] | None = None
        self._last_shown: dict[str, float] = {}

    # --- life ---------------------------------------------------------------------------------

    async def open(self, make_queue: Callable[[], Q]) -> Q:
        """Make the queue on another thread and begin to follow its changes.

        Raises:
            MonitorError: The queue cannot be opened; what was asked of it waits for another try.
        """
        queue = await self._run(self._orders, make_queue)
        cursor = (await self.call(queue.changes_since)).cursor
        self._unsubscribe = queue.subscribe(self._wake)
        self._queue.set_result(queue)
        self.start(self._follow(queue, cursor), what=tr("Following the queue"))
        self.opened.emit()
        self.changed.emit(ChangeBatch(cursor, reset=True))
        return queue

    async def close(self, last: Callable[[], object] | None = None) -> None:
        """End the feed and every task; then let the threads end.

        Args:
            last: Called on another thread when nobody asks anything any more.
        """
        self.closing.emit()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        current = asyncio.current_task()
        while tasks := [task for task in self._tasks if task is not current]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if not self._queue.done():
            self._queue.cancel()
        self._is_closed = True  # a timer may still ask, until the window is gone
        try:
            if last is not None:
                await self._loop.run_in_executor(self._orders, last)
        finally:
            self._end_threads()

    def _end_threads(self) -> None:
        for pool in (self._readers, self._lists, self._orders, self._far):
            pool.shutdown(wait=False, cancel_futures=True)

    @property
    def is_open(self) -> bool:
        """Whether the queue can be used."""
        return self._queue.done() and not self._queue.cancelled()

    # --- hopping threads ----------------------------------------------------------------------

    async def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *function* on a reader thread; return its result or raise its exception here."""
        return await self._run(self._readers, partial(function, *args, **kwargs))

    async def call_far(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *function*, which may wait for another machine, in nobody's way."""
        return await self._run(self._far, partial(function, *args, **kwargs))

    def start(self, coroutine: Coroutine[Any, Any, T], *, what: str) -> asyncio.Task[T]:
        """Run *coroutine* in the background; a failure is logged and shown as a message.

        Args:
            coroutine: The work.
            what: What it does, as the user would say it: "Cancelling 3 jobs".
        """
        task = self._loop.create_task(coroutine, name=what)
        self._tasks.add(task)
        task.add_done_callback(partial(self._on_task_done, what))
        return task

    def report(self, error: BaseException, *, what: str) -> None:
        """Log *error* and show it; the same message at most once in five seconds."""
        logger.error("%s: %s", what, error, exc_info=error)
        message = describe_error(error, what=what)
        now = time.monotonic()
        if now - self._last_shown.get(message.text, -1e9) >= SAME_MESSAGE_INTERVAL_S:
            self._last_shown[message.text] = now
            self.failed.emit(message)

    # --- questions ----------------------------------------------------------------------------

    async def page(
        self, where: JobFilter, order: JobOrder, *, start: int, size: int, around: str = "",
        hidden: Collection[str] = (), is_hasty: bool = False,
    ) -> JobPage:  # fmt: skip
        """Return a part of the jobs that match, in order; see `QueueReader.page`."""
        ask = partial(
            (await self._ready()).page, where, order, start=start, size=size, around=around,
            hidden=tuple(hidden), is_hasty=is_hasty,
        )  # fmt: skip
        return await self._run(self._lists, ask)

    async def record(self, job_id: str) -> JobRecord:
        """Return a job with all there is to know: traceback and result too."""
        return await self.call((await self._ready()).get, job_id)

    async def records(self, job_ids: Sequence[str]) -> dict[str, JobRecord]:
        """Return the records of these jobs; missing ones are left out."""
        return await self.call((await self._ready()).get_many, job_ids)

    async def counts(self) -> JobCounts:
        """Return how many jobs there are by status and type."""
        return await self.call((await self._ready()).counts)

    async def ask(self, question: Callable[[QueueQuestions], T]) -> T:
        """Return what *question* finds in the queue; it runs on a reader thread."""
        return await self.call(question, await self._ready())

    async def why_many(self, job_ids: Sequence[str]) -> dict[str, WaitReason]:
        """Return why these jobs wait; those that do not wait, or are gone, are left out."""
        return await self.ask(partial(_why_many, tuple(job_ids)))

    async def logs(
        self, job_id: str, *, after: int = 0, limit: int | None = None, before: int | None = None
    ) -> Sequence[LogLine]:
        """Return lines of a job's log whose number is above *after* and below *before*."""
        queue = await self._ready()
        return await self.call(queue.logs, job_id, after=after, limit=limit, before=before)

    async def system_load(self) -> SystemLoad:
        """Return how busy the machine has been since the last call."""
        return await self.call(_read_system_load)

    # --- orders -------------------------------------------------------------------------------

    async def order(self, change: Callable[[QueueOrders], T]) -> T:
        """Let *change* do something to the queue, on the thread of orders; return its result."""
        return await self._run(self._orders, partial(change, await self._ready()))

    async def submit(self, job: BaseJob, options: JobOptions | None = None) -> str:
        """Put a job; return its id."""
        return await self._run(self._orders, partial((await self._ready()).put, job, options))

    async def retry(self, job_id: str, changes: Mapping[str, Any] | None = None) -> str:
        """Put an ended job again; return the new job's id."""
        queue = await self._ready()
        return await self._run(self._orders, partial(queue.retry, job_id, changes))

    async def cancel(self, job_ids: Sequence[str]) -> int:
        """Stop these jobs; return how many of them had not ended yet."""
        queue = await self._ready()
        return await self._run(self._orders, partial(_cancel_all, queue, tuple(job_ids)))

    async def remove(self, job_ids: Sequence[str]) -> tuple[str, ...]:
        """Delete ended jobs and their logs; return the ids removed."""
        queue = await self._ready()
        return await self._run(self._orders, partial(queue.remove, tuple(job_ids)))

    async def change_settings(self, changes: Mapping[str, object]) -> Settings:
        """Store settings by key; None goes back to the default."""
        path = self.folder.settings
        self.settings = await self._run(self._orders, partial(change_settings, path, changes))
        self.settings_changed.emit(self.settings)
        return self.settings

    # --- inside -------------------------------------------------------------------------------

    async def _ready(self) -> WindowQueue:
        return await asyncio.shield(self._queue)

    async def _run(self, pool: Executor, function: Callable[[], T]) -> T:
        if self._is_closed:  # a timer or a click came too late
            raise asyncio.CancelledError
        return await self._loop.run_in_executor(pool, function)

    def _wake(self) -> None:
        """Note that something changed; called by the queue on any thread."""
        if not self._news_pending:
            self._news_pending = True
            with suppress(RuntimeError):  # the loop has closed while the queue was ringing
                self._loop.call_soon_threadsafe(self._note_news)

    async def _follow(self, queue: QueueQuestions, cursor: int) -> None:
        while True:
            await self._news
            self._news = self._loop.create_future()
            self._news_pending = False
            try:
                batch = await self.call(queue.changes_since, cursor)
            except Exception as error:  # noqa: BLE001 - the feed must outlive a locked database
                self.report(error, what=tr("Reading what changed"))
                await self._pause(FEED_RETRY_S)
                self._note_news()
                continue
            cursor = batch.cursor
            if batch:
                self.changed.emit(batch)
            await self._pause(BATCH_INTERVAL_S)

    def _note_news(self) -> None:
        _set_done(self._news)

    async def _pause(self, seconds: float) -> None:
        """Wait, by our own loop: at the very end no loop counts as the running one any more."""
        over: asyncio.Future[None] = self._loop.create_future()
        self._loop.call_later(seconds, _set_done, over)
        await over

    def _on_task_done(self, what: str, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.report(error, what=what)


def describe_error(error: BaseException, *, what: str) -> Message:
    """Return what to tell the user about *error*, which happened while doing *what*."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MonitorError):
        text, hint = translate_message(error.message), translate_message(error.hint)
        return Message(text=text, hint=hint, details=details)
    reason = str(error).strip() or type(error).__name__
    return Message(
        text=tr("{what} did not work: {reason}", what=what, reason=reason), details=details
    )


def _set_done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _cancel_all(queue: QueueOrders, job_ids: tuple[str, ...]) -> int:
    """Cancel every one of them, then raise the first error there was."""
    count = 0
    first_error: MonitorError | None = None
    for job_id in job_ids:
        try:
            count += queue.cancel(job_id)
        except MonitorError as error:
            first_error = first_error or error
    if first_error is not None:
        raise first_error
    return count


def _why_many(job_ids: tuple[str, ...], queue: QueueQuestions) -> dict[str, WaitReason]:
    reasons: dict[str, WaitReason] = {}
    for job_id in job_ids:
        with suppress(JobNotFoundError):  # removed meanwhile
            reason = queue.why_waiting(job_id)
            if reason is not None:
                reasons[job_id] = reason
    return reasons


def _read_system_load() -> SystemLoad:
    import psutil

    return SystemLoad(psutil.cpu_percent(None), psutil.virtual_memory().available)
