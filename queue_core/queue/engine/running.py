"""Orders to running jobs: cancel, pause, resume, end; from this process or stored by another."""

from __future__ import annotations

from queue_core.queue.engine.watchdog import Watchdog
from queue_core.queue.store import lifecycle
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.runner.outcome import EndReason
from queue_core.runner.supervision.limits import Verdict
from queue_core.runner.supervision.supervisor import Supervisor


class RunningJobs:
    """Carries out orders to the jobs that run in children of this consumer.

    Args:
        database: The queue's database.
        supervisor: Who owns the children.
        watchdog: Who keeps their clocks.
        owner: The consumer.
    """

    def __init__(
        self, database: Database, supervisor: Supervisor, watchdog: Watchdog, owner: str
    ) -> None:
        self._database = database
        self._supervisor = supervisor
        self._watchdog = watchdog
        self._owner = owner

    def cancel(self, job_id: str) -> bool:
        """End a job that runs here; False if it has just ended by itself."""
        return self._supervisor.end(job_id, EndReason.CANCELLED)

    def pause(self, job_id: str) -> bool:
        """Suspend the process tree of a job that runs here; its clock stops."""
        if not self._supervisor.pause(job_id):
            return False
        watch = self._watchdog.find(job_id)
        if watch is not None:
            watch.pause()
        return self._set_paused(job_id, paused=True)

    def resume(self, job_id: str) -> bool:
        """Let a suspended job go on."""
        if not self._supervisor.resume(job_id):
            return False
        watch = self._watchdog.find(job_id)
        if watch is not None:
            watch.resume()
        return self._set_paused(job_id, paused=False)

    def _set_paused(self, job_id: str, *, paused: bool) -> bool:
        return self._database.write(
            lambda c: lifecycle.set_paused(c, job_id, self._owner, paused=paused)
        )

    def end_for(self, job_id: str, verdict: Verdict) -> None:
        """End a job that has passed a limit."""
        self._supervisor.end(job_id, verdict.reason, verdict.detail, verdict.hint)

    def carry_out_stored(self) -> None:
        """Carry out what other processes have asked for, and correct what they got wrong.

        Raises:
            JobQueueError: The database cannot be read or written.
        """
        running = self._supervisor.running()
        if not running:
            return
        # By their ids: this is asked for after each change, however many jobs the table holds.
        rows = self._database.read(
            "SELECT id, requested, status, owner FROM task_copy WHERE id IN "
            f"({','.join('?' * len(running))}) AND "
            "(requested IS NOT NULL OR status != 'started' OR owner IS NOT ?)",
            (*running, self._owner),
        )
        for row in rows:
            job_id = row["id"]
            if row["status"] != "started" or row["owner"] != self._owner:
                self._correct(job_id)
            elif row["requested"] == "cancel":
                self.cancel(job_id)
            elif row["requested"] in ("pause", "resume"):
                pausing = row["requested"] == "pause"
                if not (self.pause(job_id) if pausing else self.resume(job_id)):
                    self._set_paused(job_id, paused=not pausing)

    def _correct(self, job_id: str) -> None:
        """Put back the status of a job that runs here and that another program has closed."""

        def write(connection: Connection) -> None:
            pid = self._supervisor.running().get(job_id)
            if pid is not None:
                lifecycle.reassert(connection, job_id, self._owner, pid)

        self._database.write(write)
