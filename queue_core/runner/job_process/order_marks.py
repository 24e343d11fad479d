"""Marks by which the program knows that all output of an order has come.

Only for children that were started as programs of their own, whose pipes are read by threads; see
`supervision.thread_output`.
"""

from __future__ import annotations

import contextlib
import os


class OrderMarks:
    """Writes a mark to each pipe of this process; never raises.

    Args:
        mark: What to write.
        records: The pipe for records.
    """

    def __init__(self, mark: bytes, records: int) -> None:
        self._mark = mark
        # Copies, because a job may lead its streams elsewhere.
        self._pipes = {pipe: os.fstat(pipe) for pipe in (os.dup(1), os.dup(2), records)}

    def write(self) -> None:
        """Write the mark, behind all that was written until now."""
        for pipe, before in self._pipes.items():
            with contextlib.suppress(OSError):
                # A job may have closed what is not its own, and have opened a file in its place.
                if os.path.samestat(os.fstat(pipe), before):
                    os.write(pipe, self._mark)
