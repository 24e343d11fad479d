"""The supervisor's end of a connection: takes packets as they come, and never waits for one half.

The child's end is a `multiprocessing.connection.Connection`, which puts the length before each
packet: four bytes, big endian; for long ones -1 and then eight bytes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import time
from collections.abc import Iterator

from queue_core.runner.messages import PACKET_LIMIT_BYTES, OutOfStepError

_CHUNK_BYTES = 1 << 16
_SHORT_LIMIT = 0x7FFFFFFF


class PacketSocket:
    """Sends and receives packets without blocking on what the other end does not send."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._buffer = bytearray()

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def receive(self) -> bool:
        """Take what has arrived, or a piece of it; return whether there was anything.

        Raises:
            EOFError: The other end is closed.
        """
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        self._buffer += data
        return True

    def packets(self) -> Iterator[bytes]:
        """Yield and forget the packets that have arrived whole.

        Raises:
            OutOfStepError: What has arrived cannot be the beginning of a packet of ours.
        """
        while (packet := self._take()) is not None:
            yield packet

    @property
    def has_more(self) -> bool:
        """Whether anything has arrived that was not taken."""
        return bool(self._buffer)

    def _take(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 4:
            return None
        (length,) = struct.unpack_from("!i", buffer)
        # The long form is for more than 2 GiB, which no child has to send.
        if not 0 <= length <= PACKET_LIMIT_BYTES:
            raise OutOfStepError(f"A message of {length:,} bytes is announced.")
        if len(buffer) < 4 + length:
            return None
        packet = bytes(memoryview(buffer)[4 : 4 + length])
        del buffer[: 4 + length]
        return packet

    def send(self, packet: bytes, *, end_of_process: int | None, deadline_s: float | None) -> None:
        """Send a packet, however long the other end takes to read it.

        Args:
            packet: What to send.
            end_of_process: A descriptor that becomes readable when nobody will read any more.
            deadline_s: When to give up, by the monotonic clock.

        Raises:
            EOFError: The other end is gone, or the deadline has passed.
        """
        if len(packet) <= _SHORT_LIMIT:
            header = struct.pack("!i", len(packet))
        else:
            header = struct.pack("!i", -1) + struct.pack("!Q", len(packet))
        whole = memoryview(header + packet) if len(packet) < _CHUNK_BYTES else None
        parts = [whole] if whole is not None else [memoryview(header), memoryview(packet)]
        for part in parts:
            self._send_all(part, end_of_process, deadline_s)

    def _send_all(
        self, data: memoryview, end_of_process: int | None, deadline_s: float | None
    ) -> None:
        while data:
            try:
                data = data[self._socket.send(data) :]
            except (BlockingIOError, InterruptedError):
                self._wait_writable(end_of_process, deadline_s)
            except OSError as error:
                raise EOFError from error

    def _wait_writable(self, end_of_process: int | None, deadline_s: float | None) -> None:
        if deadline_s is not None and time.monotonic() > deadline_s:
            raise EOFError
        with getattr(selectors, "PollSelector", selectors.DefaultSelector)() as selector:
            selector.register(self._socket, selectors.EVENT_WRITE)
            if end_of_process is not None:
                selector.register(end_of_process, selectors.EVENT_READ, "end")
            if any(key.data == "end" for key, _ in selector.select(0.2)):
                raise EOFError


def connection_pair() -> tuple[PacketSocket, int]:
    """Return the supervisor's end of a new connection, and the descriptor of the child's.

    Raises:
        OSError: There are no descriptors left.
    """
    ours, theirs = socket.socketpair()
    try:
        theirs.setblocking(True)
        return PacketSocket(ours), theirs.detach()
    except BaseException:
        ours.close()
        theirs.close()
        raise


def close_all(descriptors: list[int]) -> None:
    """Close descriptors, whether they are open or not."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
