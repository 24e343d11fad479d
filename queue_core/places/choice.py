"""Makes the place that a configuration describes."""

from __future__ import annotations

from queue_core.places.configuration import RAY, PlaceConfig
from queue_core.places.contract import Place
from queue_core.places.slurm import Slurm


def make_place(config: PlaceConfig) -> Place:
    """Return the place; nothing is asked of it yet."""
    if config.kind == RAY:
        from queue_core.places.ray_jobs import RayJobs

        return RayJobs(config)
    return Slurm(config)
