"""Runs pytest with Qt made unimportable: `python tests/without_qt.py [PYTEST ARGUMENTS]`."""

from __future__ import annotations

import sys
from pathlib import Path

QT = ("PySide6", "shiboken6", "qasync")


def main(arguments: list[str]) -> int:
    """Run the tests named by *arguments*; the core's where none is named."""
    for name in QT:
        sys.modules[name] = None  # type: ignore[assignment]  # makes `import` fail
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import pytest

    return int(pytest.main(arguments or ["tests/queue_core", "-m", "not slow"]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
