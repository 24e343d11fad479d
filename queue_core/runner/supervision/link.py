"""What connects the supervisor with one child: the interface of `PollLink` and `ThreadLink`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from queue_core.runner.log.log_writer import LogWriter

MESSAGES: Final = "messages"
END: Final = "end"
OUTPUT: Final = "output"
# So many rounds of output are taken at the end of an order; a flood of others' ends there.
ROUNDS: Final = 1_024


class ProcessHandle(Protocol):
    """A process that somebody has made for us.

    Attributes:
        pid: Its number; it leads a group of this number.
        started_with: The variables of what it was forked from, from which its own may differ;
            None where it was started with its own.
        generation: Which state of its source it was made from.
    """

    pid: int
    started_with: Mapping[str, str] | None
    generation: int

    @property
    def is_lost(self) -> bool:
        """Whether nobody could say any more how it ends; it is ended then."""

    def has_ended(self) -> bool:
        """Return whether it runs no more; its number is kept until `exit_code`."""

    def exit_code(self) -> int | None:
        """Let its number go and return how it ended: negative for a signal, None if unknown."""

    def sweep(self) -> None:
        """End what it has left to others, where that can be known; call it before `exit_code`."""

    def close(self) -> None:
        """Give back what watches it."""


class Link(Protocol):
    """The supervisor's end of a child's connection and output."""

    @property
    def process(self) -> ProcessHandle:
        """The process at the other end."""

    def wait(self, timeout_s: float) -> set[str]:
        """Return which of `OUTPUT`, `MESSAGES` and `END` have something to say.

        With `END`, all that the process has said has come.
        """

    def descriptors(self) -> list[int]:
        """Return what can be waited for beside others; nothing where it is to be looked at."""

    # Messages

    def send(self, packet: bytes, *, deadline_s: float | None) -> None:
        """Send a packet, however long the other end takes to read it.

        Args:
            packet: What to send.
            deadline_s: When to give up, by the monotonic clock.

        Raises:
            EOFError: The other end is gone, or the deadline has passed.
        """

    def receive(self) -> bool:
        """Take what has arrived, or a piece of it; return whether there was anything.

        Raises:
            EOFError: The other end is closed.
        """

    def packets(self) -> Iterator[bytes]:
        """Yield and forget the packets that have arrived whole.

        Raises:
            OutOfStepError: What has arrived cannot be the beginning of a packet of ours.
        """

    @property
    def has_more(self) -> bool:
        """Whether anything has arrived that was not taken."""

    def stop_listening(self) -> None:
        """Listen to no messages any more; the output goes on."""

    def close_connection(self) -> None:
        """Let the child know that nobody has an order for it any more."""

    # Output

    def read_output(self, log: LogWriter | None) -> bool:
        """Move what has been written by now to the log; return whether there was any."""

    def drain(self, log: LogWriter | None, rounds: int = ROUNDS) -> None:
        """Move all that was written until the answer, or the end, to the log."""

    def said(self) -> str:
        """Return what the process has written to its standard error, for one that did not start."""

    def close(self) -> None:
        """Close all of it; the process has ended, or is left to the system."""
