"""Options of a process that only the system's own interface can set (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from functools import cache

CHILD_SUBREAPER = 36
PTRACER = 0x59616D61


def set_option(option: int, value: int) -> None:
    """Set an option of this process; nothing happens where the system does not know it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            _libc().prctl(option, value, 0, 0, 0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
