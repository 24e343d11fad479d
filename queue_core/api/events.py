"""Server-sent events: what changes, told to any number of clients by one reader.

One task reads the change feed while anybody listens, writes each change as bytes once, and keeps
the last of them. A stream is a place in that list: it costs no thread, no queue of its own, and a
client that reads slowly misses what is no longer kept, and is told so.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from queue_core.api.answers import job_item
from queue_core.api.problems import ApiError, json_bytes
from queue_core.errors import MonitorError

if TYPE_CHECKING:
    from queue_core.api.rooms import Room
    from queue_core.queue.reading import QueueReader

logger = logging.getLogger(__name__)

HEARTBEAT_S: Final = 15.0
# Many changes soon after one another go out together, 20 times a second at most.
REST_S: Final = 0.05
_REST_SHARE: Final = 4.0
KEPT_FRAMES: Final = 5_000
# How many streams are woken before other requests have their turn.
_WOKEN_AT_ONCE: Final = 10
# What a client that does not read can make the program hold for it.
_SENT_AT_ONCE: Final = 100
_PAUSE_S: Final = 1.0


@dataclass(frozen=True)
class Frame:
    """One event.

    Attributes:
        number: Its place.
        job_id: Whom it is about; empty means all.
        data: What is sent.
        is_last: Whether the stream of the job ends with it: the job has ended, or so much was
            missed that its client has to come again.
    """

    number: int
    job_id: str
    data: bytes
    is_last: bool = False


class Stream:
    """One client that listens, to all jobs or to one.

    Args:
        place: The number of the first frame that it has not had.
        job_id: The job; empty means all.
    """

    def __init__(self, place: int, job_id: str) -> None:
        self.place = place
        self.job_id = job_id
        self.news = asyncio.Event()


class Broadcaster:
    """Reads the change feed while anybody listens.

    Args:
        queue: Whose changes.
        room: Threads that read.
        most: How many may listen at once.
    """

    def __init__(self, queue: QueueReader, room: Room, most: int) -> None:
        self._queue = queue
        self._room = room
        self._most = most
        self._streams: set[Stream] = set()
        self._frames: deque[Frame] = deque(maxlen=KEPT_FRAMES)
        self._number = 0
        self._cursor = 0
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def listening(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    async def listen(
        self, job_id: str, after: int | None
    ) -> tuple[AsyncIterator[bytes], Callable[[], None]]:
        """Return what happens, as bytes to send, and what ends the listening.

        It goes on until the job has ended or the program ends.

        Args:
            job_id: Only this job; empty means all.
            after: The number of the last event that the client has had.

        Raises:
            ApiError: Too many listen already.
            JobNotFoundError: There is no such job.
        """
        if len(self._streams) >= self._most:
            raise ApiError(
                503, "too_many_streams", "Too many clients listen already.",
                hint="Close some, or ask /api/v1/job/changes now and then.",
            )  # fmt: skip
        stream = Stream(self._number, job_id)
        self._streams.add(stream)
        try:
            if self._reader is None:
                cursor = await self._room.run(self._queue.cursor)
                if self._reader is None:  # another one may have come meanwhile
                    self._cursor = cursor
                    self._reader = asyncio.create_task(self._read_on(), name="api-changes")
            opening, has_ended = await self._room.run(self._opening, job_id, after, self._cursor)
        except BaseException:
            self._forget(stream)
            raise
        told = self._told(stream, opening, has_ended=has_ended)
        return told, lambda: self._forget(stream)

    async def _told(
        self, stream: Stream, opening: bytes, *, has_ended: bool
    ) -> AsyncIterator[bytes]:
        yield opening
        while not has_ended and not self._is_closed:
            stream.news.clear()
            frames = self._frames_for(stream)
            if frames:
                has_ended = bool(stream.job_id) and any(frame.is_last for frame in frames)
                yield b"".join(frame.data for frame in frames)
            elif stream.place == self._number:
                await stream.news.wait()

    def _frames_for(self, stream: Stream) -> list[Frame]:
        oldest = self._number - len(self._frames)
        if stream.place < oldest:
            stream.place = self._number
            return [Frame(self._number, "", _event("reset", {}, self._cursor), is_last=True)]
        end = min(self._number, stream.place + _SENT_AT_ONCE)
        new = [self._frames[number - oldest] for number in range(stream.place, end)]
        stream.place = end
        return [frame for frame in new if not frame.job_id or stream.job_id in ("", frame.job_id)]

    def _opening(self, job_id: str, after: int | None, cursor: int) -> tuple[bytes, bool]:
        """Return what a stream begins with: the job as it is, or what was missed meanwhile."""
        # A client that comes again keeps its own number until it has what it missed.
        number = cursor if after is None else None
        hello = b"retry: 2000\n" + _event("hello", {"sequence": cursor}, number)
        if job_id:
            record = self._queue.get(job_id)
            return hello + _event("change", job_item(record)), record.status.is_final
        if after is None:
            return hello, False
        missed = self._events(after)[0]
        return hello + b"".join(data for _, data, _ in missed), False

    def _events(self, cursor: int) -> tuple[list[tuple[str, bytes, bool]], int]:
        """Return what happened after *cursor*: id, bytes, whether it is the end; and the next."""
        batch = self._queue.changes_since(cursor)
        if batch.reset:
            return [("", _event("reset", {}, batch.cursor), True)], batch.cursor
        records = self._queue.get_many(batch.changed)
        found = [
            (job_id, _event("change", job_item(record)), record.status.is_final)
            for job_id, record in records.items()
        ]
        found += [
            (job_id, _event("deleted", {"id": job_id}), True)
            for job_id in (*batch.deleted, *(set(batch.changed) - records.keys()))
        ]
        if found:
            job_id, data, is_last = found[-1]
            found[-1] = (job_id, b"id: %d\n%s" % (batch.cursor, data), is_last)
        return found, batch.cursor

    async def _read_on(self) -> None:
        """Read what changes and tell it, until nobody listens."""
        loop = asyncio.get_running_loop()
        unsubscribe = self._queue.subscribe(_ringer(loop, self._changed))
        try:
            while self._streams and not self._is_closed:
                try:
                    await asyncio.wait_for(self._changed.wait(), HEARTBEAT_S)
                except TimeoutError:
                    await self._publish([("", b": alive\n\n", False)])
                    continue
                self._changed.clear()
                begun = loop.time()
                await self._read_once()
                # However many listen: most of the time is for others.
                await asyncio.sleep(max(REST_S, _REST_SHARE * (loop.time() - begun)))
        finally:
            unsubscribe()
            self._reader = None

    async def _read_once(self) -> None:
        try:
            events, self._cursor = await self._room.run(self._events, self._cursor)
        except MonitorError as error:  # a disk that does not answer comes back
            logger.info("the change feed cannot be read: %s", error)
            await asyncio.sleep(_PAUSE_S)
            self._changed.set()
        else:
            await self._publish(events)

    async def _publish(self, events: Iterable[tuple[str, bytes, bool]]) -> None:
        told: set[str] = set()
        for job_id, data, is_last in events:
            self._frames.append(Frame(self._number, job_id, data, is_last))
            self._number += 1
            told.add(job_id)
        await self._wake([s for s in self._streams if "" in told or s.job_id in ("", *told)])

    async def _wake(self, streams: Sequence[Stream]) -> None:
        for place in range(0, len(streams), _WOKEN_AT_ONCE):
            for stream in streams[place : place + _WOKEN_AT_ONCE]:
                stream.news.set()
            await asyncio.sleep(0)

    def _forget(self, stream: Stream) -> None:
        self._streams.discard(stream)
        if not self._streams:
            self._changed.set()  # the reader sees that nobody listens

    def close(self) -> None:
        """End all streams."""
        self._is_closed = True
        self._changed.set()
        for stream in self._streams:
            stream.news.set()


def _ringer(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> Callable[[], None]:
    def ring() -> None:
        if not changed.is_set() and not loop.is_closed():
            loop.call_soon_threadsafe(changed.set)

    return ring


def _event(name: str, data: object, number: int | None = None) -> bytes:
    place = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (place, name.encode(), json_bytes(data))
