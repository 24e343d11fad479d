"""How jobs are run, as the settings say."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.places.configuration import read_places
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.values import RetentionPolicy
from queue_core.settings import Settings, known


def engine_options(settings: Settings, labels: Sequence[str] = ()) -> EngineOptions:
    """Return the options for `HueyJobQueue.start` that *settings* ask for.

    Args:
        settings: The settings.
        labels: What this program offers to jobs that ask for it.
    """
    import psutil

    return EngineOptions(
        preload=tuple(settings[known.PRELOAD]),
        grace_s=settings[known.CANCEL_GRACE_S],
        nice=settings[known.NICE],
        idle_timeout_s=settings[known.IDLE_TIMEOUT_S],
        floor_bytes=settings[known.FREE_MEMORY_FLOOR_BYTES],
        log_limit_bytes=settings[known.OUTPUT_BYTES],
        timeout_of=settings.timeout_s,
        memory_limit_bytes=int(settings[known.MEMORY_FRACTION] * psutil.virtual_memory().total),
        max_attempts=settings[known.MAX_ATTEMPTS],
        retry_delay_s=settings[known.RETRY_DELAY_S],
        retention=retention_policy(settings),
        places=read_places(settings.places)[0],
        labels=labels,
    )


def retention_policy(settings: Settings) -> RetentionPolicy:
    """Return what clean-up removes."""
    return RetentionPolicy(
        max_age_days=settings[known.MAX_AGE_DAYS] or None,
        max_count=settings[known.MAX_COUNT] or None,
        max_bytes=settings[known.MAX_BYTES] or None,
    )
