"""Makes the wheel and the source archive."""

from __future__ import annotations

import sys
from pathlib import Path

from workshop import DIST, ROOT, CannotMakeError, run, version


def make_wheel() -> Path:
    """Build both; return the wheel.

    Raises:
        CannotMakeError: `build` is not installed.
    """
    try:
        import build  # noqa: F401
    except ImportError as error:
        raise CannotMakeError("The package build is missing: make setup") from error
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", DIST, ROOT)
    return DIST / f"dashai_monitor-{version()}-py3-none-any.whl"
