"""Which processes have a file open: it must not be moved away under them."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path


def users_of(path: Path) -> list[int]:
    """Return the processes that have *path* open, this one included, as far as it can be known.

    Windows lets nobody rename a file that is open, so it is not asked there.
    """
    if sys.platform == "win32":
        return []
    if Path("/proc/self/fd").is_dir():
        return _users_linux(path)
    return _users_portable(path)


def _users_linux(path: Path) -> list[int]:
    try:
        wanted = path.stat()
    except OSError:
        return []
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208 - names only, of very many
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError), os.scandir(f"/proc/{name}/fd") as descriptors:
            if any(_is_same(descriptor.path, wanted) for descriptor in descriptors):
                found.append(int(name))
    return found


def _is_same(path: str, wanted: os.stat_result) -> bool:
    with contextlib.suppress(OSError):
        other = os.stat(path)  # noqa: PTH116 - hot loop
        return (other.st_dev, other.st_ino) == (wanted.st_dev, wanted.st_ino)
    return False


def _users_portable(path: Path) -> list[int]:
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(Path(item.path) == path for item in process.open_files()):
                found.append(process.pid)
    return found
