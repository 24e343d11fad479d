"""Orders to running jobs: cancel, pause, resume, end; from this process or stored by another."""

from __future__ import annotations

from queue_core.queue.clock import now_text, owner_id
from queue_core.queue.connection import Database
from queue_core.queue.watchdog import Watchdog
from queue_core.runner.limits import Verdict
from queue_core.runner.outcome import EndReason
from queue_core.runner.supervisor import Supervisor


class RunningJobs:
    """Carries out orders to the jobs that run in children of this process.

    Args:
        database: The queue's database.
        supervisor: Who owns the children.
        watchdog: Who keeps their clocks.
    """

    def __init__(self, database: Database, supervisor: Supervisor, watchdog: Watchdog) -> None:
        self._database = database
        self.supervisor = supervisor
        self._watchdog = watchdog

    def cancel(self, job_id: str) -> None:
        """End a job that runs here."""
        self.resume(job_id)
        self.supervisor.end(job_id, EndReason.CANCELLED)

    def pause(self, job_id: str) -> bool:
        """Suspend the process tree of a job that runs here; its clock stops."""
        watch = self._watchdog.find(job_id)
        if watch is None or not self.supervisor.pause(job_id):
            return False
        watch.pause()
        self._set_paused(job_id, paused=True)
        return True

    def resume(self, job_id: str) -> bool:
        """Let a suspended job go on."""
        watch = self._watchdog.find(job_id)
        if watch is None or not self.supervisor.resume(job_id):
            return False
        watch.resume()
        self._set_paused(job_id, paused=False)
        return True

    def _set_paused(self, job_id: str, *, paused: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE task_copy SET paused = ?, requested = CASE WHEN requested IN ('pause', "
                "'resume') THEN NULL ELSE requested END, last_update = ? WHERE id = ?",
                (int(paused), now_text(), job_id),
            )

    def end_for(self, job_id: str, verdict: Verdict) -> None:
        """End a job that has passed a limit."""
        self.supervisor.end(job_id, verdict.reason, verdict.detail, verdict.hint)

    def carry_out_stored(self) -> None:
        """Carry out what other processes have asked for, and correct what they got wrong."""
        running = tuple(self.supervisor.running())
        if not running:
            return
        # By their ids: this is asked for after each change, however many jobs the table holds.
        rows = self._database.read(
            "SELECT id, requested, status FROM task_copy WHERE id IN "
            f"({','.join('?' * len(running))}) AND owner = ? AND "
            "(requested IS NOT NULL OR status != 'started')",
            (*running, owner_id()),
        )
        for row in rows:
            if row["status"] != "started":
                self._correct(row["id"])
            elif row["requested"] == "cancel":
                self.cancel(row["id"])
            elif row["requested"] == "pause":
                self.pause(row["id"])
            elif row["requested"] == "resume":
                self.resume(row["id"])

    def _correct(self, job_id: str) -> None:
        """Put back the status of a job that runs here and that another program has closed.

        DashAI marks all running rows as killed when it starts, ours too.
        """
        with self._database.transaction() as connection:
            pid = self.supervisor.running().get(job_id)
            if pid is not None:
                connection.execute(
                    "UPDATE task_copy SET status = 'started', error_msg = NULL, pid = ? "
                    "WHERE id = ? AND owner = ?",
                    (pid, job_id, owner_id()),
                )
