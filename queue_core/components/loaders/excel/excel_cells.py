"""The cells of a sheet as columns of one type each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow_kinds

from queue_core.components.loaders.tables.readings import Kind
from queue_core.components.loaders.tables.text_columns import typed_texts
from queue_core.components.loaders.tables.text_values import is_plain_number
from queue_core.components.loaders.tables.value_notes import missing_note
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
    loaded = _loaded(reader, sheet, first_row, limit, names)
    total_rows = max(loaded.sheet.total_height - first_row + 1, 0)
    batch, errors = _with_errors(loaded.sheet)
    notes = _error_notes(errors, names, first_row)
    table, more = _table(batch, names, first_row, loaded)
    if not table.num_columns:
        raise DataError(f"The sheet “{sheet}” is empty.", hint="Choose another sheet.")
    return Cells(table, (*more, *notes), total_rows if limit else table.num_rows)


@dataclass(frozen=True)
class _LoadedSheet:
    """A sheet as the library reads it.

    Attributes:
        sheet: Its cells.
        mixed: Positions of the columns whose cells are of kinds that no column can hold.
        broken: Positions of the columns that are read as texts because of a cell in error.
    """

    sheet: fastexcel.ExcelSheet
    mixed: frozenset[int] = frozenset()
    broken: frozenset[int] = frozenset()


def unreadable_sheet(sheet: str, error: Exception) -> DataError:
    """Return the error for a sheet that the library cannot read."""
    words = str(error).splitlines()[0].removeprefix("calamine error: ")
    return DataError(
        f"The sheet “{sheet}” cannot be read: {words}.",
        hint="Save the sheet as CSV and load that.",
    )


def _loaded(
    reader: fastexcel.ExcelReader,
    sheet: str,
    first_row: int,
    limit: int | None,
    names: Sequence[str],
) -> _LoadedSheet:
    """Read a sheet; a column that the library cannot read is read as texts."""
    texts: dict[int, fastexcel.DType] = {}
    mixed: set[int] = set()
    while True:
        try:
            loaded = reader.load_sheet(
                sheet,
                header_row=None,
                skip_rows=first_row - 1,
                n_rows=limit,
                schema_sample_rows=None,
                skip_whitespace_tail_rows=True,
                dtypes=dict(texts) or None,
            )
            return _LoadedSheet(loaded, frozenset(mixed), frozenset(texts) - mixed)
        except fastexcel.FastExcelError as error:
            found = re.search(r"for column __UNNAMED__([0-9]+)", str(error))
            column = int(found[1]) if found else -1
            if column < 0 or column in texts or column >= len(names):
                raise unreadable_sheet(sheet, error) from error
            texts[column] = "string"
            if isinstance(error, fastexcel.UnsupportedColumnTypeCombinationError):
                mixed.add(column)


def _table(
    batch: pa.RecordBatch, names: Sequence[str], first_row: int, loaded: _LoadedSheet
) -> tuple[pa.Table, list[str]]:
    """Return the columns that have a name or a value, typed and with unique names."""
    kept = [
        position
        for position in range(batch.num_columns)
        if names[position] or batch.column(position).null_count < batch.num_rows
    ]
    unique, notes = unique_names([names[position] for position in kept])
    found = [
        _mixed(name, batch.column(position))
        if position in loaded.mixed
        else _typed(name, batch.column(position), first_row, is_broken=position in loaded.broken)
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


def _typed(
    name: str, column: pa.Array, first_row: int, *, is_broken: bool
) -> tuple[pa.Array, list[str]]:
    """Return a column in the type that a workbook cannot say: integer, date, time."""
    if arrow_kinds.is_floating(column.type):
        return _integers(column), []
    if arrow_kinds.is_timestamp(column.type):
        return _dates(column), _clock_notes(name, column)
    if arrow_kinds.is_string(column.type):
        return _texts(name, column, first_row, is_broken=is_broken)
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


def _clock_notes(name: str, column: pa.Array) -> list[str]:
    """Say where times without a day stand among dates: the workbook holds them as of its first."""
    days = pc.floor_temporal(column, unit="day").cast(pa.date32()).cast(pa.int32()).drop_null()
    seen = set(pc.unique(days).to_pylist())
    if len(seen) < 2 or not seen & set(CLOCK_DAYS):
        return []
    return [
        f"Column “{name}” holds times without a day among dates: they are read as times of "
        "1899 or 1904, as the workbook counts them."
    ]


def _mixed(name: str, column: pa.Array) -> tuple[pa.Array, list[str]]:
    return column, [
        f"Column “{name}” is kept as text: it holds dates, durations and other kinds of values. "
        "Durations stand there as dates, counted from 1899-12-31."
    ]


def _texts(
    name: str, column: pa.Array, first_row: int, *, is_broken: bool
) -> tuple[pa.Array, list[str]]:
    """Read texts as those of a text table are read; where all are numbers, they stay texts."""
    column = _without_nul(name, column, first_row)
    unique = [value.strip() for value in pc.unique(column).to_pylist() if value]
    are_numbers = bool(unique) and all(map(is_plain_number, unique)) and not is_broken
    kinds = set(Kind) - ({Kind.INTEGER, Kind.FLOAT} if are_numbers else set())
    values, notes = typed_texts(
        name, column, lambda position: f"row {first_row + position:,}", kinds=kinds
    )
    if are_numbers:
        notes.append(f"Column “{name}” is kept as text: the workbook holds its numbers as texts.")
    if arrow_kinds.is_timestamp(values.type) and values.type.tz is None:
        return _dates(values), notes
    return values, notes


def _without_nul(name: str, column: pa.Array, first_row: int) -> pa.Array:
    """Return texts as they were meant where each letter is followed by a NUL.

    Old workbooks hold texts of two bytes a letter, which the reader takes for letters.

    Raises:
        DataError: A text holds a NUL elsewhere, which no cell can.
    """
    if not pc.any(pc.match_substring(column, "\0")).as_py():
        return column
    texts = column.to_pylist()
    for position, text in enumerate(texts):
        if text and "\0" in text:
            texts[position] = decoded_text(text)
            if texts[position] is None:
                raise DataError(
                    f"Row {first_row + position:,} of column “{name}” holds a NUL character, "
                    "which is no text.",
                    hint="Open the workbook in a spreadsheet program and save it as xlsx.",
                )
    return pa.array(texts, pa.string())


def decoded_text(text: str) -> str | None:
    """Return a text without the NULs behind its letters; None where they stand elsewhere."""
    if "\0" not in text:
        return text
    return text[::2] if re.fullmatch(r"(?:[^\0]\0)+", text) else None
