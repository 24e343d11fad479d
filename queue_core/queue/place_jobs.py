"""The jobs of another place, as a page of places shows them."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.queue.job_record import JobRecord


@dataclass(frozen=True)
class PlaceJobs:
    """The jobs of another place.

    Attributes:
        records: Those that run there, then those that wait for it, as far as they were asked for.
        running: How many run there.
        waiting: How many wait for it.
    """

    records: tuple[JobRecord, ...] = ()
    running: int = 0
    waiting: int = 0
