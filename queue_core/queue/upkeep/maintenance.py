"""Removes old jobs and gives disk space back, now and then, on a thread of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from queue_core.errors import MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.store.database import Database
from queue_core.queue.upkeep.entities import close_entities_without_job
from queue_core.queue.upkeep.retention import clean_up
from queue_core.queue.upkeep.vacuum import vacuum
from queue_core.queue.values import RetentionPolicy
from queue_core.steady_thread import SteadyThread

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
        on_failure: Told what keeps it from working.
    """

    def __init__(
        self, database: Database, folder: LocalFolder, policy: RetentionPolicy,
        on_failure: Callable[[BaseException | None], None],
    ) -> None:  # fmt: skip
        self._database = database
        self._folder = folder
        self._policy = policy
        self._next_s = time.monotonic() + _FIRST_S
        self._is_settled = False
        self._thread = SteadyThread(
            "maintenance", self._round, on_failure=on_failure, at_end=database.release
        )

    def start(self) -> None:
        """Start; the first cleaning comes a minute later, when the program has settled."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is under way."""
        self._thread.stop()
        self._thread.join(5.0)

    def _round(self) -> None:
        if not self._is_settled:
            if not self._thread.pause(_SETTLE_S):
                self._settle()
                self._is_settled = True
            return
        if self._thread.pause(max(0.0, self._next_s - time.monotonic())):
            return
        self._next_s = time.monotonic() + _INTERVAL_S
        should_stop = lambda: self._thread.is_stopping  # noqa: E731 - asked between two steps
        try:
            clean_up(self._database, self._folder, self._policy, should_stop=should_stop)
            vacuum(self._database, should_stop=should_stop)
        except MonitorError as error:
            logger.info("cleaning up waits for the next time: %s", error)

    def _settle(self) -> None:
        """Close what programs that were killed have left open."""
        self._database.forget_dead_owners()
        rows = self._database.read(
            "SELECT id FROM task_copy WHERE status IN ('not_started', 'started')"
        )
        active = {row[0] for row in rows}
        close_entities_without_job(self._folder, active, min_age_s=_NEW_ENTITY_S)
