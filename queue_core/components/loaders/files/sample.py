"""The sample that comes with the program."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

SAMPLE_FILE = "penguins.csv"


def sample_dataset_path() -> Path:
    """Return the path of the sample dataset, a small real table with missing values.

    It is a regular file: the program is installed unpacked.
    """
    return Path(str(files("resources") / "samples" / SAMPLE_FILE))
