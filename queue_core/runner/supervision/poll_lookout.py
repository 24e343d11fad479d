"""The lookout that Linux wakes when a child has news; see `lookout`."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Sequence

from queue_core.runner.supervision.lookout import LOOK_S

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems


class PollLookout:
    """Waits for all descriptors in one call; see `Lookout`.

    Raises:
        OSError: There is no descriptor left.
    """

    def __init__(self) -> None:
        self._rung = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def ring(self) -> None:
        """Wake the one who waits."""
        with contextlib.suppress(OSError):  # it is closed, or awake already
            os.eventfd_write(self._rung, 1)

    def wait(self, children: Sequence[Sequence[int]], timeout_s: float | None) -> None:
        """Wait for a ring, or news of a child."""
        poll = select.poll()
        poll.register(self._rung, select.POLLIN)
        for descriptors in children:
            for descriptor in descriptors:
                poll.register(descriptor, select.POLLIN)
        if not all(children):
            timeout_s = LOOK_S if timeout_s is None else min(timeout_s, LOOK_S)
        poll.poll(None if timeout_s is None else max(1.0, 1000 * timeout_s))
        with contextlib.suppress(OSError):
            os.eventfd_read(self._rung)

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._rung)
        self._rung = -1
