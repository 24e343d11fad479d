"""Signs the .app and packs it into a .dmg, on a Mac.

Keys come from the environment: `APPLE_IDENTITY` (of the certificate in the keychain), and for the
notarisation `APPLE_ID`, `APPLE_TEAM`, `APPLE_PASSWORD`. Without an identity the .app is signed for
this machine only, as the system demands on arm64.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tree import made
from workshop import BUILD, DIST, FROZEN, HERE, NAME, fresh, run, tool, version

APP = FROZEN.parent / "DashAI Monitor.app"


def make_disk_image() -> Path:
    """Return the .dmg.

    Raises:
        CannotMakeError: This is no Mac.
    """
    codesign = tool("codesign", "… on a Mac: xcode-select --install")
    identity = os.environ.get("APPLE_IDENTITY", "-")
    stamp = ["--timestamp"] if identity != "-" else []
    run(
        codesign, "--force", "--deep", "--options", "runtime", *stamp,
        "--entitlements", HERE / "macos" / "entitlements.plist", "--sign", identity, APP,
    )  # fmt: skip
    run(codesign, "--verify", "--deep", "--strict", APP)
    folder = fresh(BUILD / "dmg")
    run("cp", "-R", APP, folder)
    (folder / "Applications").symlink_to("/Applications")
    image = made(DIST) / f"{NAME}-{version()}-macos-{platform.machine()}.dmg"
    run(
        "hdiutil", "create", "-volname", "DashAI Monitor", "-srcfolder", folder, "-ov",
        "-format", "ULFO", image,
    )  # fmt: skip
    if os.environ.get("APPLE_PASSWORD"):
        _notarise(image)
    return image


def _notarise(image: Path) -> None:
    """Have Apple look at it, and staple the answer to it, so that it opens without a network."""
    run(
        "xcrun", "notarytool", "submit", image, "--wait",
        "--apple-id", os.environ["APPLE_ID"], "--team-id", os.environ["APPLE_TEAM"],
        "--password", os.environ["APPLE_PASSWORD"],
    )  # fmt: skip
    run("xcrun", "stapler", "staple", image)
