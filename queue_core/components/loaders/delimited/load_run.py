"""One run over a text table: converted and stored, or repaired and run again, or refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.loaders.delimited import BadRows
from queue_core.components.loaders.delimited.amounts import amount, reading_message
from queue_core.components.loaders.delimited.blanking import Blanked, blanked_notes, comes_again
from queue_core.components.loaders.delimited.column_readings import CHECK_FAILED
from queue_core.components.loaders.delimited.date_orders import column_notes, open_dates
from queue_core.components.loaders.delimited.plan import TextPlan, blanking_of
from queue_core.components.loaders.delimited.rejects import (
    explain,
    filled_note,
    open_quote,
    refuse_if_hopeless,
    skipped_note,
    write_rejects,
)
from queue_core.components.loaders.delimited.selection import select_stored
from queue_core.components.loaders.delimited.table import (
    Problem,
    Rejected,
    Table,
    count_newlines,
    summary,
)
from queue_core.components.loaders.delimited.text_file import TextFile, rewrite
from queue_core.components.loaders.delimited.wide import WideReader
from queue_core.components.loaders.delimited.widening import Widener
from queue_core.components.loaders.files.encodings import FALLBACK, Encoding, find_invalid_utf8
from queue_core.components.loaders.files.line_limit import MAX_LINE_BYTES, require_line_ends
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import Loaded
from queue_core.components.progress import ProgressReporter, Silence, Span
from queue_core.components.sql_engine import DEFAULT_MEMORY_MB, Connection, Row, connect, execute
from queue_core.components.sql_text import literal
from queue_core.errors import DataError

MAX_ATTEMPTS = 8
REWRITE_SHARE = 0.3
LINE_GROWTH = 16

Result = TypeVar("Result")


class LoadRun:
    """Reads one source with one plan, which it may have to correct on the way.

    Attributes:
        columns: The columns as they are read now.
        notes: What was found out on the way, in sentences.
    """

    def __init__(
        self,
        source: SourceFile,
        plan: TextPlan,
        scratch: Path,
        progress: ProgressReporter | None = None,
        hasher: SourceHasher | None = None,
    ) -> None:
        self.columns = plan.columns
        self.notes: list[str] = []
        self._source = source
        self._plan = plan
        self._scratch = scratch
        self._progress = progress or Silence()
        self._hasher = hasher
        self._rewriting = plan.rewriting
        self._newline = plan.newline
        self._table = self._table_of(TextFile(source.path, plan.newline))
        self._rejected: list[Rejected] = []
        self._blanked: list[Blanked] = []

    def _on_blank(self, line: Blanked) -> None:
        self._blanked.append(line)

    def first_rows(self, limit: int) -> list[Row]:
        """Return the first rows of the plan's head, as the load would store them.

        Raises:
            DataError: They cannot be read.
        """
        path = self._scratch / "head.csv"
        path.write_bytes(self._plan.head.encode())
        self._rewriting = replace(self._rewriting, encoding=Encoding("utf-8", ""), drop_lines=0)
        head = SourceFile(path, path.stat().st_size, 0)
        if self._rewriting.is_needed(head):
            rewrite(head, self._scratch / "even.csv", self._rewriting, on_blank=self._on_blank)
            self.notes += blanked_notes(self._blanked, self._source.name)
            path = self._scratch / "even.csv"
        self._table = self._table_of(TextFile(path, self._plan.newline, is_copy=True))

        def read(connection: Connection) -> list[Row]:
            sql = f"SELECT * FROM ({select_stored(self._table, self.columns)}) LIMIT {limit}"
            table = connection.sql(sql).to_arrow_table()
            return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

        return self._until_it_fits(read)

    def run(self, staging: DatasetStaging) -> Loaded:
        """Store all rows.

        Raises:
            DataError: The file cannot be read, or not without changing its data silently.
        """
        reading = Span(self._progress)
        reading.report(0.0, reading_message(0.0, self._source.size))
        if self._rewriting.is_needed(self._source):
            self._rewrite(Span(self._progress, 0.0, REWRITE_SHARE))
            reading = Span(self._progress, REWRITE_SHARE, 1.0)
        else:
            require_line_ends(self._source.path, self._source.name)

        def copy(connection: Connection) -> int:
            return self._copy(connection, staging, reading)

        if WideReader.can_read(self._table, self.columns):
            row_count = self._store_wide(staging, reading)
        else:
            row_count = self._until_it_fits(copy)
        self._require_all_rows(row_count)
        self.notes += blanked_notes(self._blanked, self._source.name)
        if self._rejected:
            write_rejects(staging.rejects_path, self._rejected)
            self.notes.append(skipped_note(self._rejected, self._source.name))
        if self._table.bad_rows is BadRows.FILL:
            self._progress.report(None, "looking for short rows")
            found = self._rows_that_do_not_fit(replace(self._table, bad_rows=BadRows.SKIP))
            if short := [row for row in found if row.problem is Problem.TOO_FEW]:
                self.notes.append(filled_note(short, self._source.name))
        self.notes += self._nul_characters()
        if self._plan.options.date_order is None:
            self.notes += open_dates(self.columns, staging.data_path)
        self.notes += column_notes(self.columns)
        used = replace(self._plan, columns=self.columns, encoding=self._rewriting.encoding)
        return Loaded(
            options=used.used_options(),
            rows_read=row_count + len(self._rejected),
            rows_rejected=len(self._rejected),
            warnings=(*self._plan.warnings, *self.notes),
            types={
                name: chosen
                for name, chosen in self._plan.options.column_types.items()
                if chosen.is_textual
            },
        )

    def _copy(self, connection: Connection, staging: DatasetStaging, span: Span) -> int:
        size = self._source.size

        def reading(fraction: float) -> None:
            if self._hasher is not None:
                self._hasher.follow(fraction)
            span.report(fraction, reading_message(fraction, size))

        sql = select_stored(self._table, self.columns)
        options = staging.parquet_options(len(self.columns))
        rows = execute(
            connection, f"COPY ({sql}) TO {literal(str(staging.data_path))} ({options})", reading
        )
        if self._table.bad_rows is not BadRows.ERROR:
            self._rejected = self._table.rejected(connection)
            refuse_if_hopeless(self._rejected, self._source.name)
        return int(rows[0][0])

    def _store_wide(self, staging: DatasetStaging, span: Span) -> int:
        """Store a table of very many columns; return the number of rows."""

        def reading(fraction: float) -> None:
            if self._hasher is not None:
                self._hasher.follow(fraction)
            span.report(fraction, reading_message(fraction, self._source.size))

        for _attempt in range(MAX_ATTEMPTS):
            reader = WideReader(self._table, self.columns, self._plan.layout.header_lines)
            try:
                row_count = staging.write_arrow(reader.batches(reading))
            except pa.ArrowInvalid as error:
                self._repair(str(error))
                continue
            self._rejected = reader.rejected
            if self._rejected and self._table.bad_rows is BadRows.ERROR:
                raise explain(self._rejected, self._table, self._source.name, "")
            if not reader.failing:
                return row_count
            self._widen(reader.failing)
        raise self._unreadable()

    def _until_it_fits(self, query: Callable[[Connection], Result]) -> Result:
        for _attempt in range(MAX_ATTEMPTS):
            connection = connect(spill_folder=self._scratch)
            try:
                return query(connection)
            except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
                self._repair(str(error))
            except duckdb.OutOfMemoryException as error:
                raise DataError(
                    f"{self._source.name} needs more than {DEFAULT_MEMORY_MB} MB of memory.",
                    hint="Its rows may be very long: check its line ends and quotes.",
                ) from error
            except duckdb.IOException:
                self._source.require_unchanged()  # says so where the file is gone
                raise
            finally:
                connection.close()
        raise self._unreadable()

    def _unreadable(self) -> DataError:
        return DataError(
            f"{self._source.name} cannot be read as a text table.",
            hint="Choose its delimiter, quote and encoding, then load it again.",
        )

    def _repair(self, message: str) -> None:
        """Change what made the query fail.

        Raises:
            DataError: It is the file's fault.
        """
        if CHECK_FAILED in message:
            if not self._leaves_out_headers():
                self._widen()
        elif "invalid state" in message and not self._rewriting.even_newlines:
            self.notes.append(
                f"{self._source.name} has line ends of several kinds; all are read as line ends."
            )
            self._rewriting = replace(self._rewriting, even_newlines=True)
            self._rewrite(self._progress)
        else:
            self._repair_rows(message)

    def _leaves_out_headers(self) -> bool:
        """Make blank the lines far below that name the columns again, as joined files have."""
        header = self._plan.layout.header_text
        known = self._rewriting.blanking or blanking_of(self._plan.layout, remarks=False)
        if known.header or not header or not comes_again(self._table.file.path, header):
            return False
        self._rewriting = replace(self._rewriting, blanking=replace(known, header=header))
        self._rewrite(self._progress)
        return True

    def _widen(self, positions: Collection[int] | None = None) -> None:
        """Find readings that hold for all rows, of the columns at *positions* (None: all)."""
        options = self._plan.options
        self._progress.report(None, "looking for the columns' true types")
        widener = Widener(
            self._table,
            self._source.name,
            self._plan.styles,
            fixed_missing=options.missing_words is not None,
            wanted=frozenset(options.column_types),
        )
        connection = connect(spill_folder=self._scratch)
        try:
            chosen = [c for c in self.columns if positions is None or c.position in positions]
            found, notes = widener.widen(connection, chosen)
        finally:
            connection.close()
        widened = {column.position: column for column in found}
        self.columns = tuple(widened.get(column.position, column) for column in self.columns)
        self.notes += notes

    def _rows_that_do_not_fit(self, table: Table) -> list[Rejected]:
        connection = connect(spill_folder=self._scratch)
        try:
            # Every column is asked for: the engine checks the encoding of no other.
            counts = ", ".join(f"count({column.raw})" for column in self.columns)
            sql = f"SELECT {counts} FROM {table.sql(keep_rejects=True)}"
            connection.execute(sql).fetchall()
            return table.rejected(connection)
        finally:
            connection.close()

    def _repair_rows(self, message: str) -> None:
        rejected = self._rows_that_do_not_fit(self._table)
        problems = summary(rejected)
        if Problem.ENCODING in problems:
            self._repair_encoding()
        elif Problem.LONG_LINE in problems and self._table.max_line_bytes < MAX_LINE_BYTES:
            self._table = replace(
                self._table, max_line_bytes=self._table.max_line_bytes * LINE_GROWTH
            )
        elif self._blanks(rejected):
            self._rewrite(self._progress)
        else:
            raise explain(rejected, self._table, self._source.name, message)

    def _blanks(self, rejected: Sequence[Rejected]) -> bool:
        """Make blank lines of those that do not fit, if they are spaces and remarks only."""
        blanking = blanking_of(self._plan.layout, remarks=True)
        if not rejected or self._rewriting.blanking == blanking:
            return False
        texts = [row.text.rstrip("\r\n") for row in rejected]
        if any(blanking.reason(text) is None for text in texts):
            return False
        self._rewriting = replace(self._rewriting, blanking=blanking)
        return True

    def _repair_encoding(self) -> None:
        found = find_invalid_utf8(self._table.file.path)
        if found is None or self._table.file.is_copy or self._plan.options.encoding is not None:
            raise DataError(
                f"{self._source.name} is not {self._rewriting.encoding.name.upper()}"
                + (f": line {found.line:,}, byte {found.byte:,}." if found else "."),
                hint="Choose the encoding that the file was written in.",
            )
        if found.has_multibyte:
            raise DataError(
                f"Line {found.line:,} of {self._source.name} is not UTF-8 as the lines before it: "
                f"byte {found.byte:,} is 0x{found.value:02X}.",
                hint="Correct that line, or choose the encoding the file was written in.",
            )
        self.notes.append(
            f"{self._source.name} is not UTF-8 (line {found.line:,}, byte {found.byte:,}); it was "
            f"read as {FALLBACK}, which is a guess. Choose another encoding if letters look wrong."
        )
        guess = Encoding(FALLBACK, f"byte {found.byte:,} is not UTF-8", is_guess=True)
        self._rewriting = replace(self._rewriting, encoding=guess)
        self._rewrite(self._progress)

    def _rewrite(self, progress: ProgressReporter) -> None:
        size = self._source.size
        verb = "unpacking" if self._source.compression.value != "none" else "converting"

        def written(read_bytes: int) -> None:
            if self._hasher is not None:
                self._hasher.follow(read_bytes / size)
            progress.report(read_bytes / size, amount(verb, read_bytes, size))

        target = self._scratch / "text.csv"
        self._blanked = []
        file = rewrite(self._source, target, self._rewriting, written, self._on_blank)
        newline = "\n" if self._rewriting.even_newlines else self._newline
        self._table = self._table_of(replace(file, newline=newline))

    def _table_of(self, file: TextFile) -> Table:
        return Table(
            file,
            self._plan.layout.dialect,
            len(self.columns),
            bad_rows=self._plan.options.bad_rows,
            line_offset=self._rewriting.drop_lines if file.is_copy else 0,
        )

    def _require_all_rows(self, row_count: int) -> None:
        """Make sure that the engine left no row out that it did not name.

        Raises:
            DataError: There are more or fewer rows than in the file.
        """
        read = row_count + len(self._rejected)
        if not self._rejected:
            lines, is_open = self._count_lines()
            before = self._plan.layout.dialect.skip_lines - self._table.line_offset
            if lines + is_open - before - self._plan.layout.header_lines == read:
                return
        # Blank lines, or line ends within quotes: count as a parser does.
        self._progress.report(None, "counting the rows of the file")
        expected, open_line = self._table.count_rows()
        if open_line is not None and not self._rejected:
            raise open_quote(open_line, self._source.name)
        if expected != read:
            self._source.require_unchanged()  # the likeliest reason
            raise DataError(
                f"{self._source.name} has {expected:,} rows, but {read:,} were read.",
                hint="Its quotes may not match: choose the quote character, or none.",
            )

    def _count_lines(self) -> tuple[int, bool]:
        """Return how many line ends there are, and whether the last line is without one."""
        file = self._table.file
        if self._hasher is None or file.is_copy or file.newline == "\r":
            return count_newlines(file.path, file.newline)
        self._hasher.finish()
        return self._hasher.newlines, not self._hasher.ends_with_newline

    def _nul_characters(self) -> list[str]:
        """Say where the text holds a zero byte, which many programs stop at."""
        if self._hasher is not None and not self._table.file.is_copy:
            self._hasher.finish()
            if not self._hasher.has_nul:
                return []
        line = self._table.line_of_nul()
        if line is None:
            return []
        return [f"Line {line:,} of {self._source.name} holds a NUL character; it was kept."]
