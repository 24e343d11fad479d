"""All places of a consumer: one thread each, and a word for jobs whose place nobody knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from queue_core.places.choice import make_place
from queue_core.places.configuration import PlaceConfig
from queue_core.queue.engine.away_host import AwayHost
from queue_core.queue.engine.away_place import AwayPlace
from queue_core.queue.engine.handing_over import Sender
from queue_core.queue.engine.problems import Problems
from queue_core.queue.store import away
from queue_core.queue.store.serializer import Signer

_STOP_S: Final = 25.0


class AwayJobs:
    """The jobs that run elsewhere; nothing of it runs where no place is set.

    Args:
        configs: The places.
        host: The engine.
        sender_of: Makes what prepares the starts of a place.
        signer: Verifies stored jobs.
        problems: Told what keeps a place from working.
    """

    def __init__(
        self, configs: Sequence[PlaceConfig], host: AwayHost,
        sender_of: Callable[[PlaceConfig], Sender], signer: Signer, problems: Problems,
    ) -> None:  # fmt: skip
        self._database = host.database
        self._signer = signer
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

    def cancel(self, job_id: str) -> bool:
        """End a job that is followed here; False for any other."""
        return any(place.cancel(job_id) for place in self._places)

    def stop(self) -> None:
        """Follow no longer; what runs there goes on."""
        deadline = time.monotonic() + _STOP_S
        for place in self._places:
            place.wake()
        for place in self._places:
            place.stop(max(0.0, deadline - time.monotonic()))

    def look_at_unknown(self) -> None:
        """Tell jobs that wait for a place that the settings do not have.

        One that was put for another place, as its signature says, goes back to that.

        Raises:
            JobQueueError: The database cannot be read or written.
        """
        known = [place.name for place in self._places]
        for rowid, place in away.at_unknown_places(self._database, known, self._signed_place):
            # One that another program has sent to a place of the settings goes there after all.
            self._database.write(partial(away.note_unknown, rowid=rowid, place=place))
            self.wake()

        for job_id in away.unfollowed(self._database, known):
            self._database.write(
                partial(away.note, job_id=job_id, node=None, text=away.UNFOLLOWED), durable=False
            )

    def _signed_place(self, blob: object, job_id: str) -> str | None:
        return self._signer.verify(blob, job_id).place
