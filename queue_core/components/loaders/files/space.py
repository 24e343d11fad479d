"""Room on the disk while something grows that nobody knows the size of."""

from __future__ import annotations

import shutil
from pathlib import Path

from queue_core.errors import DataError

KEPT_FREE_BYTES = 64 << 20


def require_space(name: str, target: Path, written: int) -> None:
    """Make sure that the disk of *target* has room left.

    Args:
        name: What is unpacked, for the message.
        target: The file that grows.
        written: Its bytes so far.

    Raises:
        DataError: It has not.
    """
    free = shutil.disk_usage(target.parent).free
    if free < KEPT_FREE_BYTES:
        raise DataError(
            f"{name} does not fit on the disk once it is unpacked: "
            f"{written / 1e6:,.0f} MB were written and {free / 1e6:,.0f} MB are left.",
            hint=f"Make room on the disk that holds {target.parent}, then load the file again.",
        )
