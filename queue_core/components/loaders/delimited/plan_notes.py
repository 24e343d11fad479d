"""What the user should know of a plan: what was guessed, left out, or kept as text, and where."""

from __future__ import annotations

import io
from collections.abc import Sequence

from queue_core.components.loaders.delimited.column_readings import Column
from queue_core.components.loaders.delimited.dialect import Layout
from queue_core.components.loaders.delimited.fixed_width import looks_spaced
from queue_core.components.loaders.delimited.one_column import (
    LOG,
    are_lines_values,
    common_sign,
)
from queue_core.components.loaders.delimited.options import TextOptions
from queue_core.components.loaders.files.encodings import Encoding, guess_notes
from queue_core.components.loaders.tables.header import YEAR
from queue_core.components.loaders.tables.readings import ERROR_WORDS, MISSING_WORDS, Kind
from queue_core.components.loaders.tables.text_rows import FIXED_WIDTH, Row
from queue_core.components.loaders.tables.text_values import read_values
from queue_core.components.loaders.tables.value_notes import (
    kept_as_text,
    missing_note,
    shown,
    spaces_note,
)

SEEN_CHARACTERS = 16 << 10
# What stands for no number in any table, and needs no word among numbers.
QUIET_WORDS = frozenset(MISSING_WORDS) - frozenset(ERROR_WORDS)


def text_notes(
    columns: Sequence[Column], rows: Sequence[Row], options: TextOptions
) -> tuple[str, ...]:
    """Say which columns are kept as text though most of their values look like numbers or dates."""
    notes: list[str] = []
    table = [row for row in rows if len(row.values) == len(columns)]
    for column in columns:
        if column.kind is not Kind.TEXT or column.name in options.column_types:
            continue
        values = [(row.values[column.position], f"line {row.first_line:,}") for row in table]
        notes += kept_as_text(column.name, values, column.missing)
        if not column.trims_text:
            notes += spaces_note(column.name, (value for value, _place in values))
    return tuple(notes)


def missing_notes(
    columns: Sequence[Column], rows: Sequence[Row], options: TextOptions
) -> list[str]:
    """Say where words became missing values that could have been meant as text."""
    if options.missing_words is not None:
        return []
    found: dict[str, list[str]] = {}
    for column in columns:
        seen = {
            row.values[column.position].strip() for row in rows if len(row.values) == len(columns)
        }
        for word in column.missing:
            if word in seen and (column.kind is Kind.TEXT or word not in QUIET_WORDS):
                found.setdefault(word, []).append(column.name)
    return [missing_note(names, [word]) for word, names in found.items()]


def _looks_like_value(name: str) -> bool:
    return read_values([name]).kind is not Kind.TEXT and not YEAR.fullmatch(name)


def _skipped_note(text: str, count: int) -> str:
    """Say which lines above the table were left out, and what stands there."""
    lines = "line was" if count == 1 else f"{count} lines were"
    reader = io.StringIO(text)
    left_out = " ".join(reader.readline().strip(" \t\r\n,;") for _ in range(count)).strip()
    if not left_out:
        return f"The first {lines} left out: nothing stands there."
    return f"The first {lines} left out: not like those below (“{shown(left_out)}”)."


def _column_notes(name: str, layout: Layout, seen: str) -> list[str]:
    """Say how the lines were cut into columns, or were not, where that is no matter of course."""
    notes = []
    dialect = layout.dialect
    is_one_column = layout.width == 1 and layout.reasons.get("delimiter", LOG) != LOG
    if is_one_column and looks_spaced(seen.splitlines()) and not are_lines_values(seen):
        notes.append(
            f"{name} was read as one column, though spaces seem to make columns of its lines. "
            "Choose the delimiter “whitespace” or “fixed width”, or save it with commas, if that "
            "is so."
        )
    elif is_one_column and (sign := common_sign(seen)):
        notes.append(
            f"{name} was read as one column, though “{sign}” stands in each of its lines. "
            "Choose it as the delimiter if it separates columns."
        )
    if dialect.delimiter == FIXED_WIDTH and not dialect.gaps:
        notes.append(f"{name} has no columns of fixed width: each line was read as one value.")
    elif dialect.delimiter == FIXED_WIDTH:
        notes.append(
            f"{name} was cut into columns where all its lines are blank. "
            "Choose a delimiter if that is wrong."
        )
    return notes


def layout_notes(
    name: str, layout: Layout, encoding: Encoding, text: str, *, is_even: bool
) -> list[str]:
    """Say what was found out about the layout that may be wrong or surprising."""
    notes = guess_notes(encoding, name)
    dialect = layout.dialect
    if not is_even:
        notes.append(f"{name} has line ends of several kinds; all are read as line ends.")
    if "skip_rows" in layout.reasons:
        notes.append(_skipped_note(text, dialect.skip_lines))
    if "quote" in layout.reasons:
        notes.append(
            f"Quotes in {name} were kept as part of the values: not all of them enclose one."
        )
    if layout.is_spaced:
        notes.append("Spaces after the separators were left out.")
    notes += _column_notes(name, layout, text[:SEEN_CHARACTERS])
    if dialect.header and not layout.rows:
        notes.append(f"{name} has a header and no rows.")
    if not dialect.header:
        notes.append(f"{name} has no header: the columns are numbered.")
    elif any(_looks_like_value(column) for column in layout.names):
        notes.append(f"Some column names of {name} look like values: check its first line.")
    return notes
