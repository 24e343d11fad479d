"""Removes old jobs and gives disk space back, now and then, on a thread of its own."""

from __future__ import annotations

import logging
import threading

from queue_core.errors import MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.base import RetentionPolicy
from queue_core.queue.connection import Database
from queue_core.queue.retention import clean_up
from queue_core.queue.vacuum import vacuum

logger = logging.getLogger(__name__)

_SETTLE_S = 3.0
_NEW_ENTITY_S = 60.0
_FIRST_S = 60.0
_INTERVAL_S = 900.0


class Maintenance:
    """Cleans up each quarter of an hour, in short steps that let everybody else go first.

    Args:
        database: The queue's database.
        folder: The local folder.
        policy: What is kept.
    """

    def __init__(self, database: Database, folder: LocalFolder, policy: RetentionPolicy) -> None:
        self._database = database
        self._folder = folder
        self._policy = policy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="maintenance", daemon=True)

    def start(self) -> None:
        """Start; the first cleaning comes a minute later, when the program has settled."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        if not self._stopping.wait(_SETTLE_S):
            self._close_entities()
        pause_s = _FIRST_S
        while not self._stopping.wait(pause_s):
            pause_s = _INTERVAL_S
            try:
                clean_up(
                    self._database, self._folder, self._policy, should_stop=self._stopping.is_set
                )
                vacuum(self._database, should_stop=self._stopping.is_set)
            except MonitorError as error:
                logger.info("cleaning up waits for the next time: %s", error)
        self._database.release()

    def _close_entities(self) -> None:
        """Give up entities whose job vanished with a program that was killed while it put it."""
        if not self._folder.main_db.exists():
            return
        from queue_core.database.closing import reconcile_entities

        rows = self._database.read(
            "SELECT id FROM task_copy WHERE status IN ('not_started', 'started')"
        )
        try:
            count = reconcile_entities(
                self._folder, {row[0] for row in rows}, min_age_s=_NEW_ENTITY_S
            )
        except Exception:  # a border: the entities' database must not end the queue's upkeep
            logger.exception("entities without a job could not be closed")
        else:
            if count:
                logger.info("%d entities had lost their job", count)


def close_entity(folder: LocalFolder, job_id: str) -> None:
    """Give up what a job was to make that was cancelled while it waited, in whatever program."""
    if not folder.main_db.exists():
        return
    from queue_core.database.closing import close_entities

    close_entities(folder, job_id)
