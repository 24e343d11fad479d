"""The installer for Windows, compiled around a stand-in; run and removed under Wine where it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from windows import make_setup

_WINE = shutil.which("wine64") or "/usr/lib/wine/wine64"
_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DashAIMonitor"
_OPEN = r"HKCU\Software\Classes\.csv\OpenWithProgids"


@pytest.fixture
def setup(tmp_path: Path, needs: Callable[..., None]) -> Path:
    needs("makensis")
    payload = tmp_path / "payload"
    (payload / "_internal").mkdir(parents=True)
    for name in ("dashai-monitor.exe", "dashai-monitor-window.exe", "_internal/library.dll"):
        (payload / name).write_bytes(b"MZ")
    return make_setup(payload, tmp_path / "dashai-monitor-setup.exe")


def test_it_compiles_without_a_warning(setup: Path) -> None:
    assert setup.read_bytes().startswith(b"MZ")


@pytest.mark.slow
def test_it_installs_registers_and_removes(setup: Path, tmp_path: Path) -> None:
    if not Path(_WINE).exists():
        pytest.skip("Wine is not installed here")
    surroundings = {**os.environ, "WINEPREFIX": str(tmp_path / "wine"), "WINEDEBUG": "-all"}

    def wine(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_WINE, *map(str, arguments)], env=surroundings, capture_output=True, text=True,
            timeout=100, check=False,
        )  # fmt: skip

    try:
        assert wine(setup, "/S").returncode == 0
        [program] = (tmp_path / "wine").glob(
            "drive_c/users/*/AppData/Local/Programs/DashAI Monitor"
        )
        assert (program / "_internal" / "library.dll").exists()
        assert "DashAI Monitor" in wine("reg", "query", _KEY).stdout
        assert "DashAIMonitor.Dataset" in wine("reg", "query", _OPEN).stdout
        (program / "_internal" / "of an older version.dll").write_bytes(b"MZ")
        assert wine(setup, "/S").returncode == 0
        assert not (program / "_internal" / "of an older version.dll").exists()
        # `_?=` lets it run in place instead of from a copy, so that its end is the end.
        inside = "C:" + str(program).split("drive_c")[1].replace("/", "\\")
        assert wine(program / "uninstall.exe", "/S", f"_?={inside}").returncode == 0
        assert not (program / "dashai-monitor.exe").exists()
        assert "DashAI Monitor" not in wine("reg", "query", _KEY).stdout
        assert "DashAIMonitor.Dataset" not in wine("reg", "query", _OPEN).stdout
    finally:
        subprocess.run(["wineserver", "-k"], env=surroundings, check=False, capture_output=True)
