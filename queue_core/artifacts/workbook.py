"""A table as an Excel workbook: numbers and days where Excel holds them exactly, else texts.

Excel counts days from 1900 and keeps 15 digits; it knows no time zones, no durations below zero
and no lists. What it cannot hold is the same text as in a CSV file (`queue_core.artifacts.cells`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from queue_core.artifacts.cells import PER_SECOND, as_texts, plain_array
from queue_core.errors import DataError

MOST_ROWS: Final = 1_048_575
MOST_COLUMNS: Final = 16_384
MOST_CHARACTERS: Final = 32_767
_MOST_DIGITS: Final = 15
_SECONDS_PER_DAY: Final = 86_400
# Excel takes 1900 for a leap year: before its March the days are counted otherwise.
_FIRST_DAY: Final = 61
_LAST_DAY: Final = 2_958_465
_DAYS_BEFORE_1970: Final = 25_569
_BATCH_ROWS: Final = 65_536
_FORMATS: Final = {
    "moment": "yyyy-mm-dd hh:mm:ss",
    "day": "yyyy-mm-dd",
    "time": "hh:mm:ss",
    "duration": "[h]:mm:ss",
}
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Numbers = list[bool | int | float | None]


def write_workbook(file: Any, target: Path) -> None:
    """Write an open Parquet file as a workbook of one sheet.

    Raises:
        DataError: A sheet, or a cell of it, cannot hold so much.
    """
    import xlsxwriter

    names = file.schema_arrow.names
    row_count = file.metadata.num_rows
    if row_count > MOST_ROWS or len(names) > MOST_COLUMNS:
        raise DataError(
            f"An Excel sheet holds {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns; the "
            f"table has {row_count:,} rows and {len(names):,} columns.",
            hint="Write a CSV or Parquet file instead.",
        )
    with xlsxwriter.Workbook(str(target), dict(_OPTIONS)) as book:
        sheet = book.add_worksheet("Data")
        formats = {name: book.add_format({"num_format": f}) for name, f in _FORMATS.items()}
        bold = book.add_format({"bold": True})
        for place, name in enumerate(names):
            sheet.write_string(0, place, _checked(name, 0, name), bold)
        sheet.freeze_panes(1, 0)
        _fill(sheet, names, file.iter_batches(batch_size=_BATCH_ROWS), formats)


def _fill(
    sheet: Any, names: Sequence[str], batches: Iterable[Any], formats: dict[str, Any]
) -> None:
    first = 1
    for batch in batches:
        columns = [_cells(column) for column in batch.columns]
        for index in range(batch.num_rows):
            for place, (form, numbers, texts) in enumerate(columns):
                number, text = numbers[index], texts[index]
                row = first + index
                if isinstance(number, bool):
                    sheet.write_boolean(row, place, number)
                elif number is not None:
                    sheet.write_number(row, place, number, formats.get(form))
                elif text is not None:
                    sheet.write_string(row, place, _checked(text, row, names[place]))
        first += batch.num_rows


def _checked(text: str, row: int, name: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise DataError(
            f"An Excel cell holds {MOST_CHARACTERS:,} characters; row {row:,} of the column "
            f"“{name[:60]}” has {len(text):,}.",
            hint="Write a CSV or Parquet file instead.",
        )
    return text


def _cells(column: Any) -> tuple[str, Numbers, list[str | None]]:
    """Return how a column's numbers are shown, its numbers, and the texts for what is none."""
    column = plain_array(column)
    form, convert = _conversion(column.type)
    numbers: Numbers = [None] * len(column) if convert is None else convert(column)
    if all(number is not None for number in numbers):
        return form, numbers, [None] * len(numbers)
    return form, numbers, as_texts(column).to_pylist()


def _conversion(kind: Any) -> tuple[str, Callable[[Any], Numbers] | None]:
    import pyarrow.types as kinds

    if kinds.is_boolean(kind):
        return "", lambda column: column.to_pylist()
    if kinds.is_integer(kind):
        return "", _integers
    if kinds.is_floating(kind):
        return "", _floats
    if kinds.is_decimal(kind):
        return "", _decimals
    if kinds.is_date(kind):
        return "day", lambda column: _days(column, 1, 1, since_1970=True)
    if kinds.is_timestamp(kind) and kind.tz is None:
        return "moment", lambda column: _spans(column, since_1970=True)
    if kinds.is_time(kind):
        return "time", lambda column: _spans(column, since_1970=False)
    if kinds.is_duration(kind):
        return "duration", lambda column: _spans(column, since_1970=False)
    return "", None


def _integers(column: Any) -> Numbers:
    most = 10**_MOST_DIGITS
    return [v if v is not None and -most < v < most else None for v in column.to_pylist()]


def _floats(column: Any) -> Numbers:
    import pyarrow as pa

    # A float of 32 bits is the number that is written, not the one with 17 digits behind it.
    wide = column if column.type == pa.float64() else column.cast(pa.string()).cast(pa.float64())
    return [v if v is not None and math.isfinite(v) else None for v in wide.to_pylist()]


def _decimals(column: Any) -> Numbers:
    return [None if v is None else _short_decimal(v) for v in column.to_pylist()]


def _short_decimal(value: Decimal) -> float | None:
    return float(value) if len(value.normalize().as_tuple().digits) <= _MOST_DIGITS else None


def _spans(column: Any, *, since_1970: bool) -> Numbers:
    per_second = PER_SECOND[column.type.unit]
    return _days(column, per_second, _SECONDS_PER_DAY, since_1970=since_1970)


def _days(column: Any, per_second: int, seconds: int, *, since_1970: bool) -> Numbers:
    """Return days and parts of days as Excel counts them; None for what it cannot count.

    Args:
        column: Counts of a unit.
        per_second: How many units make a second; 1 for days.
        seconds: How many seconds make a day; 1 for days.
        since_1970: Whether they are counted from a day on, or are lengths of time.
    """
    import pyarrow as pa

    width = pa.int32() if column.type.bit_width == pa.int32().bit_width else pa.int64()
    before, first = (_DAYS_BEFORE_1970, _FIRST_DAY) if since_1970 else (0, 0)
    per_day = per_second * seconds
    found: Numbers = []
    for count in column.cast(width).to_pylist():
        if count is None or not first <= before + count / per_day < _LAST_DAY + 1:
            found.append(None)
        else:
            whole, rest = divmod(count, per_day)
            found.append(before + whole + rest / per_day if rest else before + whole)
    return found
