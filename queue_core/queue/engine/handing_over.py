"""Makes what a machine of another place needs for a job: its ticket, and the code beside it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from queue_core.places import packages
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import Demand, PlaceRefusedError, Start
from queue_core.places.log_copy import LogCopy
from queue_core.places.storage import LOG, OUTPUT, attempt_folder
from queue_core.places.ticket import Ticket, write_ticket
from queue_core.queue.engine.away_job import LOST_AFTER_S, AwayJob, handle_of
from queue_core.queue.engine.recorder import Recorder
from queue_core.queue.store import away
from queue_core.queue.store.away import Handed
from queue_core.queue.store.database import Database
from queue_core.queue.store.handover import Claim
from queue_core.queue.store.log_place import log_of
from queue_core.runner.log.log_file import LogFile
from queue_core.runner.log.log_lines import log_files, log_path
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.outcome import RunOrder


class Sender:
    """Prepares the starts of one place, and what follows them.

    Args:
        config: The place.
        root: The queue's local folder.
        logs: Where the logs of the jobs lie.
        recorder: Who writes what jobs report.
        order_of: Returns the order of a claimed job, its signature verified.
        grace_s: Seconds between the request to end and the kill.
        log_limit_bytes: How much of a job's output is kept.
        lost_after_s: How long to wait for a word of a job that has ended.
    """

    def __init__(
        self, config: PlaceConfig, *, root: Path, logs: Path, recorder: Recorder,
        order_of: Callable[[Claim], RunOrder], grace_s: float, log_limit_bytes: int,
        lost_after_s: float = LOST_AFTER_S,
    ) -> None:  # fmt: skip
        self._config = config
        self._root = root
        self._logs = logs
        self._recorder = recorder
        self._order_of = order_of
        self._grace_s = grace_s
        self._log_limit_bytes = log_limit_bytes
        self._lost_after_s = lost_after_s

    @property
    def shares_folder(self) -> bool:
        """Whether the machines see the queue's own folder."""
        return self._config.shares_folder

    def folder_of(self, claim: Claim) -> Path:
        """Return where the start of a claimed job lies."""
        return attempt_folder(self._config.storage, claim.job_id, claim.attempt)

    def flush(self, job_id: str) -> None:
        """Write what a job has reported."""
        self._recorder.flush(job_id)

    def prepare(self, claim: Claim, demand: Demand) -> tuple[Start, str]:
        """Write the ticket of a claimed job; return what its place is to run, and the digest.

        Raises:
            UntrustedBlobError: The stored job does not carry our signature.
            PlaceRefusedError: It was handed over before, or brings more code than is sent.
            OSError: The storage cannot be written.
        """
        order = self._order_of(claim)
        code = self._code(order)
        ticket = Ticket(
            order=replace(
                order, memory_limit_bytes=_own_limit(claim), reuse_key=None,
                log_after=self._last_line(claim.job_id), log_limit_bytes=self._log_limit_bytes,
            ),
            python="{}.{}".format(*sys.version_info[:2]),
            packages=code,
            local_folder=str(self._root) if self.shares_folder else "",
            grace_s=self._grace_s,
            cores=demand.cores,
        )  # fmt: skip
        folder = self.folder_of(claim)
        digest = self._made_whole(folder, ticket)
        seen = self._seen(folder)
        begin = (f"{code[0]}/queue_core/places/begin.py",) if code[0] else ("-m", _BEGIN)
        command = (self._config.python, *begin, seen, digest)
        return Start(handle_of(claim), command, demand, f"{seen}/{OUTPUT}"), digest

    def _made_whole(self, folder: Path, ticket: Ticket) -> str:
        """Make the folder of a start, once and whole; return the ticket's digest.

        Half of one would be taken for a start that was handed over, where the storage fails in the
        middle and cannot be cleared either.
        """
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            digest = write_ticket(aside, ticket)
            aside.rename(folder)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            if not folder.exists():
                raise
            raise PlaceRefusedError(
                f"This attempt of the job was handed over to {self._config.name} before.",
                hint="Retry the job: a new one is made of it.",
            ) from error
        return digest

    def follow(self, handed: Handed) -> AwayJob:
        """Return what follows a job that was handed over."""
        claim = handed.claim
        folder = self.folder_of(claim)
        log = LogWriter(
            log_of(self._logs, claim.job_id), attempt=claim.attempt,
            limit_bytes=self._log_limit_bytes,
        )  # fmt: skip
        return AwayJob(
            handed, folder, LogCopy(log_path(folder / LOG, claim.job_id), log),
            self._recorder.listener(claim), timeout_s=_number(claim.timeout_s),
            lost_after_s=self._lost_after_s,
        )  # fmt: skip

    def left(self, database: Database) -> list[tuple[str, Path]]:
        """Return the starts, by handle, that lie on the storage of jobs of ours that have ended.

        Raises:
            OSError: The storage cannot be read.
            JobQueueError: The database cannot be read.
        """
        jobs = self._config.storage / "jobs"
        by_id = {path.name: path for path in jobs.iterdir()} if jobs.is_dir() else {}
        return [
            (f"dm-{job_id}-{folder.name}", folder)
            for job_id in away.ended_among(database, by_id)
            for folder in by_id[job_id].iterdir()
        ]

    def _code(self, order: RunOrder) -> tuple[str, ...]:
        """Store the code that a job needs; return where the machine finds it, the core first.

        The core's place is empty where this program is frozen: the machine then needs its own.
        """
        storage = self._config.storage
        core = packages.core_folder()
        found = ["" if core is None else packages.store_package(storage, core, inside=core.name)]
        if not self.shares_folder:
            found.extend(
                packages.store_package(storage, Path(entry))
                for entry in order.import_path
                if Path(entry).is_dir() and (core is None or Path(entry) != core.parent)
            )
        return tuple(name and self._seen(storage / "packages" / name) for name in found)

    def _seen(self, path: Path) -> str:
        """Return a path of the storage as the machines see it."""
        below = path.relative_to(self._config.storage).as_posix()
        return f"{self._config.node_storage.rstrip('/')}/{below}"

    def _last_line(self, job_id: str) -> int:
        last = 0
        for path in log_files(log_of(self._logs, job_id)):
            with LogFile(path) as file:
                frame = file.last_frame()
            last = max(last, 0 if frame is None else frame.last)
        return last


_BEGIN = "queue_core.places.begin"


def _own_limit(claim: Claim) -> int | None:
    """Return the job's own memory limit; the default is a part of this computer's memory."""
    limit = claim.memory_limit_bytes
    return limit if isinstance(limit, int) and limit > 0 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
