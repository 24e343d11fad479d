"""The makers of packages are scripts beside the sources; their tests find them by this path."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DIST_SCRIPTS = Path(__file__).parents[2] / "packaging" / "dist"
sys.path.insert(0, str(DIST_SCRIPTS))


@pytest.fixture
def needs() -> Callable[..., None]:
    """Skip a test where programs that it runs are not installed."""

    def look(*programs: str) -> None:
        missing = [name for name in programs if shutil.which(name) is None]
        if missing:
            pytest.skip(f"not installed here: {', '.join(missing)}")

    return look


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let everything be packed around a program of two small files instead of the frozen one."""
    import appimage
    import deb
    import icons
    import run_file
    import tree

    frozen = tmp_path / "frozen" / "dashai-monitor"
    (frozen / "_internal").mkdir(parents=True)
    program = frozen / "dashai-monitor"
    program.write_text('#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/_internal/version" "$@"\n')
    program.chmod(0o755)
    (frozen / "_internal" / "version").write_text("one\n")
    for name in ("BUILD", "DIST"):
        for module in (appimage, deb, run_file, icons):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, tmp_path / name.lower())
    monkeypatch.setattr(tree, "FROZEN", frozen)
    drawn = tmp_path / "icons"
    drawn.mkdir()
    for size in icons.SIZES:
        (drawn / f"{size}.png").write_bytes(b"\x89PNG")
    monkeypatch.setattr(tree, "ICONS", drawn)
    monkeypatch.setattr(appimage, "ICONS", drawn)
    return frozen
