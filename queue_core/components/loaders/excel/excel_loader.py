"""Loads workbooks: xlsx, xlsm, xlsb, xls and ods, one sheet at a time."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa

from queue_core.components.arrow_types import column_type_of
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.loaders.excel import LOADER
from queue_core.components.loaders.excel.compound_file import fault_of
from queue_core.components.loaders.excel.excel_cells import (
    Cells,
    decoded_text,
    read_cells,
    unreadable_sheet,
)
from queue_core.components.loaders.excel.workbook_facts import (
    even_workbook,
    formulas_without_value,
    is_too_large,
)
from queue_core.components.loaders.files.local_copy import plain_path, preview_path
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Finding,
    Loaded,
    Preview,
    PreviewColumn,
)
from queue_core.components.loaders.tables.header import find_start
from queue_core.components.loaders.tables.native_errors import native_errors
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.normal_form import unique_names
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError, ParameterError

HEADER_SEARCH_ROWS = 50
EXPORT_HINT = "Open it in a spreadsheet program and save it again, or export it as CSV."
CELLS_SHOWN = 3
QUICKLY_SEARCHED_BYTES = 4 << 20
_MIDNIGHT = re.compile(r"(?<=^[0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$")
LETTERS = string.ascii_uppercase
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class _Sheet:
    """The sheet to read and where its table begins.

    Attributes:
        name: Its name.
        others: Names of the workbook's other sheets.
        header_row: Number of the row with the names, from 1; 0: none.
        first_row: Number of the first row of data, from 1.
        names: The names as they stand there; generated ones where there is no header.
        reason: Why the header is where it is.
    """

    name: str
    others: tuple[str, ...]
    header_row: int
    first_row: int
    names: tuple[str, ...]
    reason: str


class ExcelLoader:
    """Reads one sheet of a workbook."""

    def detect(self, source: SourceFile, options: Mapping[str, Any]) -> Detection:
        """Find out sheet and header; see `Loader.detect`."""
        with preview_path(source) as path:
            sheet = _find_sheet(_open(path, source), path, source.name, options)
        return Detection(
            path=source.path,
            loader=LOADER,
            options=_used(sheet, source),
            findings=_findings(sheet, source.name, options),
            warnings=tuple(_sheet_notes(sheet, source.name, options)),
            size_bytes=source.size,
        )

    def preview(self, source: SourceFile, options: Mapping[str, Any], rows: int) -> Preview:
        """Return the first rows; see `Loader.preview`."""
        with preview_path(source) as path:
            reader = _open(path, source)
            sheet = _find_sheet(reader, path, source.name, options)
            with _offering_sheets(reader, options):
                cells = _read(reader, sheet, source, path, rows)
        table = cells.table
        return Preview(
            path=source.path,
            loader=LOADER,
            options=_used(sheet, source),
            columns=tuple(
                PreviewColumn(field.name, column_type_of(field.type)) for field in table.schema
            ),
            rows=tuple(zip(*(column.to_pylist() for column in table.columns), strict=True)),
            findings=_findings(sheet, source.name, options),
            warnings=(*_sheet_notes(sheet, source.name, options), *cells.notes),
            estimated_rows=max(cells.total_rows, 0),
            is_complete=table.num_rows == cells.total_rows,
            size_bytes=source.size,
        )

    def load(
        self,
        source: SourceFile,
        options: Mapping[str, Any],
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all rows of the sheet; see `Loader.load`."""
        hasher.follow(1.0)
        progress.report(0.0, "opening the workbook")
        path = plain_path(source, staging.scratch)
        reader = _open(path, source)
        sheet = _find_sheet(reader, path, source.name, options)
        progress.report(0.3, f"reading the sheet “{sheet.name}”")
        cells = _read(reader, sheet, source, path)
        progress.report(0.8, "storing the rows")
        row_count = staging.write_arrow(cells.table)
        return Loaded(
            options=_used(sheet, source),
            rows_read=row_count,
            warnings=(*_sheet_notes(sheet, source.name, options), *cells.notes),
        )


def _read(
    reader: fastexcel.ExcelReader,
    sheet: _Sheet,
    source: SourceFile,
    path: Path,
    limit: int | None = None,
) -> Cells:
    with native_errors(f"The sheet “{sheet.name}” of {source.name}", EXPORT_HINT):
        cells = read_cells(reader, sheet.name, sheet.names, sheet.first_row, limit=limit)
    is_large = path.stat().st_size > QUICKLY_SEARCHED_BYTES
    if is_large and not any(column.null_count for column in cells.table.columns):
        return cells
    end = sheet.first_row + cells.table.num_rows if limit is None else 0
    return replace(cells, notes=(*cells.notes, *_formula_notes(path, sheet, end)))


def _formula_notes(path: Path, sheet: _Sheet, end: int) -> list[str]:
    """Say which columns are missing values because formulas have none that is stored.

    Args:
        path: The workbook.
        sheet: Its sheet.
        end: Number of the row below the last one that was read; 0: it is not known.
    """
    names, _ = unique_names(sheet.names)
    notes = []
    lost = set()
    for column, cells in formulas_without_value(path, sheet.name).items():
        below = [c for c in cells if int(c.lstrip(LETTERS)) >= sheet.first_row]
        lost |= {int(c.lstrip(LETTERS)) for c in below if end and int(c.lstrip(LETTERS)) >= end}
        if below and column < len(names):
            shown = ", ".join(below[:CELLS_SHOWN]) + (", …" if len(below) > CELLS_SHOWN else "")
            count = "1 formula" if len(below) == 1 else f"{len(below):,} formulas"
            notes.append(
                f"Column “{names[column]}” holds {count} without a stored value ({shown}), read "
                "as missing. Open the workbook in a spreadsheet program and save it to store them."
            )
    if lost:
        rows = "1 row that holds" if len(lost) == 1 else f"{len(lost):,} rows that hold"
        notes.append(f"{rows} nothing but formulas without a value left out: from {min(lost)} on.")
    return notes


def _open(path: Path, source: SourceFile) -> fastexcel.ExcelReader:
    with path.open("rb") as file:
        is_compound = file.read(4) == b"\xd0\xcf\x11\xe0"
    if is_compound and ENCRYPTED_MARK in path.read_bytes():
        raise _protected(source.name)
    if fault := fault_of(path):
        raise DataError(
            f"{source.name} cannot be read as a workbook: {fault}.",
            hint="Download or copy it again, or open it in a spreadsheet program and save it.",
        )
    try:
        with native_errors(source.name, EXPORT_HINT):
            return fastexcel.read_excel(even_workbook(path) or path)
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise _protected(source.name) from error
        raise DataError(
            f"{source.name} cannot be read as a workbook: {_first_words(error)}.",
            hint=EXPORT_HINT,
        ) from error


def _protected(name: str) -> DataError:
    return DataError(
        f"{name} is protected with a password.",
        hint="Save a copy without the password, then load the copy.",
    )


def _first_words(error: Exception) -> str:
    words = str(error).splitlines()[0].removeprefix("calamine error: ").rstrip(".")
    return words[:1].lower() + words[1:]


def _find_sheet(
    reader: fastexcel.ExcelReader, path: Path, name: str, options: Mapping[str, Any]
) -> _Sheet:
    names = list(reader.sheet_names)
    wanted = options.get("sheet")
    if wanted is not None:
        chosen = _wanted_sheet(wanted, names, name)
        head, _ = _head(reader, path, chosen)
        if head is None:
            raise DataError(
                f"The sheet “{chosen}” of {name} is empty.",
                hint=f"Choose another sheet: {', '.join(names)}.",
            )
    else:
        with _offering_sheets(reader, options):
            chosen, head = _first_sheet(reader, path, names)
        if head is None:
            raise DataError(
                f"{name} has no sheet with anything in it.",
                hint="Check that it is the right workbook.",
            )
    others = tuple(sheet for sheet in names if sheet != chosen)
    return _locate(chosen, others, head, options.get("header_row"))


@contextmanager
def _offering_sheets(reader: fastexcel.ExcelReader, options: Mapping[str, Any]) -> Iterator[None]:
    """Name the sheets where one that nobody chose cannot be read: others may be."""
    try:
        yield
    except DataError as error:
        names = reader.sheet_names if options.get("sheet") is None else []
        if len(names) > 1:
            error.remedies = (*error.remedies, *(("sheet", name) for name in names))
        raise


def _first_sheet(
    reader: fastexcel.ExcelReader, path: Path, names: list[str]
) -> tuple[str, list[list[str | None]] | None]:
    """Return the first sheet that is not empty; a hidden one only where there is no other."""
    hidden: tuple[str, list[list[str | None]] | None] = ("", None)
    for sheet in names:
        rows, is_shown = _head(reader, path, sheet)
        if rows is None:
            continue
        if is_shown:
            return sheet, rows
        hidden = hidden if hidden[0] else (sheet, rows)
    return hidden


def _wanted_sheet(wanted: str | int, names: list[str], name: str) -> str:
    if isinstance(wanted, int) and 1 <= wanted <= len(names):
        return names[wanted - 1]
    if isinstance(wanted, str) and wanted in names:
        return wanted
    raise ParameterError(
        f"{name} has no sheet {wanted!r}.",
        parameter="sheet",
        hint=f"It has: {', '.join(names)}.",
    )


def _head(
    reader: fastexcel.ExcelReader, path: Path, sheet: str
) -> tuple[list[list[str | None]] | None, bool]:
    """Return the first rows as text (None where the sheet is empty), and whether it is shown."""
    if last := is_too_large(path, sheet):
        raise DataError(
            f"The sheet “{sheet}” reaches to the cell {last}: it is larger than memory.",
            hint="Delete the cells far from the table and save the workbook, or export it as CSV.",
        )
    try:
        with native_errors(f"The sheet “{sheet}”", EXPORT_HINT):
            loaded = reader.load_sheet(
                sheet, header_row=None, skip_rows=0, n_rows=HEADER_SEARCH_ROWS, dtypes="string"
            )
    except fastexcel.FastExcelError as error:
        raise unreadable_sheet(sheet, error) from error
    is_shown = loaded.visible == "visible"
    if not loaded.width or not loaded.height:
        return None, is_shown
    columns = [column.to_pylist() for column in pa.record_batch(loaded).columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    is_filled = any(value not in (None, "") for row in rows for value in row)
    return rows if is_filled else None, is_shown


def _locate(
    name: str, others: tuple[str, ...], head: list[list[str | None]], wanted: int | None
) -> _Sheet:
    """Find the header, below titles and notes."""
    width = len(head[0])
    if wanted is None:
        rows = [
            Row(tuple(value or "" for value in row), number, number)
            for number, row in enumerate(head, start=1)
        ]
        start = find_start(rows, width)
        reason = start.reason
        header_row = start.row + 1 if start.header else 0
        first_row = start.row + 1 + start.header
    else:
        header_row, first_row, reason = wanted, wanted + 1, "chosen"
    if not 0 < header_row <= len(head):
        names = tuple(f"column_{number}" for number in range(1, width + 1))
    else:
        found = [decoded_text(value or "") for value in head[header_row - 1]]
        # A day is a name without its hour.
        names = tuple(_MIDNIGHT.sub("", (name or "").strip()) for name in found)
    return _Sheet(name, others, header_row, first_row, names, reason)


def _used(sheet: _Sheet, source: SourceFile) -> dict[str, Any]:
    return {"sheet": sheet.name, "header_row": sheet.header_row, "member": source.member}


def _findings(sheet: _Sheet, name: str, options: Mapping[str, Any]) -> tuple[Finding, ...]:
    found = []
    if options.get("sheet") is None:
        reason = (
            "it is the first one that is neither hidden nor empty"
            if sheet.others
            else "it is the only one"
        )
        note = _others_note(sheet, name) if sheet.others else ""
        found.append(Finding("sheet", sheet.name, reason, sheet.others, note))
    if options.get("header_row") is None:
        other = 0 if sheet.header_row else sheet.first_row
        found.append(Finding("header_row", sheet.header_row, sheet.reason, (other,)))
    return tuple(found)


def _others_note(sheet: _Sheet, name: str) -> str:
    return (
        f"{name} has {len(sheet.others) + 1} sheets; “{sheet.name}” was read. "
        f"The others are: {', '.join(sheet.others[:10])}."
    )


def _sheet_notes(sheet: _Sheet, name: str, options: Mapping[str, Any]) -> list[str]:
    notes = []
    if options.get("sheet") is None and sheet.others:
        notes.append(_others_note(sheet, name))
    if options.get("header_row") is None:
        above = (sheet.header_row or sheet.first_row) - 1
        if above:
            rows = "row was" if above == 1 else f"{above} rows were"
            notes.append(f"The first {rows} left out: the table begins below them.")
        if not sheet.header_row:
            notes.append(f"The sheet “{sheet.name}” has no header: the columns are numbered.")
    return notes
