"""One place: claims jobs for it when there is room, hands them over, and follows them to their end.

All of it happens on one thread of its own, so that a login node that does not answer keeps nobody
waiting but the jobs that are there.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from queue_core.errors import MonitorError, UntrustedBlobError
from queue_core.places.contract import (
    Demand,
    Place,
    PlaceError,
    PlaceRefusedError,
    PlaceUnreachableError,
)
from queue_core.queue.engine.away_host import (
    AwayHost,
    note_running,
    note_usage,
    note_waiting,
    trouble_text,
)
from queue_core.queue.engine.away_job import LOST, NOT_BEGUN, AwayJob
from queue_core.queue.engine.away_left import Left
from queue_core.queue.engine.handing_over import Sender
from queue_core.queue.job_record import JobStatus
from queue_core.queue.store import away, lifecycle, reports
from queue_core.queue.store.away import Handed, Waiting
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.handover import Claim, EndedAttempt
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_BUSY_S: Final = 0.25
_IDLE_S: Final = 1.0
_MANY: Final = 40
_LOOK_S: Final = 2.0
_ADOPT_S: Final = 5.0
_TROUBLE_S: Final = 10.0
_SAMPLE_S: Final = 1.0
# How often a start is repeated that has not arrived, beyond the attempts of the job.
_MOST_MORE_STARTS: Final = 3
_SHORTEST_S: Final = 0.05
_ORDERS, _STORAGE = "commands", "storage"

_Answer = TypeVar("_Answer")


class AwayPlace:
    """Runs the jobs of one place.

    Args:
        place: The place.
        sender: Makes tickets, and what is followed.
        host: The engine.
        on_failure: Told what keeps it from working.
        most_jobs: How many run there at once; 0 is no limit.
    """

    def __init__(
        self, place: Place, sender: Sender, host: AwayHost,
        on_failure: Callable[[BaseException | str | None], None], *, most_jobs: int = 0,
    ) -> None:  # fmt: skip
        self.name = place.name
        self._place = place
        self._sender = sender
        self._host = host
        self._database = host.database
        self._most_jobs = most_jobs
        self._jobs: dict[str, AwayJob] = {}
        self._left = Left(place)
        self._knows_left = False
        self._troubles: dict[str, str] = {}
        self._due = threading.Event()
        self._looked_s = self._adopted_s = self._tried_s = self._sampled_s = -1e9
        self._thread = SteadyThread(
            f"place-{self.name}", self._round, on_failure=on_failure, at_end=self._at_end
        )

    def start(self) -> None:
        """Start; what earlier programs have left there is followed first."""
        self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._due.set()

    def cancel(self, job_id: str) -> bool:
        """Order a job to end by the storage, at once: this thread may wait for the place.

        Returns:
            Whether it is followed here.
        """
        job = self._jobs.get(job_id)
        if job is not None:
            if self._sender.is_slow:
                self.wake()
                return True
            with contextlib.suppress(OSError):  # the thread orders it once more, and tells why not
                job.forbid(EndReason.CANCELLED)
            self.wake()
        return job is not None

    def stop(self, timeout_s: float) -> None:
        """Follow no longer; what runs there goes on."""
        self._thread.stop()
        self._due.set()
        self._thread.join(timeout_s)

    def _at_end(self) -> None:
        for job in self._jobs.values():
            job.close()
        self._database.release()

    def _round(self) -> None:
        # A storage on a network is asked some 500 times a second at most.
        busy_s = _BUSY_S * max(1.0, len(self._jobs) / _MANY)
        self._due.wait(busy_s if self._jobs else _IDLE_S)
        self._due.clear()
        # Each change of the database wakes it; many come at once.
        self._thread.pause(_SHORTEST_S)
        if self._thread.is_stopping:
            return
        now = time.monotonic()
        if now - self._adopted_s > _ADOPT_S:
            self._adopted_s = now
            self._adopt()
            if not self._knows_left:
                self._find_left()
        if self._jobs or self._left:
            self._carry_out_orders()
            self._look(now)
            self._listen()  # what was written while the place was asked counts
            self._tell(now)
        self._start_next(now)

    def _find_left(self) -> None:
        """Take up what earlier programs have left there; tried again where it cannot be seen."""
        running = [job.handle for job in self._jobs.values()]
        try:
            self._left.find(self._sender.left(self._database), running)
        except (OSError, PlaceError) as error:
            self._set_trouble(_STORAGE, error)
        else:
            self._knows_left = True

    # Those that run ------------------------------------------------------------------------------

    def _adopt(self) -> None:
        """Follow what runs there and nobody follows."""
        for row in away.running_at(self._database, self.name):
            is_mine = row["owner"] == self._host.owner_text
            if row["id"] in self._jobs or not isinstance(row["id"], str):
                continue
            if not is_mine and self._database.owner_is_alive(row["owner"]):
                continue
            handed = self._write(partial(away.adopt, row=row, owner=self._host.owner_text))
            if handed is None:
                continue
            if handed.ticket is None:  # its program went before it was handed over
                self._sender.files_of(handed.claim).remove()
                self._wait_again(handed.claim, "")
            else:
                self._jobs[handed.claim.job_id] = self._sender.follow(handed)

    def _carry_out_orders(self) -> None:
        """Carry out what was asked for, and correct what other programs got wrong."""
        marks = ",".join("?" * len(self._jobs))
        rows = self._database.read(
            f"SELECT id, requested, status, owner FROM task_copy WHERE id IN ({marks}) AND "
            "(requested IS NOT NULL OR status != 'started' OR owner IS NOT ?)",
            (*self._jobs, self._host.owner_text),
        )
        for row in rows:
            job = self._jobs[row["id"]]
            if row["status"] != "started" or row["owner"] != self._host.owner_text:
                self._write(partial(away.reassert, claimed=job.claim))
            elif row["requested"] == "cancel" and not job.is_told_to_place:
                self._end(job, EndReason.CANCELLED)
        for job in self._jobs.values():
            if job.is_overdue():
                self._end(
                    job, EndReason.TIMED_OUT, "Time limit exceeded.",
                    "Raise the job's time limit, or give it less to do.",
                )  # fmt: skip

    def _end(self, job: AwayJob, reason: EndReason, detail: str = "", hint: str = "") -> None:
        """Order the end by the storage and by the place; either will do."""
        try:
            job.forbid(reason, detail, hint)
        except OSError as error:
            self._set_trouble(_STORAGE, error)
        try:
            self._place.stop(job.handle)
        except PlaceError as error:
            self._set_trouble(_ORDERS, error)
        job.is_told_to_place = True

    def _listen(self) -> None:
        """Take in what has come by the storage, ends too."""
        trouble: OSError | None = None
        for job in list(self._jobs.values()):
            try:
                outcome = job.listen() or job.lost()
            except OSError as error:
                trouble = error
                continue
            if job.began_at is not None:
                self._store_begin(job, job.began_at)
            if outcome is not None:
                self._store_end(job, outcome)
        self._set_trouble(_STORAGE, trouble)

    def _store_begin(self, job: AwayJob, moment: datetime) -> None:
        text = to_text(moment)
        self._write(lambda c: away.began(c, job.claim, text))
        job.claim = replace(job.claim, started_at=text)
        job.began_at = None

    def _look(self, now: float) -> None:
        """Ask the place where its jobs stand."""
        if now - self._looked_s < _LOOK_S:
            return
        self._looked_s = now
        by_handle = {job.handle: job for job in self._jobs.values()}
        try:
            sightings = self._place.look((*by_handle, *self._left.handles))
        except PlaceError as error:
            self._set_trouble(_ORDERS, error)
            return
        self._set_trouble(_ORDERS, None)
        for handle, sighting in sightings.items():
            if handle in by_handle:
                by_handle[handle].saw(sighting)
            else:
                self._left.saw(handle, sighting)

    def _store_end(self, job: AwayJob, outcome: Outcome) -> None:
        """Store the end of a job; where that fails it is tried in the next round."""
        ended = self._host.with_next_attempt(job.claim, job.timed(outcome))
        why = outcome.error.type if outcome.error is not None else ""
        if why == NOT_BEGUN and job.never_arrived and self._may_hand_over_again(ended):
            ended = replace(ended, retry_at_s=time.time())

        def write(connection: Connection) -> JobStatus | None:
            if not self._sender.shares_folder:
                # It has cleaned up where its files are.
                reports.entity_closed(connection, job.claim.job_id)
            return lifecycle.end(connection, ended)

        self._sender.flush(job.claim.job_id)
        status = self._write(write)
        del self._jobs[job.claim.job_id]
        job.close()
        # Who may still run or begin it is to find the order to end there.
        self._left.add(job.handle, job.files, is_lost=why in (LOST, NOT_BEGUN))
        self._host.on_end(status)
        self._due.set()

    def _may_hand_over_again(self, ended: EndedAttempt) -> bool:
        return ended.claim.attempt < ended.max_attempts + _MOST_MORE_STARTS

    def _tell(self, now: float) -> None:
        """Store where the jobs are and what they use, as far as it has changed."""
        is_due = now - self._sampled_s > _SAMPLE_S
        if is_due:
            self._sampled_s = now
        for job in self._jobs.values():
            job_id, (node, text) = job.claim.job_id, job.note(self._trouble)
            if job.told != (node, text):
                self._note(partial(note_running, job_id, node, text))
                job.told = (node, text)
            state = job.take_usage() if is_due else None
            if state is not None:
                self._note(partial(note_usage, job, state))

    # The next one --------------------------------------------------------------------------------

    def _start_next(self, now: float) -> None:
        """Claim and hand over what has room, one job after the other."""
        if now - self._tried_s < (_TROUBLE_S if self._trouble else 0.0):
            return
        while not self._thread.is_stopping and self._host.may_start_away():
            job = away.next_for(self._database, self.name, time.time())
            if job is None:
                return
            self._tried_s = now
            why = self._why_not(job)
            if why is not None:
                self._note(partial(note_waiting, job.job_id, why))
                return
            self._start(job)
            if self._trouble:
                return

    def _why_not(self, job: Waiting) -> str | None:
        if self._most_jobs and len(self._jobs) >= self._most_jobs:
            return f"{len(self._jobs)} jobs run at {self.name}, as many as the settings allow."
        demand = Demand(job.cores, job.memory_bytes, job.gpus)
        soon = [
            Demand(other.demand.cores, other.demand.memory_bytes, other.demand.gpus)
            for other in self._jobs.values()
            if other.holds_nothing_yet
        ]
        try:
            why = self._place.free(demand, soon)
        except PlaceError as error:
            self._set_trouble(_ORDERS, error)
            return self._trouble
        self._set_trouble(_ORDERS, None)
        return why and f"The place {self.name} says: {why}"

    def _start(self, job: Waiting) -> None:
        owner, name = self._host.owner_text, self.name
        claim = self._write(lambda c: away.claim(c, job, owner, name, time.time()))
        if claim is None:
            return
        try:
            start, ticket = self._sender.prepare(claim, Demand(job.cores, job.memory_bytes,
                                                               job.gpus))  # fmt: skip
        except (UntrustedBlobError, PlaceRefusedError) as error:
            self._refuse(claim, error)
            return
        except (OSError, PlaceError) as error:
            self._give_back(claim, error)
            return
        self._write(lambda c: away.handed_over(c, claim, ticket))
        self._jobs[job.job_id] = self._sender.follow(Handed(claim, job, ticket))
        try:
            self._place.start(start)
        except PlaceRefusedError as error:
            self._drop(claim)
            self._refuse(claim, error)
        except PlaceUnreachableError as error:
            # Whether it was started, `look` will tell.
            self._set_trouble(_ORDERS, error)

    def _refuse(self, claim: Claim, error: MonitorError) -> None:
        """End a job in error that the place will not take."""
        report = ErrorReport(type(error).__name__, error.message, error.hint)
        ended = self._host.with_next_attempt(claim, Outcome(EndReason.RAISED, error=report))
        self._host.on_end(self._write(lambda c: lifecycle.end(c, ended)))

    def _give_back(self, claim: Claim, error: Exception) -> None:
        """Let a job wait again of which nothing has left this computer."""
        self._set_trouble(_STORAGE, error)
        self._wait_again(claim, self._trouble)

    def _wait_again(self, claim: Claim, why: str) -> None:
        if not self._write(lambda c: away.give_back(c, claim, why)):
            # It was cancelled meanwhile.
            ended = self._host.with_next_attempt(claim, Outcome(EndReason.CANCELLED))
            self._host.on_end(self._write(lambda c: lifecycle.end(c, ended)))

    def _drop(self, claim: Claim) -> None:
        job = self._jobs.pop(claim.job_id, None)
        if job is not None:
            job.close()
        self._sender.files_of(claim).remove()

    # Around it -----------------------------------------------------------------------------------

    def _write(self, change: Callable[[Connection], _Answer]) -> _Answer:
        return self._database.write(change)

    def _note(self, change: Callable[[Connection], object]) -> None:
        """Write what need not survive a power cut."""
        self._database.write(change, durable=False)

    def _set_trouble(self, part: str, error: Exception | None) -> None:
        """Keep what does not answer, the place or its storage: its jobs show that as a note."""
        told = "" if error is None else trouble_text(self.name, error, is_storage=part == _STORAGE)
        if told != self._troubles.get(part, ""):
            logger.info("%s", told or f"{self.name}, {part}: answers again")
        self._troubles[part] = told

    @property
    def _trouble(self) -> str:
        return next((told for told in self._troubles.values() if told), "")
