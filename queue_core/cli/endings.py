"""How a command that runs until it is told learns that it is to end."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def until_told(tell: Callable[[], object]) -> Iterator[None]:
    """Call *tell* at Ctrl+C and at SIGTERM; a second one is taken as usual."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def told(number: int, _frame: object) -> None:
        tell()
        signal.signal(number, before[signal.Signals(number)])

    for number in signals:
        signal.signal(number, told)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
