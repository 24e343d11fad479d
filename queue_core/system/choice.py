"""Who answers for the operating system: Linux's own ways, or the portable twin."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Final

from queue_core.system.interface import System

# Forces the portable twin of everything on Linux, so that what other systems run is tried there.
PORTABLE_VARIABLE: Final = "DASHAI_MONITOR_PORTABLE"


def is_forced() -> bool:
    """Return whether somebody wants only what every system knows."""
    return bool(os.environ.get(PORTABLE_VARIABLE))


def is_portable() -> bool:
    """Return whether only what every system knows is to be used."""
    return sys.platform != "linux" or is_forced()


def system() -> System:
    """Return who answers; asked each time, because a test may change its mind."""
    return _portable() if is_portable() else _native()


@cache
def _portable() -> System:
    from queue_core.system.portable import PortableSystem  # psutil: 20 ms that not all need

    return PortableSystem()


if sys.platform == "linux":

    @cache
    def _native() -> System:
        from queue_core.system.linux import LinuxSystem

        return LinuxSystem()

else:
    _native = _portable
