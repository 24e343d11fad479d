"""Rows that do not fit the table: kept in a file, counted, and explained."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from queue_core.components.loaders.delimited import BadRows
from queue_core.components.loaders.delimited.table import (
    MAX_REJECTS,
    Problem,
    Rejected,
    Table,
)
from queue_core.components.stored_dataset import REJECTS_FILE
from queue_core.errors import DataError

LINES_SHOWN = 5
NO_QUOTES = (("quote", ""),)
BAD_ROWS_HINT = (
    "Correct it, or choose under “Rows of another length” (bad_rows) to leave such rows out or to "
    "fill short ones; "
    "the delimiter or quote may be another, too."
)


def write_rejects(path: Path, rejected: Sequence[Rejected]) -> None:
    """Keep the rejected rows as they stand in the source, with their lines and what is wrong."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "problem", "row"))
        writer.writerows((row.line, row.problem.value.lower(), row.text) for row in rejected)


def skipped_note(rejected: Sequence[Rejected], name: str) -> str:
    """Return the sentence that says which rows were left out."""
    lines = ", ".join(f"{row.line:,}" for row in rejected[:LINES_SHOWN])
    if len(rejected) == 1:
        return (
            f"1 row of {name} was left out (line {lines}): it does not fit the columns. "
            f"It is kept in {REJECTS_FILE}."
        )
    more = ", …" if len(rejected) > LINES_SHOWN else ""
    return (
        f"{len(rejected):,} rows of {name} were left out (lines {lines}{more}): they do not fit "
        f"the columns. They are kept in {REJECTS_FILE}."
    )


def refuse_if_hopeless(rejected: Sequence[Rejected], name: str) -> None:
    """Stop where leaving rows out would leave out more than rows.

    Raises:
        DataError: A quote that is never closed swallowed lines, or there are far too many.
    """
    for row in rejected:
        if row.problem is Problem.QUOTE and "\n" in row.text.rstrip("\r\n"):
            raise _open_quote(row, name)
        if row.problem in (Problem.LONG_LINE, Problem.ENCODING):
            raise _other(row, name)
    if len(rejected) >= MAX_REJECTS:
        raise DataError(
            f"{name} has more than {MAX_REJECTS:,} rows that do not fit its columns; "
            f"the first is on line {rejected[0].line:,}.",
            hint="Choose another delimiter or quote.",
        )


def explain(rejected: Sequence[Rejected], table: Table, name: str, message: str) -> DataError:
    """Return the error that says what is wrong with the first rows that cannot be read.

    Args:
        rejected: The rows, in order.
        table: The table they are of.
        name: Name of the file.
        message: What the engine said, for the case that it names no row.
    """
    if not rejected:
        words = message.splitlines()[0] if message else "no reason is known"
        return DataError(
            f"{name} cannot be read as a text table: {words}.",
            hint="Choose its delimiter, quote and encoding, then load it again.",
        )
    first = rejected[0]
    if first.problem is Problem.QUOTE:
        return _open_quote(first, name)
    if first.problem not in (Problem.TOO_MANY, Problem.TOO_FEW):
        return _other(first, name)
    found = table.width_of(first.text) or first.found
    where = "the header has" if table.dialect.header else "the other rows have"
    values = "value" if found == 1 else "values"
    sentence = f"Line {first.line:,} of {name} has {found} {values} where {where} {table.width}"
    others = len(rejected) - 1
    if others == 1:
        sentence += f"; so it is with line {rejected[1].line:,}"
    elif others:
        sentence += f"; {others:,} more lines do not fit either"
    remedies = [("bad_rows", BadRows.SKIP.value)]
    if all(row.problem is Problem.TOO_FEW for row in rejected):
        remedies.append(("bad_rows", BadRows.FILL.value))
    return DataError(f"{sentence}.", hint=BAD_ROWS_HINT, line=first.line, remedies=remedies)


def open_quote(line: int, name: str) -> DataError:
    """Return the error for a quote that is not closed."""
    return DataError(
        f"A quote in the row on line {line:,} of {name} is never closed.",
        hint="Close or remove it, or choose no quote character.",
        line=line,
        remedies=NO_QUOTES,
    )


def _open_quote(row: Rejected, name: str) -> DataError:
    if "\n" in row.text.rstrip("\r\n") or _ends_within_quotes(row.text):
        return open_quote(row.line, name)
    return DataError(
        f"Line {row.line:,} of {name} has a quote in the middle of a quoted value.",
        hint="Write it twice or remove it, or choose another quote character.",
        line=row.line,
        remedies=NO_QUOTES,
    )


def _ends_within_quotes(text: str) -> bool:
    try:
        list(csv.reader([text], strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def filled_note(short: Sequence[Rejected], name: str) -> str:
    """Return the sentence that says which rows were filled with missing values."""
    lines = ", ".join(f"{row.line:,}" for row in short[:LINES_SHOWN])
    if len(short) == 1:
        return f"1 row of {name} is short (line {lines}): what it lacks was read as missing."
    more = ", …" if len(short) > LINES_SHOWN else ""
    return (
        f"{len(short):,} rows of {name} are short (lines {lines}{more}): "
        "what they lack was read as missing."
    )


def _other(row: Rejected, name: str) -> DataError:
    if row.problem is Problem.LONG_LINE:
        return DataError(
            f"The row on line {row.line:,} of {name} is too long to be one row.",
            hint="A quote may not be closed there: close it, or choose no quote character.",
            remedies=NO_QUOTES,
        )
    if row.problem is Problem.ENCODING:
        return DataError(
            f"Line {row.line:,} of {name} has bytes that are not of its encoding.",
            hint="Choose the encoding that the file was written in.",
            line=row.line,
        )
    return DataError(
        f"Line {row.line:,} of {name} cannot be read.",
        hint="Look at this line, and choose the delimiter and the quote that it uses.",
        line=row.line,
    )
