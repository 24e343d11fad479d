"""A queue in a folder of this computer."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from queue_core.artifacts.export import export_artifact, export_formats
from queue_core.artifacts.kinds import Artifact
from queue_core.client.backend import Backend, ResultInfo
from queue_core.errors import JobError
from queue_core.jobs.registry import get_job_type
from queue_core.library.job_results import results_of
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobFilter, JobOptions, LogLine

if TYPE_CHECKING:
    import pandas as pd

    from queue_core.jobs.base import BaseJob

_LOOK_S: Final = 1.0


class FolderBackend(Backend):
    """The queue of a folder; where no program runs its jobs, whoever waits for one does.

    Args:
        folder: The local folder; None means `$DASHAI_LOCAL_PATH` or `~/.DashAI`.
    """

    def __init__(self, folder: str | PathLike[str] | None) -> None:
        self._queue = HueyJobQueue(folder)
        self.place = str(self._queue.folder.root)
        self._looked_s = -_LOOK_S

    def submit(
        self, job: BaseJob | str, params: Mapping[str, Any], options: JobOptions | None
    ) -> str:
        """Put a job; see `Backend.submit`."""
        made = get_job_type(job).make(params) if isinstance(job, str) else job
        return self._queue.put(made, options)

    def get(self, job_id: str) -> JobRecord:
        """Return a job."""
        return self._queue.get(job_id)

    def list(self, where: JobFilter, limit: int) -> Sequence[JobRecord]:
        """Return the newest jobs that match."""
        return self._queue.list(where, limit=limit)

    def cancel(self, job_id: str) -> bool:
        """Stop a job."""
        return self._queue.cancel(job_id)

    def retry(self, job_id: str, changes: Mapping[str, Any]) -> str:
        """Put an ended job again."""
        return self._queue.retry(job_id, changes)

    def logs(self, job_id: str, after: int) -> Sequence[LogLine]:
        """Return what a job has written after a line."""
        return self._queue.logs(job_id, after=after)

    def results(self, record: JobRecord) -> Sequence[ResultInfo]:
        """Return what a job has made."""
        return [
            ResultInfo(item.name, item.kind.value, item.title, export_formats(item))
            for item in results_of(self._queue.folder, record.result)
        ]

    def read(self, record: JobRecord, name: str, file_format: str | None) -> bytes:
        """Return a result as a file."""
        item = self._result(record, name)
        ending = file_format or export_formats(item)[0]
        target = self._queue.folder.temporary / f"client-{secrets.token_hex(8)}.{ending}"
        try:
            return export_artifact(item, target).read_bytes()
        finally:
            target.unlink(missing_ok=True)

    def frame(self, record: JobRecord, name: str) -> pd.DataFrame:
        """Return a table."""
        import pyarrow.parquet as parquet

        from queue_core.components.pandas_frame import to_frame

        return to_frame(parquet.read_table(self._result(record, name).path))

    def _result(self, record: JobRecord, name: str) -> Artifact:
        for item in results_of(self._queue.folder, record.result):
            if item.name == name:
                return item
        raise JobError(f"The job has no result “{name}”.", hint="See job.results().")

    def follow(self, job_id: str, deadline: float | None) -> Iterator[JobRecord | None]:
        """Yield the job at each change; see `Backend.follow`."""
        news = threading.Event()
        unsubscribe = self._queue.subscribe(news.set)
        try:
            last = None
            while last is None or not last.status.is_final:
                news.clear()
                self._see_that_it_runs()
                record = self._queue.get(job_id)
                yield record if record != last else None
                last = record
                if not record.status.is_final:
                    news.wait(_pause_s(deadline))
        finally:
            unsubscribe()

    async def async_follow(
        self, job_id: str, deadline: float | None
    ) -> AsyncIterator[JobRecord | None]:
        """Yield the job at each change; see `Backend.async_follow`."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        unsubscribe = self._queue.subscribe(lambda: _ring(loop, news))
        try:
            last = None
            while last is None or not last.status.is_final:
                news.clear()
                await asyncio.to_thread(self._see_that_it_runs)
                record = await self._queue.async_get(job_id)
                yield record if record != last else None
                last = record
                if not record.status.is_final:
                    await _wait(news, _pause_s(deadline))
        finally:
            unsubscribe()

    def _see_that_it_runs(self) -> None:
        """Run jobs here where nobody does: the window may be closed meanwhile."""
        if self._queue.is_consuming or time.monotonic() - self._looked_s < _LOOK_S:
            return
        self._looked_s = time.monotonic()
        if self._queue.consumers():
            return
        from queue_core.queue.configuration import engine_options
        from queue_core.settings import Settings
        from queue_core.settings.known import WORKERS

        settings = Settings.load(self._queue.folder.settings)
        self._queue.start(settings[WORKERS], engine_options(settings))

    def close(self) -> None:
        """Close the queue; jobs that run here are interrupted, and can be resumed."""
        self._queue.close()


def _ring(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)


def _pause_s(deadline: float | None) -> float:
    return _LOOK_S if deadline is None else min(_LOOK_S, max(0.0, deadline - time.monotonic()))


async def _wait(news: asyncio.Event, pause_s: float) -> None:
    try:
        await asyncio.wait_for(news.wait(), pause_s)
    except TimeoutError:
        return
