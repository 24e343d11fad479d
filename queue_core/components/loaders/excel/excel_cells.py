"""The cells of a sheet as columns of one type each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from queue_core.components.loaders.tables.readings import MISSING_WORDS, Kind
from queue_core.components.loaders.tables.text_values import is_plain_number
from queue_core.components.loaders.tables.value_notes import missing_note, text_note
from queue_core.components.normal_form import unique_names
from queue_core.errors import DataError

EXACT_FLOAT_INTEGER = 2**53
# What a time without a day is stored as; the last one in workbooks that count from 1904.
CLOCK_DAYS = (-25_568, -25_567, -25_569, -24_107)
NOTES_SHOWN = 5


@dataclass(frozen=True)
class Cells:
    """What a sheet holds.

    Attributes:
        table: The rows, a `pyarrow.Table`.
        notes: What was done to them, in sentences.
        total_rows: How many rows the sheet has in all.
    """

    table: pa.Table
    notes: tuple[str, ...]
    total_rows: int


def read_cells(
    reader: fastexcel.ExcelReader,
    sheet: str,
    names: Sequence[str],
    first_row: int,
    *,
    limit: int | None = None,
) -> Cells:
    """Read the rows of a sheet from *first_row* on.

    Args:
        reader: A `fastexcel.ExcelReader`.
        sheet: Name of the sheet.
        names: Names of the columns as they stand in the sheet.
        first_row: Number of the first row of data, from 1.
        limit: Only this many rows.

    Raises:
        DataError: A cell cannot be read.
    """
    try:
        loaded = reader.load_sheet(
            sheet,
            header_row=None,
            skip_rows=first_row - 1,
            n_rows=limit,
            schema_sample_rows=None,
            skip_whitespace_tail_rows=True,
        )
        total_rows = max(loaded.total_height - first_row + 1, 0)
        batch, errors = _with_errors(loaded)
    except fastexcel.FastExcelError as error:
        raise DataError(
            f"The sheet “{sheet}” cannot be read: {str(error).splitlines()[0]}.",
            hint="Save the sheet as CSV and load that.",
        ) from error
    notes = _error_notes(errors, names, first_row)
    table, more = _table(batch, names, first_row)
    if not table.num_columns:
        raise DataError(f"The sheet “{sheet}” is empty.", hint="Choose another sheet.")
    return Cells(table, (*more, *notes), total_rows if limit else table.num_rows)


def _table(
    batch: pa.RecordBatch, names: Sequence[str], first_row: int
) -> tuple[pa.Array, list[str]]:
    """Return the columns that have a name or a value, typed and with unique names."""
    kept = [
        position
        for position in range(batch.num_columns)
        if names[position] or batch.column(position).null_count < batch.num_rows
    ]
    unique, notes = unique_names([names[position] for position in kept])
    found = [
        _typed(name, batch.column(position), first_row)
        for name, position in zip(unique, kept, strict=True)
    ]
    table = pa.Table.from_arrays([column for column, _ in found], names=unique)
    return table, [*notes, *(note for _, column_notes in found for note in column_notes)]


def _with_errors(loaded: fastexcel.ExcelSheet) -> tuple[pa.RecordBatch, list[fastexcel.CellError]]:
    batch, errors = loaded.to_arrow_with_errors()
    return batch, list(errors.errors) if errors is not None else []


def _error_notes(
    errors: Sequence[fastexcel.CellError], names: Sequence[str], first_row: int
) -> list[str]:
    """Say which cells hold an error or a word instead of a value."""
    notes = []
    words: dict[str, dict[str, None]] = {}
    broken = []
    for error in errors:
        row, column = error.offset_position
        found = re.search(r'String\("(.*)"\)', error.detail)
        if found:
            words.setdefault(found[1], {}).setdefault(names[column] or f"column_{column + 1}")
        else:
            broken.append(f"{_letters(column)}{first_row + row}")
    for word, columns in words.items():
        notes.append(missing_note(list(columns), [word]))
    if broken:
        more = f" and {len(broken) - NOTES_SHOWN} more" if len(broken) > NOTES_SHOWN else ""
        cells = ", ".join(broken[:NOTES_SHOWN])
        notes.append(f"Cells that hold an error were read as missing: {cells}{more}.")
    return notes


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0: A, …, Z, AA and so on."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _typed(name: str, column: pa.Array, first_row: int) -> tuple[pa.Array, list[str]]:
    """Return a column in the type that a workbook cannot say: integer, date, time."""
    if kinds.is_floating(column.type):
        return _integers(column), []
    if kinds.is_timestamp(column.type):
        return _dates(column), []
    if kinds.is_string(column.type):
        return _texts(name, column, first_row)
    return column, []


def _integers(column: pa.Array) -> pa.Array:
    whole = pc.and_(
        pc.equal(pc.floor(column), column), pc.less(pc.abs(column), EXACT_FLOAT_INTEGER)
    )
    if column.null_count < len(column) and pc.all(whole, skip_nulls=True).as_py():
        return column.cast(pa.int64())
    return column


def _dates(column: pa.Array) -> pa.Array:
    days = pc.floor_temporal(column, unit="day")
    if not pc.all(pc.equal(days, column)).as_py():
        numbers = days.cast(pa.date32()).cast(pa.int32())
        seen = pc.unique(numbers.drop_null()).to_pylist()
        if len(seen) == 1 and seen[0] in CLOCK_DAYS:  # 36 hours have another day than 12
            return column.cast(pa.time32("ms"))
        return column
    return column.cast(pa.date32())


def _texts(name: str, column: pa.Array, first_row: int) -> tuple[pa.Array, list[str]]:
    """Find numbers among texts: words for missing values between them, or a mixed column."""
    unique = [value for value in pc.unique(column).to_pylist() if value]
    numbers = [value for value in unique if is_plain_number(value)]
    if not numbers or len(numbers) == len(unique):
        return column, []
    words = [value for value in unique if value in MISSING_WORDS]
    if words and len(words) + len(numbers) == len(unique):
        is_word = pc.is_in(column, pa.array(words))
        cleared = pc.if_else(is_word, pa.scalar(None, column.type), column)
        return _integers(cleared.cast(pa.float64())), [missing_note([name], words)]
    if len(numbers) * 2 < len(unique):
        return column, []
    values = column.to_pylist()
    kept = frozenset(numbers)
    row = next(i for i, value in enumerate(values) if value and value not in kept)
    return column, [text_note(name, Kind.FLOAT, f"row {first_row + row:,}", values[row])]
