"""A lock between processes, held on a file and let go by the system when its holder dies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from queue_core.errors import LocalFolderError

_LOOK_EVERY_S = 0.02


@contextmanager
def file_lock(path: Path, *, timeout_s: float = 60.0) -> Iterator[None]:
    """Hold the lock on *path* (made where it is missing) within the block.

    Raises:
        LocalFolderError: Another process has held it for longer than *timeout_s*.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + timeout_s
        while not _try_lock(descriptor):
            if time.monotonic() > end:
                raise LocalFolderError(
                    f"Another program has been holding {path} for {timeout_s:.0f} seconds.",
                    hint="Close other windows of this program and try again.",
                )
            time.sleep(_LOOK_EVERY_S)
        try:
            yield
        finally:
            _unlock(descriptor)
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
