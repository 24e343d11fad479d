"""Makes the place that a configuration describes, and its storage."""

from __future__ import annotations

from pathlib import Path

from queue_core.places.configuration import RAY, PlaceConfig
from queue_core.places.contract import Place
from queue_core.places.remote import RemoteStorage
from queue_core.places.shared import SharedStorage
from queue_core.places.slurm import Slurm
from queue_core.places.start_files import Storage


def make_place(config: PlaceConfig) -> Place:
    """Return the place; nothing is asked of it yet."""
    if config.kind == RAY:
        from queue_core.places.ray_jobs import RayJobs

        return RayJobs(config)
    return Slurm(config)


def make_storage(config: PlaceConfig, mirror: Path, *, log_limit_bytes: int = 0) -> Storage:
    """Return where the starts of a place lie; nothing is asked of it yet.

    Args:
        config: The place.
        mirror: Folder of this computer for what is brought of a storage below a URL.
        log_limit_bytes: How much of a log is kept there; of no meaning where none is followed.
    """
    if config.is_remote:
        folder = mirror / config.name.replace(":", "-")
        return RemoteStorage(config.storage, folder, log_limit_bytes)
    return SharedStorage(Path(config.storage), config.node_storage)
