"""Reading a figure's description for a viewer, away from the window's thread."""

from __future__ import annotations

from pathlib import Path

from gui.results.figure_words import in_language
from queue_core.artifacts.figure import Figure
from queue_core.library.figures import read_stored

# A longer description is drawn by another process: reading it would hold up the window.
MOST_BYTES = 12_000_000


def read_live(source: Path) -> Figure | None:
    """Return a figure that the window can draw itself; None where it is too large for that.

    Raises:
        DataError: It cannot be read.
    """
    import numpy  # noqa: F401 - takes long at first, and is ready when the window draws

    if source.exists() and source.stat().st_size > MOST_BYTES:
        return None
    return in_language(read_stored(str(source)))
