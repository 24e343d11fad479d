"""Removes old jobs and gives disk space back, now and then, on a thread of its own."""

from __future__ import annotations

import logging
import threading

from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue.base import RetentionPolicy
from queue_core.queue.connection import Database
from queue_core.queue.retention import clean_up
from queue_core.queue.vacuum import vacuum

logger = logging.getLogger(__name__)

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
        pause_s = _FIRST_S
        while not self._stopping.wait(pause_s):
            pause_s = _INTERVAL_S
            try:
                clean_up(
                    self._database, self._folder, self._policy, should_stop=self._stopping.is_set
                )
                vacuum(self._database, should_stop=self._stopping.is_set)
            except JobQueueError as error:
                logger.info("cleaning up waits for the next time: %s", error)
        self._database.release()
