"""Where requests wait for the disk: a few threads beside the event loop, never one per client."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_PATIENCE_S: Final = 10.0


class Room:
    """A few threads that answer questions, or carry out orders.

    Args:
        name: What its threads are called.
        size: How many there are.
        leave: Called by each thread before it ends: it gives its database connection back.
    """

    def __init__(self, name: str, size: int, leave: Callable[[], None]) -> None:
        self._size = size
        self._leave = leave
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(
        self,
        work: Callable[Arguments, Answer],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        """Return what *work* answers, without holding up the event loop."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, lambda: context.run(work, *arguments, **named)
        )

    def close(self) -> None:
        """End the threads, once what they do is done."""
        together = threading.Barrier(self._size)

        def leave() -> None:
            # Each thread gets one of these, as none of them goes on before all have one.
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(_PATIENCE_S)
            self._leave()

        for _ in range(self._size):
            self._pool.submit(leave)
        self._pool.shutdown()
