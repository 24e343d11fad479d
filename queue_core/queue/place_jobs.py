"""The jobs of another place, as a page of places shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from queue_core.queue.job_record import JobRecord


@dataclass(frozen=True)
class PlaceJobs:
    """The jobs of another place.

    Attributes:
        records: Those that run there, then those that wait for it, as far as they were asked for.
        running: How many run there.
        waiting: How many wait for it.
        by_node: How many run on each of its machines.
    """

    records: tuple[JobRecord, ...] = ()
    running: int = 0
    waiting: int = 0
    by_node: Mapping[str, int] = field(default_factory=dict)
