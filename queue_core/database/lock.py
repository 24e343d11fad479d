"""A lock between processes, held on a file and let go by the system when its holder dies."""

from __future__ import annotations

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
    # Imported here, for an up-to-date folder needs no lock and a bare command no 30 ms.
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=timeout_s, mode=0o600, poll_interval=_LOOK_EVERY_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise LocalFolderError(
            f"Another program has been holding {path} for {timeout_s:.0f} seconds.",
            hint="Close other windows of this program and try again.",
        ) from error
    try:
        yield
    finally:
        lock.release()
