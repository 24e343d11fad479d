"""Who runs a job, known by a lock that the system lets go when its holder dies.

A process number may be given away again, a start time moves when the clock is set, and a computer
or a container may change its name; a lock on a file of one's own does none of that. Each consumer
holds one below `monitor/owners/`, from its start to its end, however that comes.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from queue_core.queue.store.database import OwnershipLostError

_FOLDER: Final = "owners"
_OWNER: Final = re.compile(r"(\d{1,10}):([0-9a-f]{32})", re.ASCII)

_held: dict[Path, int] = {}
_lock = threading.Lock()


class Owner:
    """The right to run jobs of a folder, held by one consumer of this process.

    Args:
        root: The local folder.

    Attributes:
        text: What stands in a row: process number and a token that is never used twice.
        on_lost: Never called: a lock on a file stays as long as its process lives.
    """

    def __init__(self, root: Path) -> None:
        token = secrets.token_hex(16)
        self.text = f"{os.getpid()}:{token}"
        self.on_lost: Callable[[OwnershipLostError | None], None] = lambda _: None
        self._path = _path(root, token)

    def hold(self) -> None:
        """Take the lock; again where somebody has deleted its file.

        Raises:
            OSError: The file cannot be made.
        """
        with _lock:
            held = _held.get(self._path)
            if held is not None and self._path.exists():
                return
            if held is not None:
                os.close(_held.pop(self._path))
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock_now(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            _held[self._path] = descriptor

    def release(self) -> None:
        """Let go: whatever still stands as run by this owner is not."""
        with _lock:
            held = _held.pop(self._path, None)
            if held is not None:
                os.close(held)
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def owner_is_alive(root: Path, owner: object) -> bool:
    """Return whether the consumer that *owner* names still runs; anything odd names none."""
    found = _OWNER.fullmatch(owner) if isinstance(owner, str) else None
    if found is None:
        return False
    path = _path(root, found[2])
    with _lock:
        return path in _held or _is_locked(path)


def process_of(owner: str) -> int:
    """Return the process number in *owner*; 0 where it has none."""
    found = _OWNER.fullmatch(owner)
    return int(found[1]) if found else 0


def forget_dead_owners(root: Path) -> None:
    """Delete the lock files of consumers that ended without a word."""
    with contextlib.suppress(OSError):
        for path in _path(root, "").parent.glob("*.lock"):
            with _lock:
                if path not in _held and not _is_locked(path):
                    path.unlink(missing_ok=True)


def _path(root: Path, token: str) -> Path:
    return root / "monitor" / _FOLDER / f"{token}.lock"


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it cannot be known, e.g. for want of descriptors: nobody is declared dead
    try:
        return not _lock_now(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _lock_now(descriptor: int) -> bool:
    """Lock an open file for this process; return whether nobody else holds it."""
    # Imported here: it takes a fifth of what a short command does, and most ask of no owner.
    from filelock import lock_descriptor

    return lock_descriptor(descriptor, blocking=False)


def _let_go_in_copy() -> None:
    """A forked copy of this process must not keep the locks alive when the process has died."""
    for descriptor in _held.values():
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_copy)
