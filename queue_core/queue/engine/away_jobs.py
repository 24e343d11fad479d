"""All places of a consumer: one thread each, and a word for jobs whose place nobody knows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from queue_core.places.choice import make_place
from queue_core.places.configuration import PlaceConfig
from queue_core.queue.engine.away_place import AwayHost, AwayPlace
from queue_core.queue.engine.handing_over import Sender
from queue_core.queue.engine.problems import Problems
from queue_core.queue.store import away

_STOP_S: Final = 25.0


class AwayJobs:
    """The jobs that run elsewhere; nothing of it runs where no place is set.

    Args:
        configs: The places.
        host: The engine.
        sender_of: Makes what prepares the starts of a place.
        problems: Told what keeps a place from working.
    """

    def __init__(
        self, configs: Sequence[PlaceConfig], host: AwayHost,
        sender_of: Callable[[PlaceConfig], Sender], problems: Problems,
    ) -> None:  # fmt: skip
        self._database = host.database
        self._places = [
            AwayPlace(
                make_place(config), sender_of(config), host, problems.of(config.name),
                most_jobs=config.most_jobs,
            )
            for config in configs
        ]  # fmt: skip

    def start(self) -> None:
        """Follow what runs there, and start what waits."""
        for place in self._places:
            place.start()

    def wake(self) -> None:
        """Look now: something has changed."""
        for place in self._places:
            place.wake()

    def stop(self) -> None:
        """Follow no longer; what runs there goes on."""
        deadline = time.monotonic() + _STOP_S
        for place in self._places:
            place.wake()
        for place in self._places:
            place.stop(max(0.0, deadline - time.monotonic()))

    def name_unknown(self) -> None:
        """Tell jobs that wait for a place that the settings do not have.

        Raises:
            JobQueueError: The database cannot be read or written.
        """
        known = {place.name for place in self._places}
        for name in away.places_waited_for(self._database):
            if name not in known:
                self._database.write(partial(_tell_unknown, name), durable=False)


def _tell_unknown(name: str, connection: sqlite3.Connection) -> None:
    away.note_place(connection, name, f"The settings have no place named {name}.")
