"""On another machine: carries what a start writes here to a storage below a URL, and orders back.

The start writes into a folder of this machine, as into a shared one; only that it begins, and how
it ended, is waited for. A thread of its own carries the rest, so that a storage that does not
answer keeps no time limit from being kept.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from pathlib import Path
from typing import Final

from queue_core.places.log_copy import LogCopy
from queue_core.places.object_store import ObjectStore
from queue_core.places.storage import (
    BEGUN,
    LOG,
    LOOK,
    LOOKED,
    OUTCOME,
    STATE,
    STOP,
    write_anew,
    write_once,
)
from queue_core.runner.log.log_frames import Frame, copied_frame
from queue_core.steady_thread import SteadyThread

logger = logging.getLogger(__name__)

_ROUND_S: Final = 0.4
_LISTEN_S: Final = 1.0
# So long the end is tried to be told: nobody else knows it.
_PATIENCE_S: Final = 120.0


class Courier:
    """Carries the files of one start.

    Args:
        url: The start's folder on the storage.
        folder: Its folder here.
        log: Its log here.
        log_limit_bytes: How much of the log the storage keeps.
    """

    def __init__(self, url: str, folder: Path, log: Path, log_limit_bytes: int) -> None:
        self._store = ObjectStore(url)
        self._folder = folder
        self._pieces = _LogPieces(self._store, log_limit_bytes)
        self._log = LogCopy(log, self._pieces)
        self._carried: dict[str, bytes] = {}
        self._listened_s = -1e9
        self._answered_s = time.monotonic()
        self._due = threading.Event()
        self._thread = SteadyThread("courier", self._round, on_failure=self._on_failure)

    @property
    def silent_s(self) -> float:
        """How long the storage has not answered."""
        return time.monotonic() - self._answered_s

    def begin(self, begun: bytes) -> bool:
        """Tell that the start begins here; return False where it has begun elsewhere.

        Raises:
            OSError: The storage does not answer.
        """
        if not self._store.write_once(BEGUN, begun):
            return False
        self._listen()
        self._thread.start()
        return True

    def finish(self) -> None:
        """Carry what is left, the outcome last.

        Raises:
            OSError: The storage has not taken it, however often it was tried.
        """
        self._thread.stop()
        self._due.set()
        self._thread.join(_PATIENCE_S)
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._carry(is_last=True)
                self._store.write_once(OUTCOME, (self._folder / OUTCOME).read_bytes())
            except OSError:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(1.0)
            else:
                return

    def _round(self) -> None:
        self._due.wait(_ROUND_S)
        if time.monotonic() - self._listened_s > _LISTEN_S:
            self._listen()
        self._carry(is_last=False)
        self._answered_s = time.monotonic()

    def _listen(self) -> None:
        """Bring the order to end, if there is one, and what the queue asks."""
        if not (self._folder / STOP).exists():
            order = self._store.read(STOP)
            if order is not None:
                write_once(self._folder / STOP, order)
        asked = self._store.read(LOOK)
        if asked is not None and asked != self._carried.get(LOOK):
            write_anew(self._folder / LOOK, asked)
            self._carried[LOOK] = asked
        self._listened_s = time.monotonic()

    def _carry(self, *, is_last: bool) -> None:
        """Carry the log, how far the job is and what was answered, as far as they are new."""
        while True:
            is_whole = self._log.follow()
            self._pieces.send()
            if is_whole or not is_last:
                break
        for name in (STATE, LOOKED):
            with contextlib.suppress(FileNotFoundError):
                data = (self._folder / name).read_bytes()
                if data != self._carried.get(name):
                    self._store.write(name, data)
                    self._carried[name] = data

    def _on_failure(self, error: BaseException | None) -> None:
        if error is not None:
            logger.warning("the storage does not answer: %s", error)


class _LogPieces:
    """What is new of a log, as pieces with numbers; of a long one the middle is given up.

    Args:
        store: Where they go.
        limit_bytes: How much is kept: half of it from the start, the rest from the end.
    """

    def __init__(self, store: ObjectStore, limit_bytes: int) -> None:
        self._store = store
        self._limit_bytes = limit_bytes
        self._held: list[bytes] = []
        self._number = 0
        self._head_bytes = 0
        self._tail: list[tuple[int, int]] = []

    def copy_frame(self, frame: Frame, data: bytes) -> None:
        """Hold a frame until the next piece is sent."""
        self._held.append(copied_frame(frame, data))

    def close(self) -> None:
        """Do nothing: what is held is sent by `send`."""

    def send(self) -> None:
        """Send what is held.

        Raises:
            OSError: The storage does not take it; it is held on.
        """
        if not self._held:
            return
        data = b"".join(self._held)
        self._store.write(_piece(self._number + 1), data)
        self._held.clear()
        self._number += 1
        if self._head_bytes + len(data) <= self._limit_bytes // 2:
            self._head_bytes += len(data)
            return
        self._tail.append((self._number, len(data)))
        while len(self._tail) > 1 and sum(size for _, size in self._tail) > self._limit_bytes // 2:
            oldest, _ = self._tail.pop(0)
            self._store.remove(_piece(oldest))


def _piece(number: int) -> str:
    return f"{LOG}/{number:08d}"
