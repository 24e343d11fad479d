"""Makes the template cheap to hold and quick to copy, by its pages (Linux)."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MADV_DONTNEED, _MADV_COLLAPSE = 4, 25
_HUGE_BYTES = 2 << 20


@dataclass
class _Mapping:
    low: int
    high: int
    access: str
    path: str
    anonymous_kb: int = 0
    dirty_kb: int = 0


def settle_pages() -> None:
    """Give back what was only read, and gather the rest; harmless where the system cannot.

    Code that lies in files is in the system's cache and comes back without reading when it is
    used. What is left is gathered into large pages, of which a copy of the process needs few.
    """
    try:
        libc = ctypes.CDLL(None)
        mappings = list(_mappings())
    except (OSError, ValueError, AttributeError):
        return
    for mapping in mappings:
        is_file = mapping.path.startswith("/")
        if is_file and mapping.access in ("r-xp", "r--p"):
            # What the loader has changed is only here, not in the file.
            if not mapping.anonymous_kb and not mapping.dirty_kb:
                _advise(libc, mapping.low, mapping.high, _MADV_DONTNEED)
        elif not is_file and mapping.access == "rw-p":
            low = -(-mapping.low // _HUGE_BYTES) * _HUGE_BYTES
            high = mapping.high // _HUGE_BYTES * _HUGE_BYTES
            if mapping.path in ("", "[heap]") and low < high:
                _advise(libc, low, high, _MADV_COLLAPSE)


def _advise(libc: ctypes.CDLL, low: int, high: int, advice: int) -> None:
    libc.madvise(ctypes.c_void_p(low), ctypes.c_size_t(high - low), advice)


def _mappings() -> Iterator[_Mapping]:
    """Yield what this process has mapped."""
    current: _Mapping | None = None
    for line in Path("/proc/self/smaps").read_text("utf-8", "replace").splitlines():
        first, _, rest = line.partition(" ")
        if not first.endswith(":"):
            if current is not None:
                yield current
            low, _, high = first.partition("-")
            fields = rest.split(None, 4)
            path = fields[4] if len(fields) > 4 else ""
            current = _Mapping(int(low, 16), int(high, 16), fields[0], path)
        elif current is not None and first == "Anonymous:":
            current.anonymous_kb = int(rest.split()[0])
        elif current is not None and first == "Private_Dirty:":
            current.dirty_kb = int(rest.split()[0])
    if current is not None:
        yield current
