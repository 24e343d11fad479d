"""Clears the storage of jobs that have ended, once nobody there needs their folders any more."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from queue_core.places.contract import Place, Sighting, Stage
from queue_core.places.storage import OUTCOME, remove_attempt

# So long the order to end is kept for a machine that may still run the job, or begin it.
_LOST_KEPT_S: Final = 3600.0


class Left:
    """The folders of ended starts, by handle.

    Who still cleans up after a job needs its folder, so it goes only when the place says that
    nothing of the start is there.

    Args:
        place: The place.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._folders: dict[str, tuple[Path, float]] = {}

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return bool(self._folders)

    @property
    def handles(self) -> Collection[str]:
        """What the place is to be asked for."""
        return tuple(self._folders)

    def add(self, handle: str, folder: Path, *, is_lost: bool) -> None:
        """Clear a folder later; much later where it is not known whether the job still runs."""
        kept_s = _LOST_KEPT_S if is_lost else 0.0
        self._folders[handle] = (folder, time.monotonic() + kept_s)

    def find(self, found: Collection[tuple[str, Path]], running: Collection[str]) -> None:
        """Take up what earlier programs have left."""
        for handle, folder in found:
            if handle not in running and handle not in self._folders:
                self.add(handle, folder, is_lost=not (folder / OUTCOME).exists())

    def saw(self, handle: str, sighting: Sighting) -> None:
        """Clear what the place is through with."""
        folder, due_s = self._folders[handle]
        if sighting.stage in (Stage.ENDED, Stage.UNKNOWN) and time.monotonic() > due_s:
            del self._folders[handle]
            remove_attempt(folder)
            self._place.forget(handle)
