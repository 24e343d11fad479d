"""What all routes share: the queue, its folder, threads for the disk, and the limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from queue_core.api.events import Broadcaster
from queue_core.api.guard import Limits
from queue_core.api.rooms import Room
from queue_core.errors import EntityNotFoundError
from queue_core.library.job_results import entity_place

if TYPE_CHECKING:
    from queue_core.paths import LocalFolder
    from queue_core.queue.huey_queue import HueyJobQueue
    from queue_core.queue.job_record import JobRecord

_READERS: Final = 4
_WRITERS: Final = 4
# How often somebody looks whether the programs that run jobs are still there.
_LOOK_S: Final = 1.0


class ApiContext:
    """The queue as the API's routes use it; made within the running event loop.

    Args:
        queue: The queue.
        limits: How much a client may ask for.
        trusts_paths: Whether clients may name files of this computer and run scripts.

    Attributes:
        reading: Threads that answer questions.
        writing: Threads that carry out orders: they may wait for locks, and hold up no question.
        events: Tells what changes.
    """

    def __init__(self, queue: HueyJobQueue, limits: Limits, *, trusts_paths: bool) -> None:
        self.queue = queue
        self.limits = limits
        self.trusts_paths = trusts_paths
        self.reading = Room("api-reader", _READERS, queue.release)
        self.writing = Room("api-writer", _WRITERS, queue.release)
        self.events = Broadcaster(queue, self.reading, limits.streams)
        self._looked_s = 0.0
        self._look: asyncio.Future[None] | None = None

    @property
    def folder(self) -> LocalFolder:
        """The local folder."""
        return self.queue.folder

    def look_after(self) -> None:
        """See to the jobs of programs that are gone, beside the loop and once a second at most."""
        loop = asyncio.get_running_loop()
        if loop.time() - self._looked_s < _LOOK_S or (self._look and not self._look.done()):
            return
        self._looked_s = loop.time()
        self._look = asyncio.ensure_future(self.reading.run(self.queue.look_after))

    def entity_of(self, record: JobRecord) -> dict[str, Any] | None:
        """Return the entity that a job has made, as its columns; None where there is none."""
        place = entity_place(record.result)
        if place is None:
            return None
        from queue_core.library.entities import get_entity

        try:
            found = get_entity(self.folder, *place)
        except EntityNotFoundError:  # it was deleted since
            return None
        return {
            "kind": found.kind, "id": found.id, "name": found.name,
            "created_at": found.created_at, "started_at": found.started_at,
            "finished_at": found.finished_at,
        }  # fmt: skip

    def close_streams(self) -> None:
        """End what does not end by itself, so that the server can."""
        self.events.close()

    def close(self) -> None:
        """End the threads."""
        self.reading.close()
        self.writing.close()
        self.queue.release()
