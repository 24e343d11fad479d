"""Waits until something happens to one of several children, or somebody rings."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, Protocol

LOOK_S: Final = 0.05


class Lookout(Protocol):
    """Waits; one thread at a time."""

    def ring(self) -> None:
        """Wake the one who waits; may be called by any thread."""

    def wait(self, children: Sequence[Sequence[int]], timeout_s: float | None) -> None:
        """Wait until there is news, or it is time to look.

        Args:
            children: For each child, the descriptors by which its news is told; none where it is
                to be looked at.
            timeout_s: How long at most; None where nothing is due.
        """

    def close(self) -> None:
        """Give back what the system lent."""


class LookingLookout:
    """Looks 20 times a second while there are children: works everywhere."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Wake the one who waits."""
        self._event.set()

    def wait(self, children: Sequence[Sequence[int]], timeout_s: float | None) -> None:
        """Wait for a ring, or until it is time to look."""
        self._event.wait(LOOK_S if children else timeout_s)
        self._event.clear()

    def close(self) -> None:
        """Do nothing."""
