"""Where child processes come from: the interface, and which source is used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from queue_core.runner.supervision.link import Link
from queue_core.runner.supervision.spawned_source import SpawnedSource
from queue_core.system.choice import is_portable


class ProcessSource(Protocol):
    """Makes processes."""

    @property
    def generation(self) -> int:
        """The state of the source now; a spare of an older one is replaced."""

    def start(self, environment: Mapping[str, str]) -> Link:
        """Return the link to a new process, which serves the other end.

        Raises:
            ChildStartError: It cannot be made now.
        """

    def forget(self, pid: int) -> None:
        """Note that a child is gone."""

    def stop(self) -> None:
        """Make nothing any more."""


def make_source(
    libraries: Sequence[str], folder: Path, nice: int, *, on_change: Callable[[], None],
    on_template: Callable[[int, bool], None],
) -> ProcessSource:  # fmt: skip
    """Return what makes children on this system.

    Args:
        libraries: What is loaded ahead.
        folder: The local folder.
        nice: How much lower than the program's the priority of the children is.
        on_change: Called when spares are worth replacing.
        on_template: Called with the number of a process that is to be guarded, and True; with
            False when it is gone.
    """
    if sys.platform == "linux" and not is_portable():
        from queue_core.runner.supervision.forked_source import ForkedSource

        return ForkedSource(libraries, folder, nice, on_change=on_change, on_template=on_template)
    return SpawnedSource(libraries, folder, nice)
