"""Results as files of the user's choice, for the window, which asks for them in another process.

Arguments and results are JSON data.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queue_core.artifacts import export, table_files
from queue_core.artifacts.local_forms import LocalForms


def save_table(source: str, target: str) -> int:
    """Write a stored table as what *target* ends in; return its rows.

    Raises:
        ParameterError: The format is not known.
        DataError: The rows do not fit, or the file cannot be written.
    """
    table_files.export_table(Path(source), Path(target))
    return table_files.count_rows(Path(source))


def save_figure(
    source: str, target: str, theme: str, words: Mapping[str, str] | None = None,
    forms: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Draw a stored figure into a file: PNG, SVG or PDF.

    Raises:
        DataError: It cannot be read or written.
    """
    local = LocalForms.from_json(forms)
    export.export_figure(Path(source), Path(target), theme=theme, words=words, forms=local)
