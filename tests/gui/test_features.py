"""What the window is made of is there at once: nothing of it waits for a slow library."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("sqlalchemy", "pyarrow", "pandas", "numpy", "duckdb", "sklearn", "matplotlib")


def test_no_feature_imports_what_takes_long() -> None:
    script = "import sys, gui.features; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert [name for name in HEAVY if name in done.stdout.split()] == []
