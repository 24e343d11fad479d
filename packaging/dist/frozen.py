"""Makes the frozen program: one folder with everything in it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from icons import make_icons
from workshop import BUILD, DIST, FROZEN, HERE, CannotMakeError, run, set_times, version


def make_frozen() -> Path:
    """Freeze the program; return its folder.

    Raises:
        CannotMakeError: PyInstaller is not installed.
    """
    try:
        import PyInstaller  # noqa: F401
    except ImportError as error:
        raise CannotMakeError("PyInstaller is missing: make setup") from error
    make_icons()
    run(
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", FROZEN.parent, "--workpath", BUILD / "pyinstaller",
        HERE / "dashai-monitor.spec",
        DASHAI_MONITOR_VERSION=version(), PYTHONHASHSEED="0",
    )  # fmt: skip
    set_times(FROZEN)
    (DIST / "sizes.txt").write_text(size_table(FROZEN), encoding="utf-8")
    return FROZEN


def size_table(folder: Path) -> str:
    """Return how large each package in the program is, the largest first."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(folder).parts
            inner = parts[1:] if parts[0] == "_internal" else parts
            name = inner[0] if len(inner) > 1 else "Python and its libraries"
            sizes[name.removesuffix(".libs")] += path.stat().st_size
    lines = [f"{size / 1e6:9.1f} MB  {name}" for name, size in sizes.most_common()]
    total = sum(sizes.values())
    return "\n".join([*lines, f"{total / 1e6:9.1f} MB  in all"]) + "\n"
