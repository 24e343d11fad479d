"""How jobs are run, as one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from queue_core.places.configuration import PlaceConfig
from queue_core.queue.values import RetentionPolicy


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """How jobs are run.

    Attributes:
        preload: Modules that children import while they wait.
        grace_s: Seconds that a cancelled job has to end by itself.
        nice: How much lower than the program's the priority of the children is.
        idle_timeout_s: Seconds after which the child of an idle worker is let go.
        floor_bytes: Free memory of the machine below which the biggest job ends; 0 means none.
        log_limit_bytes: How much of a job's output is kept.
        timeout_of: Returns the wall-clock limit in seconds of a class name, for jobs that were
            put without one; None means none.
        memory_limit_bytes: Memory limit for jobs that were put without one; 0 means none.
        max_attempts: How often a job is tried that was put without saying.
        retry_delay_s: Seconds before its second attempt.
        retention: Which ended jobs are removed.
        places: Where jobs may run, beside this computer.
        labels: What this program offers to jobs that ask for it.
        lost_after_s: How long to wait for a word of a job that its place calls ended.
    """

    preload: Sequence[str] = ()
    grace_s: float = 2.0
    nice: int = 0
    idle_timeout_s: float = 300.0
    floor_bytes: int = 0
    log_limit_bytes: int = 32 * 1024 * 1024
    timeout_of: Callable[[str], float | None] = lambda _: None
    memory_limit_bytes: int = 0
    max_attempts: int = 1
    retry_delay_s: float = 10.0
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    places: Sequence[PlaceConfig] = ()
    labels: Sequence[str] = ()
    lost_after_s: float = 90.0
