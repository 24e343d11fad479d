"""The bell that Linux rings when a file is written to; see `bell`."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import select
import sys
import threading
from pathlib import Path

from queue_core.queue.store.bell import LOOK_S, WATCHED_LOOK_S, Bell, Ring

assert sys.platform == "linux"  # what follows is no matter of mypy for other systems

logger = logging.getLogger(__name__)

_IN_MODIFY = 0x2
_BUFFER_BYTES = 1 << 16
_MOST_UNTOLD = 3


class WatchingBell(Bell):
    """Is told by Linux when a file is written to, so that an idle program sleeps.

    Where that fails (no file yet, a file system that tells nothing of others) it polls.

    Args:
        path: The file.

    Raises:
        OSError: The system has no watch left.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._inotify < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1 failed")
        try:
            self._rung = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        except OSError:
            os.close(self._inotify)
            raise
        self._poll = select.poll()
        for descriptor in (self._inotify, self._rung):
            self._poll.register(descriptor, select.POLLIN)
        self._is_rung = False
        self._inode = 0
        self._untold = 0
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Wake the one who waits."""
        if self._is_rung:
            return
        with self._lock:  # not while the descriptor is closed
            if self._rung >= 0:
                self._is_rung = True
                os.eventfd_write(self._rung, 1)

    def wait(self) -> Ring:
        """Wait for a ring or a write; half a second at most, or 40 ms where nobody tells."""
        timeout_s = WATCHED_LOOK_S if self._is_watching() else LOOK_S
        ready = {descriptor for descriptor, _ in self._poll.poll(timeout_s * 1000)}
        if self._inotify in ready:
            self._forget_events()
            self._untold = 0
        if self._rung in ready:
            os.eventfd_read(self._rung)
            self._is_rung = False  # before anybody looks, so that nothing is missed
            return Ring.OWN
        return Ring.WRITTEN if ready else Ring.NOTHING

    def missed(self) -> None:
        """Count what the system did not tell of; it is not relied on after the third time."""
        if self._inode:
            self._untold += 1
            if self._untold == _MOST_UNTOLD:
                logger.debug("the system does not tell of writes to %s", self._path)

    def close(self) -> None:
        """Close the descriptors."""
        with self._lock:
            os.close(self._inotify)
            os.close(self._rung)
            self._inotify = self._rung = -1

    def _is_watching(self) -> bool:
        """Return whether the system tells of writes, and ask it to for a file that is new."""
        if self._untold >= _MOST_UNTOLD:
            return False
        try:
            inode = self._path.stat().st_ino
        except OSError:
            self._inode = 0
            return False
        if inode != self._inode:
            name = os.fsencode(self._path)
            added = self._libc.inotify_add_watch(self._inotify, name, _IN_MODIFY)
            self._inode = inode if added >= 0 else 0
        return self._inode != 0

    def _forget_events(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while len(os.read(self._inotify, _BUFFER_BYTES)) == _BUFFER_BYTES:
                pass
