"""A job as a notebook holds it: look at it, wait for it, fetch what it has made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_core.cli.output import clean
from queue_core.client.backend import Backend, ResultInfo
from queue_core.client.display import NoProgress, Progress, card, one_line, tell
from queue_core.errors import JobError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import LogLine

if TYPE_CHECKING:
    import pandas as pd


class WaitInterruptedError(KeyboardInterrupt):
    """Somebody pressed Ctrl+C: the wait has ended, and the job goes on."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: where the wait was is no news."""
        return [str(self)]


class Job:
    """One job of the queue.

    Args:
        backend: The queue.
        record: The job as it was seen last.

    Attributes:
        record: The job as it was seen last; see `JobRecord` for what it says.
    """

    def __init__(self, backend: Backend, record: JobRecord) -> None:
        self._backend = backend
        self.record = record

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def status(self) -> JobStatus:
        """Where it stood when it was seen last."""
        return self.record.status

    def refresh(self) -> Job:
        """Look where it stands now."""
        self.record = self._backend.get(self.id)
        return self

    async def async_refresh(self) -> Job:
        """Do what `refresh` does without blocking the event loop."""
        return await asyncio.to_thread(self.refresh)

    def wait(self, timeout_s: float | None = None, *, progress: bool = True) -> Job:
        """Return when it has ended, however it did; `frame` and `result` tell a failure.

        Args:
            timeout_s: How long to wait at most; None: for ever.
            progress: Whether to show a bar.

        Raises:
            TimeoutError: It has not ended in time.
            WaitInterruptedError: Ctrl+C was pressed; the job goes on.
        """
        shown = Progress() if progress else NoProgress()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            for record in self._backend.follow(self.id, deadline):
                self._see(record, shown, deadline)
        except KeyboardInterrupt:
            shown.close()
            raise self._interrupted() from None
        finally:
            shown.close()
        return self

    async def async_wait(self, timeout_s: float | None = None, *, progress: bool = True) -> Job:
        """Do what `wait` does without blocking the event loop; cancelled, it leaves the job be."""
        shown = Progress() if progress else NoProgress()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        try:
            async for record in self._backend.async_follow(self.id, deadline):
                self._see(record, shown, deadline)
        finally:
            shown.close()
        return self

    def _see(self, record: JobRecord | None, shown: Progress, deadline: float | None) -> None:
        if record is not None:
            self.record = record
        shown.show(self.record)
        if deadline is not None and not self.status.is_final and time.monotonic() > deadline:
            raise TimeoutError(f"“{self.record.job_name}” has not ended yet; it goes on.")

    def _interrupted(self) -> WaitInterruptedError:
        name = clean(self.record.job_name)
        sentence = (
            f"No longer waiting: “{name}” goes on. Wait again with job.wait(), or stop it with "
            "job.cancel()."
        )
        if not self.status.is_final:
            tell(sentence)
        return WaitInterruptedError(sentence)

    def cancel(self) -> bool:
        """Stop it; False if it had ended."""
        stopped = self._backend.cancel(self.id)
        self.refresh()
        return stopped

    async def async_cancel(self) -> bool:
        """Do what `cancel` does without blocking the event loop."""
        return await asyncio.to_thread(self.cancel)

    def retry(self, **changes: Any) -> Job:
        """Put it again, with changes to its parameters; return the new job."""
        job_id = self._backend.retry(self.id, changes)
        return Job(self._backend, self._backend.get(job_id))

    @property
    def result(self) -> Any:
        """What it returned.

        Raises:
            JobError: It has not finished.
        """
        self._require_finished()
        return self.record.result

    def results(self) -> Sequence[ResultInfo]:
        """Return what it has made: tables, figures, texts, models."""
        return self._backend.results(self._require_finished())

    def frame(self, name: str | None = None) -> pd.DataFrame:
        """Return a table that it has made.

        Args:
            name: Which one; None: its only one, or the first.

        Raises:
            JobError: It has not finished, or made no such table.
        """
        record = self._require_finished()
        tables = [item.name for item in self._backend.results(record) if item.kind == "table"]
        if not tables or name not in (None, *tables):
            raise JobError(
                f"“{record.job_name}” has made no table{f' “{name}”' if name else ''}.",
                hint=f"It has made: {', '.join(i.name for i in self.results()) or 'nothing'}.",
            )
        return self._backend.frame(record, name or tables[0])

    async def async_frame(self, name: str | None = None) -> pd.DataFrame:
        """Do what `frame` does without blocking the event loop."""
        return await asyncio.to_thread(self.frame, name)

    def read(self, name: str, file_format: str | None = None) -> bytes:
        """Return one of its results as the bytes of a file, e.g. a figure as `svg` or `png`."""
        return self._backend.read(self._require_finished(), name, file_format)

    def save(self, name: str, target: str | Path) -> Path:
        """Write one of its results to a file; what the file's name ends in chooses the form."""
        path = Path(target)
        path.write_bytes(self.read(name, path.suffix[1:].lower() or None))
        return path

    def logs(self, after: int = 0) -> Sequence[LogLine]:
        """Return what it has written."""
        return self._backend.logs(self.id, after)

    def _require_finished(self) -> JobRecord:
        if not self.status.is_final:
            self.refresh()
        record = self.record
        if record.status is JobStatus.FINISHED:
            return record
        if not record.status.is_final:
            raise JobError(f"“{record.job_name}” has not ended yet.", hint="Call wait() first.")
        why = record.error_msg or f"It was {record.status}."
        raise JobError(f"“{record.job_name}” has no result: {why}", hint=record.error_hint or "")

    def __repr__(self) -> str:
        return f"<Job {one_line(self.record)}  {self.id}>"

    def _repr_html_(self) -> str:
        return card(self.record)


class JobList(Sequence[Job]):
    """Some jobs, shown as a table in a notebook.

    Args:
        jobs: The jobs.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = tuple(jobs)

    def __getitem__(self, index: Any) -> Any:
        found = self._jobs[index]
        return JobList(found) if isinstance(index, slice) else found

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    def frame(self) -> pd.DataFrame:
        """Return them as a table."""
        import pandas as pd

        names = ("id", "task_type", "job_name", "status", "enqueued_at", "started_at",
                 "finished_at", "progress", "error_msg")  # fmt: skip
        rows = [{name: getattr(job.record, name) for name in names} for job in self._jobs]
        return pd.DataFrame(rows, columns=list(names))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._jobs)) or "<no jobs>"

    def _repr_html_(self) -> str:
        return "".join(card(job.record) for job in self._jobs) or "<i>no jobs</i>"
