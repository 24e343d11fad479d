"""What wakes the change feed: commits of this process, and writes of others to the database."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from enum import Enum, auto

LOOK_S = 0.04  # each look wakes the processor, which costs far more than the look
WATCHED_LOOK_S = 0.5  # where the system tells of writes, looks are only for the case that it failed


class Ring(Enum):
    """Why a wait ended."""

    NOTHING = auto()
    OWN = auto()
    WRITTEN = auto()


class Bell(ABC):
    """Waits for news: rung by this process, by a write to a file, or after a while."""

    @abstractmethod
    def ring(self) -> None:
        """Wake the one who waits; may be called by any thread, often."""

    @abstractmethod
    def wait(self) -> Ring:
        """Wait for the next news, or until it is time to look."""

    def missed(self) -> None:  # noqa: B027 - optional to override
        """Hear that something was written and nothing rang."""

    def close(self) -> None:  # noqa: B027 - optional to override
        """Give back what the system lent."""


class PollingBell(Bell):
    """Rings 25 times a second: works everywhere."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Wake the one who waits."""
        # Asked first, because a busy queue commits much more often than anybody looks.
        if not self._event.is_set():
            self._event.set()

    def wait(self) -> Ring:
        """Wait for the next ring, or 40 ms."""
        if not self._event.wait(LOOK_S):
            return Ring.NOTHING
        self._event.clear()
        return Ring.OWN
