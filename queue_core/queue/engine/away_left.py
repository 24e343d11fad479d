"""Clears the storage of jobs that have ended, once nobody there needs their folders any more."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from queue_core.places.contract import Place, Sighting, Stage
from queue_core.places.start_files import StartFiles

# So long the order to end is kept for a machine that may still run the job, or begin it.
_LOST_KEPT_S: Final = 3600.0


class Left:
    """The files of ended starts, by handle.

    Who still cleans up after a job needs them, so they go only when the place says that
    nothing of the start is there.

    Args:
        place: The place.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._files: dict[str, tuple[StartFiles, float]] = {}

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return bool(self._files)

    @property
    def handles(self) -> Collection[str]:
        """What the place is to be asked for."""
        return tuple(self._files)

    def add(self, handle: str, files: StartFiles, *, is_lost: bool) -> None:
        """Clear its files later; much later where it is not known whether the job still runs."""
        kept_s = _LOST_KEPT_S if is_lost else 0.0
        self._files[handle] = (files, time.monotonic() + kept_s)

    def find(self, found: Collection[tuple[str, StartFiles]], running: Collection[str]) -> None:
        """Take up what earlier programs have left."""
        for handle, files in found:
            if handle not in running and handle not in self._files:
                self.add(handle, files, is_lost=not files.has_outcome())

    def saw(self, handle: str, sighting: Sighting) -> None:
        """Clear what the place is through with."""
        files, due_s = self._files[handle]
        if sighting.stage in (Stage.ENDED, Stage.UNKNOWN) and time.monotonic() > due_s:
            del self._files[handle]
            files.remove()
            self._place.forget(handle)
