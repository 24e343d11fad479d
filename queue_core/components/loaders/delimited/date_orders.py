"""Dates that fit two orders: which of them a file leaves open, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from queue_core.components.loaders.delimited.column_readings import Column
from queue_core.components.loaders.tables.readings import Kind
from queue_core.components.loaders.tables.value_notes import order_note, reading_notes
from queue_core.components.sql_engine import connect
from queue_core.components.sql_text import file_literal, identifier


def open_dates(columns: Sequence[Column], data_path: Path) -> list[str]:
    """Say which stored dates could mean another day; a day above 12 anywhere settles it.

    Args:
        columns: The columns as they were read.
        data_path: The stored rows.
    """
    doubtful = [c for c in columns if c.reading.style.format and c.reading.ambiguous]
    if not doubtful:
        return []
    days = ", ".join(f"max(day({identifier(column.name)}))" for column in doubtful)
    connection = connect()
    try:
        rows = connection.execute(f"SELECT {days} FROM read_parquet({file_literal(data_path)})")
        latest = rows.fetchall()[0]
    finally:
        connection.close()
    return [
        order_note(column.name, column.reading)
        for column, day in zip(doubtful, latest, strict=True)
        if day is not None and day <= 12
    ]


def doubtful_dates(columns: Sequence[Column]) -> list[str]:
    """Return the sentences about all columns whose dates fit two orders so far."""
    return [
        order_note(column.name, column.reading)
        for column in columns
        if column.kind in (Kind.DATE, Kind.DATETIME) and column.reading.ambiguous
    ]


def column_notes(columns: Sequence[Column]) -> list[str]:
    """Say of which columns a date or time means more, or keeps less, than what stands there."""
    return [note for column in columns for note in reading_notes(column.name, column.reading)]
