"""Makes the Debian package."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tree import copy_program, lay_out_shared, made, write
from workshop import (
    BUILD,
    DIST,
    HERE,
    NAME,
    ROOT,
    filled,
    fresh,
    machine,
    run,
    set_times,
    tool,
    version,
)

# What the program takes from the system beside the C library: graphics drivers, fonts, file types.
DEPENDS = (
    "libgl1", "libegl1", "libxcb1", "libx11-6", "libfontconfig1",
    "fonts-dejavu-core | fonts-noto-core", "shared-mime-info", "desktop-file-utils",
)  # fmt: skip


def make_deb(*, level: int = 10) -> Path:
    """Pack the frozen program; return the package."""
    dpkg = tool("dpkg-deb", "dpkg")
    root = fresh(BUILD / "deb")
    copy_program(root / "opt" / NAME)
    made(root / "usr" / "bin").joinpath(NAME).symlink_to(f"/opt/{NAME}/{NAME}")
    lay_out_shared(root / "usr" / "share")
    write(
        root / "usr" / "share" / "doc" / NAME / "copyright",
        (ROOT / "LICENSE").read_text(encoding="utf-8"),
    )
    depends = [f"libc6 (>= {needed_glibc(root)})", *DEPENDS]
    control = filled(
        HERE / "linux" / "control",
        VERSION=version(), ARCHITECTURE=machine(), DEPENDS=", ".join(depends), SIZE=_kilobytes(root),
    )  # fmt: skip
    write(root / "DEBIAN" / "control", control)
    for script in ("postinst", "postrm"):
        text = (HERE / "linux" / script).read_text(encoding="utf-8")
        write(root / "DEBIAN" / script, text, mode=0o755)
    _normalise(root)
    set_times(root)
    package = made(DIST) / f"{NAME}_{version()}_{machine()}.deb"
    run(dpkg, "--root-owner-group", "-Zzstd", f"-z{level}", "--build", root, package)
    return package


def needed_glibc(folder: Path) -> str:
    """Return the newest version of the C library that a program or library in *folder* asks for."""
    versions = {(2, 17)}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if data.startswith(b"\x7fELF"):
                for found in re.findall(rb"GLIBC_(\d+)\.(\d+)", data):
                    versions.add((int(found[0]), int(found[1])))
    return ".".join(map(str, max(versions)))


def _kilobytes(root: Path) -> str:
    found = subprocess.run(
        ["du", "-sk", "--apparent-size", root], capture_output=True, text=True, check=True
    )
    return found.stdout.split()[0]


def _normalise(root: Path) -> None:
    """Give folders and files the permissions that a package has, whatever the umask here."""
    for path in root.rglob("*"):
        if path.is_symlink():
            continue
        if path.is_dir() or path.stat().st_mode & 0o100:
            path.chmod(0o755)
        else:
            path.chmod(0o644)
