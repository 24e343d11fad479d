"""The answer that does not end: events, as long as somebody reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi.responses import Response

from queue_core.api.guard import Receive, Scope, Send

_HEADERS: Final = {
    "cache-control": "no-cache",
    # Asks a proxy not to collect events before it passes them on.
    "x-accel-buffering": "no",
}


class EventResponse(Response):
    """Sends events until they end, the client goes, or it reads nothing for too long.

    Where a client does not read, its connection's buffer fills up, and the next `send` waits: in
    this task alone.

    Args:
        events: What is sent.
        leave: Called when nothing more is sent.
        patience_s: How long a `send` may wait.
    """

    def __init__(
        self, events: AsyncIterator[bytes], leave: Callable[[], None], patience_s: float
    ) -> None:
        super().__init__(None, 200, _HEADERS, "text/event-stream")
        del self.headers["content-length"]  # nobody knows how much will come
        self._events = events
        self._leave = leave
        self._patience_s = patience_s

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        sending = asyncio.create_task(self._send_all(send))
        leaving = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            # Both are done with before the connection is.
            await asyncio.gather(sending, leaving, return_exceptions=True)
            self._leave()

    async def _send_all(self, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for data in self._events:
                async with asyncio.timeout(self._patience_s):
                    await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except (TimeoutError, OSError):
            return  # it reads nothing, or is gone: the connection is closed behind it


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
