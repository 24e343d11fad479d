"""Loads a table of a web page, as many programs save it under the name of a workbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.loaders.files.encodings import (
    Encoding,
    decoded,
    encoding_of,
    guess_notes,
)
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.html import LOADER
from queue_core.components.loaders.html.page_tables import PageTables, Table, even_rows
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Finding,
    Loaded,
    Preview,
)
from queue_core.components.loaders.tables.arrow_tables import preview_of
from queue_core.components.loaders.tables.header import find_start
from queue_core.components.loaders.tables.text_columns import typed_texts
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.normal_form import unique_names
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError, ParameterError

MAX_PAGE_BYTES = 256 << 20
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class _Page:
    """A table of a page, read.

    Attributes:
        table: Its rows in columns of one type each.
        options: Every option with the value that was used.
        findings: What was found out.
        notes: What the user should know.
    """

    table: pa.Table
    options: JsonObject
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


class HtmlLoader:
    """Reads one table of a web page."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Find the table; see `Loader.detect`."""
        page = _read(source, options)
        return Detection(source.path, LOADER, page.options, page.findings, page.notes, source.size)

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first rows; see `Loader.preview`."""
        page = _read(source, options)
        return preview_of(
            source,
            LOADER,
            page.table.slice(0, rows),
            page.table.num_rows,
            options=page.options,
            findings=page.findings,
            warnings=page.notes,
        )

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all rows; see `Loader.load`."""
        hasher.follow(1.0)
        progress.report(0.0, "reading the page")
        page = _read(source, options)
        progress.report(0.8, "storing the rows")
        row_count = staging.write_arrow(page.table)
        return Loaded(options=page.options, rows_read=row_count, warnings=page.notes)


def _read(source: SourceFile, options: JsonMapping) -> _Page:
    if source.size > MAX_PAGE_BYTES:
        raise DataError(
            f"{source.name} is a web page of more than {MAX_PAGE_BYTES >> 20} MB.",
            hint="Export its table as CSV, then load that.",
        )
    encoding = _encoding(source, options)
    parser = PageTables()
    with source.unpacked() as content:
        for block in decoded(content, encoding, source.name):
            parser.feed(block)
    parser.close()
    number, rows = _choose([even_rows(table) for table in parser.tables], source.name, options)
    notes = guess_notes(encoding, source.name)
    count = len(parser.tables)
    table, header, reason, more = _table(rows, source.name, options.get("header"))
    findings = [Finding("encoding", encoding.name, encoding.reason)]
    if options.get("table") is None and count > 1:
        others = tuple(n for n in range(1, count + 1) if n != number)
        note = f"{source.name} holds {count} tables; number {number}, the largest, was read."
        findings.append(Finding("table", number, "it is the largest", others, note))
        notes.append(note)
    if options.get("header") is None:
        findings.append(Finding("header", header, reason, (not header,)))
    used = {"table": number, "header": header, "encoding": encoding.name}
    return _Page(table, used, tuple(findings), (*notes, *more))


def _encoding(source: SourceFile, options: JsonMapping) -> Encoding:
    wanted = options.get("encoding")
    declared = _CHARSET.search(source.head[:4096])
    found = encoding_of(source, wanted)
    if wanted or declared is None or not found.is_guess:
        return found
    try:
        return Encoding(encoding_of(source, declared[1].decode()).name, "the page says so")
    except ParameterError:
        return found


def _choose(tables: Sequence[Table], name: str, options: JsonMapping) -> tuple[int, Table]:
    """Return the number of the table to read, and its rows.

    Raises:
        DataError: There is none of this number, or none at all.
    """
    wanted = options.get("table")
    if wanted is not None and not 1 <= wanted <= len(tables):
        raise DataError(
            f"{name} has no table {wanted}.", hint=f"It holds {len(tables)}: choose one of them."
        )
    sizes = [len(rows) * len(rows[0]) if rows else 0 for rows in tables]
    number = wanted or (sizes.index(max(sizes)) + 1 if any(sizes) else 0)
    if not number or not tables[number - 1]:
        raise DataError(
            f"{name} is a web page without a table.",
            hint="The download may have saved an error or login page: open it in a browser.",
        )
    return number, tables[number - 1]


def _table(rows: Table, name: str, header: bool | None) -> tuple[pa.Table, bool, str, list[str]]:
    """Return the typed columns, whether the first row named them, why, and what to say."""
    width = len(rows[0])
    found = [Row(tuple(values), number, number) for number, values in enumerate(rows, start=1)]
    start = find_start(found, width)
    reason = start.reason
    if header is None:
        header = start.header
    else:
        reason = "chosen"
    notes = []
    if start.row:
        lines = "row was" if start.row == 1 else f"{start.row} rows were"
        notes.append(f"The first {lines} left out: the table begins below them.")
    if not header:
        notes.append(f"The table of {name} has no header: the columns are numbered.")
    body = rows[start.row + header :]
    first = rows[start.row] if header else [f"column_{n}" for n in range(1, width + 1)]
    names, more = unique_names(first)
    columns = []
    first_row = start.row + header + 1

    def place(position: int) -> str:
        return f"row {first_row + position:,}"

    for position, column in enumerate(names):
        texts = pa.array([row[position] for row in body], pa.string())
        values, said = typed_texts(column, texts, place)
        columns.append(values)
        more = (*more, *said)
    return pa.Table.from_arrays(columns, names=names), header, reason, [*notes, *more]
