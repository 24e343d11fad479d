"""Files that another program takes: written into folders that stay until nobody looks for them.

Nothing tells when the other program has read its file, so only those of earlier days are removed.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

PREFIX = "pass-"
KEPT_S = 24 * 3600


def new_place(folder: Path, name: str) -> Path:
    """Return where a file for another program can be written, alone in its folder.

    What was passed on earlier days goes. Waits for the disk: not for the window's thread.

    Args:
        folder: Where the folder is made.
        name: What the file is called.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another window removes it, too
            if time.time() - old.stat().st_mtime > KEPT_S:
                shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder)) / name
