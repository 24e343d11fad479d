"""How long a client bears a server that does not answer: it may be starting again."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from queue_core.errors import JobQueueError

_PATIENCE_S: Final = 30.0
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 3.0


class Patience:
    """Pauses between tries, longer and longer, until it is enough.

    Args:
        place: Who does not answer.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self.renew()

    def renew(self) -> None:
        """Begin anew: it has answered."""
        self._since_s = time.monotonic()
        self._pause_s = _FIRST_PAUSE_S

    def sleep(self, error: Exception) -> None:
        """Wait before the next try.

        Raises:
            JobQueueError: It was long enough.
        """
        time.sleep(self._next_pause_s(error))

    async def async_sleep(self, error: Exception) -> None:
        """Do what `sleep` does without blocking the event loop."""
        await asyncio.sleep(self._next_pause_s(error))

    def _next_pause_s(self, error: Exception) -> float:
        if time.monotonic() - self._since_s > _PATIENCE_S:
            raise unreachable(self._place, error) from error
        pause_s = self._pause_s
        self._pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return pause_s


def unreachable(place: str, error: Exception) -> JobQueueError:
    """Return what to say of a server that does not answer."""
    return JobQueueError(
        f"{place} does not answer: {error}.",
        hint="Start it with `dashai-monitor serve`, or check the address.",
    )
