"""Dates that fit two orders: which of them a file leaves open, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from queue_core.components.loaders.delimited.column_readings import Column
from queue_core.components.loaders.tables.date_forms import MONTHS
from queue_core.components.loaders.tables.readings import Kind
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
        _note(column)
        for column, day in zip(doubtful, latest, strict=True)
        if day is not None and day <= 12
    ]


def _note(column: Column) -> str:
    """Return the sentence about dates that fit two orders."""
    first, other = ("day", "month") if "%d" in column.reading.style.format[:2] else ("month", "day")
    return (
        f"Dates in column “{column.name}” were read with the {first} first; all of them would "
        f"fit with the {other} first as well. Choose the order if that is wrong."
    )


def reading_notes(columns: Sequence[Column]) -> list[str]:
    """Say of which columns a date or time means more, or keeps less, than what stands there."""
    notes = []
    for column in columns:
        style, name = column.reading.style, column.name
        if style.cuts_fraction:
            notes.append(
                f"Fractions of seconds in column “{name}” were cut to six digits: "
                "no more are kept. Choose the type text for it to keep them all."
            )
        elif style.format in MONTHS:
            notes.append(f"Months in column “{name}” were read as their first day.")
        elif "%y" in style.format:
            notes.append(
                f"Years of two digits in column “{name}” were read as 1969 to 2068. "
                "Choose the type text for it if that is wrong."
            )
    return notes


def doubtful_dates(columns: Sequence[Column]) -> list[str]:
    """Return the sentences about all columns whose dates fit two orders so far."""
    return [
        _note(column)
        for column in columns
        if column.kind in (Kind.DATE, Kind.DATETIME) and column.reading.ambiguous
    ]
