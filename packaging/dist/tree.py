"""Lays the installed program out as the desktops of Linux expect it."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from icons import ICONS, SIZES
from workshop import FROZEN, HERE, NAME, ROOT, filled, source_date, version

METAINFO = "io.github.dashai_monitor.metainfo.xml"


def lay_out_shared(share: Path, *, command: str = NAME) -> None:
    """Write menu entry, icons, file types, metadata and manual below a `share` folder.

    Args:
        share: The folder, such as `/usr/share`.
        command: How the menu entry starts the program.
    """
    entry = (HERE / "linux" / f"{NAME}.desktop").read_text(encoding="utf-8")
    quoted = f'"{command}"' if " " in command else command
    entry = entry.replace(f"Exec={NAME}", f"Exec={quoted}")
    entry = entry.replace(f"TryExec={quoted}", f"TryExec={command}")
    write(share / "applications" / f"{NAME}.desktop", entry)
    shutil.copy(HERE / "linux" / f"{NAME}.xml", made(share / "mime" / "packages"))
    day = datetime.fromtimestamp(source_date(), UTC).date().isoformat()
    metadata = filled(HERE / "linux" / METAINFO, VERSION=version(), DATE=day)
    write(share / "metainfo" / METAINFO, metadata)
    manual = filled(HERE / "linux" / f"{NAME}.1", VERSION=version(), DATE=day).encode()
    page = made(share / "man" / "man1") / f"{NAME}.1.gz"
    page.write_bytes(gzip.compress(manual, 9, mtime=0))
    for size in SIZES:
        folder = made(share / "icons" / "hicolor" / f"{size}x{size}" / "apps")
        shutil.copy(ICONS / f"{size}.png", folder / f"{NAME}.png")
    scalable = made(share / "icons" / "hicolor" / "scalable" / "apps")
    shutil.copy(ROOT / "resources" / "icons" / "application.svg", scalable / f"{NAME}.svg")


def copy_program(target: Path) -> None:
    """Copy the frozen program; hard links where that works, for it is large."""
    shutil.copytree(FROZEN, target, symlinks=True, copy_function=_link_or_copy)


def made(folder: Path) -> Path:
    """Return a folder that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file whose folder may be new."""
    made(path.parent)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
