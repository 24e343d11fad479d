"""Tables of very many columns: read as Arrow batches, converted column by column.

The engine keeps 2,048 values of every column and every intermediate result in memory; with ten
thousand columns that is gigabytes. Here a batch is as many rows as fit into a few megabytes.
Values are checked by the same patterns, so that the result is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from queue_core.components.loaders.delimited import BadRows
from queue_core.components.loaders.delimited.column_readings import Column
from queue_core.components.loaders.delimited.table import Problem, Rejected, Table
from queue_core.components.loaders.tables.readings import TRIMMED, Kind
from queue_core.components.loaders.tables.text_values import INEXACT, ZERO, pattern

WIDE_COLUMNS = 1_000
BLOCK_BYTES = 8 << 20

# Kinds that Arrow converts as the engine does; a column of any other kind is not read here.
ARROW_KINDS = frozenset((Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN, Kind.DATE, Kind.TEXT))


@dataclass
class WideReader:
    """Reads one wide table.

    Attributes:
        table: The table.
        columns: Its columns and how they are converted.
        header_lines: Lines that the header takes.
        rejected: Rows left out, once `batches` has ended.
        failing: Positions of columns whose values do not fit, once `batches` has ended.
    """

    table: Table
    columns: Sequence[Column]
    header_lines: int
    rejected: list[Rejected] = field(default_factory=list)
    failing: set[int] = field(default_factory=set)

    @staticmethod
    def can_read(table: Table, columns: Sequence[Column]) -> bool:
        """Return whether this reader is needed, and reads what the engine would."""
        plain = all(c.kind in ARROW_KINDS and c.reading.style.is_plain for c in columns)
        no_formats = not any(column.reading.style.format for column in columns)
        one_sign = len(table.dialect.separator) == 1
        return (
            table.width > WIDE_COLUMNS
            and plain
            and no_formats
            and one_sign
            and table.bad_rows is not BadRows.FILL
        )

    def batches(self, on_progress: Callable[[float], None]) -> Iterator[pa.RecordBatch]:
        """Yield the rows as `pyarrow.RecordBatch`es of the stored types.

        Raises:
            pyarrow.ArrowInvalid: The text cannot be read, or a row has another number of values
                and rows must not be skipped.
        """
        size = self.table.file.path.stat().st_size
        done = 0
        names = [column.name for column in self.columns]
        for raw in self._raw():
            arrays = [self._converted(column, raw) for column in self.columns]
            yield pa.RecordBatch.from_arrays(arrays, names=names)
            done += raw.nbytes
            on_progress(min(1.0, done / max(size, 1)))
        if not done:  # the types must be known even of no rows
            yield pa.RecordBatch.from_arrays(
                [pa.nulls(0, _arrow_type(column.kind)) for column in self.columns], names=names
            )
        self._name_lines()

    def _raw(self) -> Iterator[pa.RecordBatch]:
        try:
            with self._open() as reader:
                yield from reader
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise

    def _name_lines(self) -> None:
        """Give the rejected rows their lines: so far they have the number of their row."""
        before = self._lines_before
        lines = self.table.lines_of_rows([row.line - before for row in self.rejected])
        self.rejected[:] = [
            replace(row, line=line) for row, line in zip(self.rejected, lines, strict=True)
        ]

    @property
    def _lines_before(self) -> int:
        """Lines before the first row."""
        return self.table.dialect.skip_lines - self.table.line_offset + self.header_lines

    def _open(self) -> arrow_csv.CSVStreamingReader:
        dialect = self.table.dialect
        names = [column.raw for column in self.columns]
        doubled = dialect.escape == dialect.quote
        return arrow_csv.open_csv(
            self.table.file.path,
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                skip_rows=self._lines_before,
                block_size=BLOCK_BYTES,
                use_threads=False,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=dialect.separator,
                quote_char=dialect.quote or False,
                double_quote=doubled,
                escape_char=False if doubled else dialect.escape,
                newlines_in_values=True,
                invalid_row_handler=self._on_bad_row,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    def _on_bad_row(self, row: arrow_csv.InvalidRow) -> str:
        problem = Problem.TOO_MANY if row.actual_columns > row.expected_columns else Problem.TOO_FEW
        self.rejected.append(Rejected(row.number or 0, problem, row.actual_columns, row.text))
        return "skip"

    def _converted(self, column: Column, raw: pa.Array) -> pa.Array:
        text = raw.column(column.position)
        if column.trim:
            text = pc.utf8_trim(text, TRIMMED)
        if column.missing:
            is_word = pc.is_in(text, pa.array(column.missing))
            text = pc.if_else(is_word, pa.scalar(None, pa.string()), text)
        if column.kind is Kind.TEXT:
            return text
        wanted = _arrow_type(column.kind)
        try:
            if _fits(text, column.kind):
                lowered = pc.utf8_lower(text) if column.kind is Kind.BOOLEAN else text
                return lowered.cast(wanted)
        except pa.ArrowInvalid:
            pass  # e.g. too large, or the 30th of February
        self.failing.add(column.position)
        return pa.nulls(len(text), wanted)


def _fits(text: pa.Array, kind: Kind) -> bool:
    """Return whether every value is what the kind says, and no digit would be lost."""
    if text.null_count == len(text):
        return True
    matches = pc.match_substring_regex(text, f"^(?:{pattern(kind)})$")
    if not pc.all(matches).as_py():
        return False
    if kind is not Kind.FLOAT:
        return True
    inexact = pc.match_substring_regex(text, f"^(?:{INEXACT})$")
    return not pc.any(inexact).as_py() and _is_sized_as_said(text)


def _is_sized_as_said(text: pa.Array) -> bool:
    """Return whether no value is too large or small: 1e400 is not infinite, 1e-400 not zero."""
    numbers = text.cast(pa.float64())
    is_zero = pc.equal(numbers, 0.0)
    zeros = text.filter(is_zero)
    if len(zeros) and not pc.all(pc.match_substring_regex(zeros, f"^(?:{ZERO})$")).as_py():
        return False
    infinite = pc.is_inf(numbers)
    if not pc.any(infinite).as_py():
        return True
    said = pc.match_substring_regex(text, "(?i)inf")
    return bool(pc.all(pc.equal(infinite, said)).as_py())


def _arrow_type(kind: Kind) -> pa.DataType:
    types = {
        Kind.INTEGER: pa.int64(),
        Kind.FLOAT: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.TEXT: pa.string(),
    }
    return types[kind]
