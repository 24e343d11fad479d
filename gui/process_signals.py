"""SIGINT and SIGTERM end the program as Quit does; Qt's loop alone would not notice them."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QSocketNotifier

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen_to_signals(on_signal: Callable[[], None]) -> Callable[[], None]:
    """Call *on_signal* on the GUI thread when the process is asked to end; return what ends it."""
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

    def drain() -> None:
        with contextlib.suppress(BlockingIOError):
            reader.recv(64)

    def handle(_number: int, _frame: FrameType | None) -> None:
        on_signal()

    # The interpreter notes a signal in C and runs its handler in Python code; the byte in the
    # socket wakes Qt's loop, and with it the interpreter.
    notifier.activated.connect(drain)
    before_fd = signal.set_wakeup_fd(writer.fileno())
    before = {number: signal.signal(number, handle) for number in SIGNALS}

    def stop() -> None:
        signal.set_wakeup_fd(before_fd)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        reader.close()
        writer.close()

    return stop
