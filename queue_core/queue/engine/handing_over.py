"""Makes what a machine of another place needs for a job: its ticket, and the code beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from queue_core.paths import list_name, log_files, log_path, queue_url
from queue_core.places import packages
from queue_core.places.choice import make_storage
from queue_core.places.configuration import PlaceConfig
from queue_core.places.contract import Demand, PlaceRefusedError, Start
from queue_core.places.log_copy import LogCopy
from queue_core.places.start_files import StartFiles
from queue_core.places.ticket import Ticket, ticket_files
from queue_core.queue.engine.away_job import LOST_AFTER_S, AwayJob, handle_of
from queue_core.queue.engine.recorder import Recorder
from queue_core.queue.store import away
from queue_core.queue.store.away import Handed
from queue_core.queue.store.database import Database
from queue_core.queue.store.handover import Claim
from queue_core.queue.store.log_place import log_of
from queue_core.runner.log.log_file import LogFile
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
        self._storage = make_storage(
            config, root / "monitor" / "places", log_limit_bytes=log_limit_bytes
        )
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

    @property
    def is_slow(self) -> bool:
        """Whether the storage may keep its writers waiting."""
        return self._storage.is_slow

    def files_of(self, claim: Claim) -> StartFiles:
        """Return what the start of a claimed job leaves behind.

        Raises:
            PlaceError: The storage cannot be used from here.
            OSError: It cannot be reached.
        """
        return self._storage.start(claim.job_id, claim.attempt)

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
            list_name=list_name(queue_url()) if self.shares_folder else "",
            grace_s=self._grace_s,
            cores=demand.cores,
        )  # fmt: skip
        files, digest = ticket_files(ticket)
        job_id, attempt = claim.job_id, claim.attempt
        try:
            self._storage.publish(job_id, attempt, files)
        except FileExistsError as error:
            raise PlaceRefusedError(
                f"This attempt of the job was handed over to {self._config.name} before.",
                hint="Retry the job: a new one is made of it.",
            ) from error
        told, output = self._storage.command(job_id, attempt, digest, code[0])
        return Start(handle_of(claim), (self._config.python, *told), demand, output), digest

    def follow(self, handed: Handed) -> AwayJob:
        """Return what follows a job that was handed over."""
        claim = handed.claim
        files = self.files_of(claim)
        log = LogWriter(
            log_of(self._logs, claim.job_id), attempt=claim.attempt,
            limit_bytes=self._log_limit_bytes,
        )  # fmt: skip
        return AwayJob(
            handed, files, LogCopy(files.log_file(log_path(Path(), claim.job_id)), log),
            self._recorder.listener(claim), timeout_s=_number(claim.timeout_s),
            lost_after_s=self._lost_after_s,
        )  # fmt: skip

    def left(self, database: Database) -> list[tuple[str, StartFiles]]:
        """Return the starts, by handle, that lie on the storage of jobs of ours that have ended.

        Raises:
            OSError: The storage cannot be read.
            PlaceError: It cannot be used from here.
            JobQueueError: The database cannot be read.
        """
        starts = self._storage.starts()
        return [
            (f"dm-{job_id}-{attempt}", self._storage.start(job_id, int(attempt)))
            for job_id in away.ended_among(database, starts)
            for attempt in starts[job_id]
            if attempt.isdecimal()
        ]

    def _code(self, order: RunOrder) -> tuple[str, ...]:
        """Store the code that a job needs; return what its ticket calls it, the core first.

        The core's name is empty where this program is frozen: the machine then needs its own.
        """
        core = packages.core_folder()
        found = ["" if core is None else self._storage.store_package(core, inside=core.name)]
        if not self.shares_folder:
            found.extend(
                self._storage.store_package(Path(entry))
                for entry in order.import_path
                if Path(entry).is_dir() and (core is None or Path(entry) != core.parent)
            )
        return tuple(found)

    def _last_line(self, job_id: str) -> int:
        last = 0
        for path in log_files(log_of(self._logs, job_id)):
            with LogFile(path) as file:
                frame = file.last_frame()
            last = max(last, 0 if frame is None else frame.last)
        return last


def _own_limit(claim: Claim) -> int | None:
    """Return the job's own memory limit; the default is a part of this computer's memory."""
    limit = claim.memory_limit_bytes
    return limit if isinstance(limit, int) and limit > 0 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
