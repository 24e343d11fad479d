"""Closes the entities of jobs that ended without their own help: skipped, cancelled, interrupted.

Their rows say so (`entity_open`), so that nothing is forgotten when the program goes down before
it comes to it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from queue_core.errors import MonitorError, UntrustedBlobError
from queue_core.paths import LocalFolder
from queue_core.queue.store import reports
from queue_core.queue.store.connection import Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.serializer import Signer
from queue_core.queue.upkeep.entities import close_entity
from queue_core.runner.outcome import RunOrder
from queue_core.runner.supervision.supervisor import Supervisor
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_LOOK_S = 30.0
_AT_ONCE = 50
_OPEN = (
    "SELECT id, status, job_blob, attempt, error_msg FROM task_copy INDEXED BY monitor_entity "
    "WHERE entity_open != 0 AND status IN ('cancelled', 'error', 'killed') LIMIT ?"
)


class EntityCloser:
    """Lets ended jobs clean up in a child, one after another, and else closes their entities.

    Args:
        folder: The local folder.
        database: The queue's database.
        signer: Verifies stored jobs.
        supervisor: Where children come from.
        on_failure: Told what keeps it from working.
    """

    def __init__(
        self, *, folder: LocalFolder, database: Database, signer: Signer, supervisor: Supervisor,
        on_failure: Callable[[BaseException | None], None],
    ) -> None:  # fmt: skip
        self._folder = folder
        self._database = database
        self._signer = signer
        self._supervisor = supervisor
        self._due = threading.Event()
        self._due.set()
        self._thread = SteadyThread(
            "cleaner", self._round, on_failure=on_failure, at_end=database.release
        )

    def start(self) -> None:
        """Start; what earlier programs left is closed first."""
        self._thread.start()

    def wake(self) -> None:
        """Look now: a job has ended without its own help."""
        self._due.set()

    def stop(self, timeout_s: float) -> None:
        """End after the job that is being looked after; the others are closed at the next start."""
        self._thread.stop()
        self._due.set()
        self._thread.join(timeout_s)

    def _round(self) -> None:
        self._due.wait(_LOOK_S)
        self._due.clear()
        try:
            is_all = self._close_some()
        except BaseException:
            self._due.set()  # again after a pause, and not in half a minute
            raise
        if not is_all:
            self._due.set()

    def _close_some(self) -> bool:
        """Close the entities of some jobs; return whether those were all."""
        rows = self._database.read(_OPEN, (_AT_ONCE,))
        for row in rows:
            if self._thread.is_stopping:
                break
            self._close(row["id"], row)
        return len(rows) < _AT_ONCE

    def _close(self, job_id: str, row: Row) -> None:
        if not self._clean_up(job_id, row):
            close_entity(self._folder, job_id)
        self._database.write(lambda c: reports.entity_closed(c, job_id), durable=False)

    def _clean_up(self, job_id: str, row: Row) -> bool:
        """Let the job clean up after itself; return whether it could."""
        try:
            errand = self._signer.verify(row["job_blob"], job_id)
        except UntrustedBlobError:
            return False
        order = RunOrder(
            job_id=job_id,
            payload=errand.payload,
            cwd=errand.cwd,
            import_path=errand.import_path,
            changes=errand.changes,
            attempt=row["attempt"],
        )
        cancelled = row["status"] == "cancelled"
        ending = "" if cancelled else str(row["error_msg"] or "")
        try:
            return self._supervisor.clean_up(order, cancelled=cancelled, ending=ending)
        except MonitorError as error:
            logger.info("clean-up of job %s: %s", job_id, error)
            return False
