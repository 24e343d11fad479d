"""Compiles the installer for Windows from a frozen program that was made on Windows.

It is signed where `WINDOWS_CERTIFICATE` (a .pfx, base64) and `WINDOWS_CERTIFICATE_PASSWORD` are set.
"""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path

from icons import ICONS, make_icons
from tree import made
from workshop import DIST, FROZEN, HERE, NAME, CannotMakeError, run, tool, version


def make_setup(payload: Path = FROZEN, target: Path | None = None) -> Path:
    """Compile the installer around *payload*; return it.

    Raises:
        CannotMakeError: There is no program for Windows here, or no makensis.
    """
    if not (payload / f"{NAME}.exe").exists():
        raise CannotMakeError(f"the program for Windows is not in {payload}; it is made on Windows")
    makensis = tool("makensis", "nsis")
    make_icons()
    target = target or made(DIST) / f"{NAME}-{version()}-setup.exe"
    _sign(*payload.glob(f"{NAME}*.exe"))
    run(
        makensis, "-V2", "-WX", f"-DVERSION={version()}", f"-DPAYLOAD={payload}",
        f"-DICON={ICONS / 'program.ico'}", f"-DTARGET={target}",
        HERE / "windows" / "setup.nsi",
    )  # fmt: skip
    _sign(target)
    return target


def _sign(*programs: Path) -> None:
    certificate = os.environ.get("WINDOWS_CERTIFICATE")
    if not certificate:
        return
    signtool = tool("signtool", "… the Windows SDK")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificate.pfx"
        file.write_bytes(base64.b64decode(certificate))
        run(
            signtool, "sign", "/fd", "sha256", "/tr", "http://timestamp.digicert.com", "/td",
            "sha256", "/f", file, "/p", os.environ["WINDOWS_CERTIFICATE_PASSWORD"], *programs,
        )  # fmt: skip
