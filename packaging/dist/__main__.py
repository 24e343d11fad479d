"""Makes what people install: `python packaging/dist [FORMAT…]`; all that this machine can make.

Formats: wheel, frozen, deb, run, appimage, windows, dmg.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from appimage import make_appimage
from bill import bundled, check_licences, write_bill, write_checksums
from deb import make_deb
from disk_image import make_disk_image
from frozen import make_frozen
from run_file import make_run_file
from tree import made
from wheel_file import make_wheel
from windows import make_setup
from workshop import DIST, FROZEN, CannotMakeError

MAKERS: dict[str, Callable[[], Path]] = {
    "wheel": make_wheel,
    "frozen": make_frozen,
    "deb": make_deb,
    "run": make_run_file,
    "appimage": make_appimage,
    "windows": make_setup,
    "dmg": make_disk_image,
}
_OF_FROZEN = {"deb", "run", "appimage"}


def main(wanted: list[str]) -> int:
    """Make what is *wanted*; all that can be made here where nothing is named."""
    unknown = [name for name in wanted if name not in MAKERS]
    if unknown:
        print(f"There is no format {unknown[0]}; there are {', '.join(MAKERS)}.", file=sys.stderr)
        return 2
    made(DIST)
    packages = bundled()
    try:
        check_licences(packages)
    except CannotMakeError as error:
        print(error, file=sys.stderr)
        return 1
    names = wanted or list(MAKERS)
    if _OF_FROZEN & set(names) and "frozen" not in names and not FROZEN.exists():
        names.insert(0, "frozen")
    missed = [name for name in names if not _make(name)]
    write_bill(packages)
    write_checksums()
    # Asked for by name and not made is a failure; what this machine cannot make is none.
    return int(bool(set(missed) & set(wanted)))


def _make(name: str) -> bool:
    began = time.monotonic()
    try:
        path = MAKERS[name]()
    except CannotMakeError as error:
        print(f"{name:10} not made: {error}", flush=True)
        return False
    except subprocess.CalledProcessError as error:
        print(f"{name:10} failed: {error}", flush=True)
        return False
    size = f"{path.stat().st_size / 1e6:.0f} MB, " if path.is_file() else ""
    print(f"{name:10} {path.name} ({size}{time.monotonic() - began:.0f} s)", flush=True)
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
