"""Names, texts and paths quoted for SQL."""

from __future__ import annotations

from pathlib import Path


def identifier(name: str) -> str:
    """Quote *name* as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote *text* as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path) -> str:
    """Quote *path* for `read_csv` and `read_parquet`, which take `*`, `?` and `[` for patterns.

    Without this, data[1].csv reads data1.csv where that exists.
    """
    escaped = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))
    return literal(escaped)
