"""Converters that are one SQL query: bounded memory, whatever the number of rows."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.converter import (
    SILENCE,
    Converter,
    Outcome,
    Scope,
    column_types,
    free_name,
)
from queue_core.components.converters.converting.learning_rows import row_condition
from queue_core.components.dataset_writer import (
    COMPRESSION,
    COMPRESSION_LEVEL,
    DatasetStaging,
    row_group_rows,
)
from queue_core.components.expressions import CompiledExpression, Kind
from queue_core.components.json_data import JsonObject
from queue_core.components.progress import ProgressReporter, Span
from queue_core.components.sql_engine import Connection, Row, connect, execute
from queue_core.components.sql_text import file_literal, identifier, literal
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

MAX_COLUMNS = 5_000
_COLUMNS_PER_SCAN = 50
WIDE_COLUMNS = 500
CELLS = 5_000_000  # of a wide table, kept in memory


@dataclass(frozen=True)
class ColumnForm:
    """What SQL does not know of a column: text may be categories, a number a duration.

    Attributes:
        type: Its type.
        duration: How a duration is stored; None for other types.
    """

    type: ColumnType
    duration: pa.DataType | None = None


@dataclass(frozen=True)
class Table:
    """A stored table as SQL sees it.

    Attributes:
        dataset: The table.
        scope: What the step works on.
        alias: Its name in SQL.
    """

    dataset: StoredDataset
    scope: Scope
    alias: str = "t"

    @cached_property
    def types(self) -> dict[str, ColumnType]:
        """The columns, in order."""
        return column_types(self.dataset)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(info.name for info in self.dataset.columns)

    @cached_property
    def forms(self) -> dict[str, ColumnForm]:
        """What SQL does not know of the columns."""
        durations: dict[str, pa.DataType] = {}
        if ColumnType.DURATION in self.types.values():
            schema = pq.read_schema(self.dataset.parquet_path)
            durations = {item.name: item.type for item in schema}
        return {
            name: ColumnForm(kind, durations[name] if kind is ColumnType.DURATION else None)
            for name, kind in self.types.items()
            if kind.is_textual or kind is ColumnType.DURATION
        }

    @cached_property
    def row(self) -> str:
        """Name of the column that numbers the rows from 0; none of the table's own."""
        return free_name("row", self.names)

    @cached_property
    def source(self) -> str:
        """What comes behind FROM."""
        names = ", ".join(identifier(name) for name in (*self.names, self.row))
        path = file_literal(self.dataset.parquet_path)
        return f"read_parquet({path}, file_row_number=true) AS {self.alias}({names})"

    def column(self, name: str) -> str:
        """Return a column as SQL."""
        return f"{self.alias}.{identifier(name)}"

    def others(self, *left_out: str) -> list[str]:
        """Return all columns but some, as SQL, in order."""
        return [identifier(name) for name in self.names if name not in left_out]


@dataclass(frozen=True, kw_only=True)
class Query:
    """The SQL of a conversion.

    A result column that has the name of a column of the table holds that column's values, unless
    it is among `computed`; then its type is what comes out.

    Attributes:
        sql: A SELECT; its columns have their final names.
        computed: Result columns whose values are new, though the table has one of this name.
        forms: What SQL does not know of result columns that are new or renamed.
        notes: What it does that the user should know, in sentences.
    """

    sql: str
    computed: frozenset[str] = frozenset()
    forms: Mapping[str, ColumnForm] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def duration_sql(table: Table, name: str) -> str:
    """Return a column of durations as an SQL interval, cut to microseconds."""
    kind = table.forms[name].duration
    assert kind is not None
    parts = {"s": "* 1000000", "ms": "* 1000", "us": "", "ns": "// 1000"}[kind.unit]
    return f"to_microseconds({identifier(name)} {parts})"


def computed_form(table: Table, name: str, compiled: CompiledExpression) -> dict[str, ColumnForm]:
    """Return what SQL does not know of an expression's values: that they are durations.

    Raises:
        DataError: It mixes durations that are counted in different units.
    """
    if compiled.kind is not Kind.DURATION:
        return {}
    used = [table.forms[item] for item in compiled.columns if item in table.forms]
    units = {str(form.duration) for form in used if form.duration}
    if len(units) != 1:
        raise DataError(
            "The expression mixes durations that are stored in different units.",
            hint="Change their type to float first: they become seconds.",
        )
    return {name: next(form for form in used if form.duration)}


class SqlConverter(Converter):
    """A converter that is one query; subclasses write it."""

    @property
    def fit_share(self) -> float:
        """About a third of the time where something is learned, otherwise none."""
        return 0.0 if type(self).learn is SqlConverter.learn else 0.3

    def learn(self, table: Table, ask: Ask) -> JsonObject:  # noqa: ARG002 - for subclasses
        """Return what the query needs to know of the rows to learn from, as JSON data."""
        return {}

    @abstractmethod
    def query(self, table: Table) -> Query:
        """Return the conversion of *table*; `learned` holds what `learn` returned.

        Raises:
            JobError: Parameters and columns do not fit together.
        """

    def check(self, dataset: StoredDataset, scope: Scope) -> None:
        """See that the query can be written, where it needs nothing learned."""
        if type(self).learn is SqlConverter.learn:
            self.query(Table(dataset, scope))

    def fit(
        self,
        dataset: StoredDataset,
        scope: Scope,
        scratch: Path,
        reporter: ProgressReporter = SILENCE,
    ) -> None:
        """Learn from the chosen rows."""
        if type(self).learn is SqlConverter.learn:
            return
        table = Table(dataset, scope)
        with explained_errors(self.title), connect(spill_folder=scratch) as connection:
            condition, order = row_condition(scope.rows, table.types, table.row, scope.seed)
            chosen = f"(SELECT * FROM {table.source}{condition}{order})"
            if len(table.names) > WIDE_COLUMNS and dataset.row_count <= CELLS // len(table.names):
                # The engine reads the description of all columns for each question.
                connection.execute(f"CREATE TEMP TABLE chosen AS {chosen}")
                chosen = "chosen"
            ask = Ask(connection, f"{chosen} AS {table.alias}", reporter)
            self.learned = self.learn(table, ask)

    def convert(
        self,
        dataset: StoredDataset,
        scope: Scope,
        staging: DatasetStaging,
        reporter: ProgressReporter = SILENCE,
    ) -> Outcome:
        """Run the query and write its result."""
        table = Table(dataset, scope)
        query = self.query(table)
        with explained_errors(self.title), connect(spill_folder=staging.scratch) as connection:
            sql, computed = _storable(connection, query.sql)
            options = (
                f"FORMAT parquet, COMPRESSION {COMPRESSION}, COMPRESSION_LEVEL "
                f"{COMPRESSION_LEVEL}, ROW_GROUP_SIZE {row_group_rows(len(computed))}"
            )
            copy = f"COPY ({sql}) TO {literal(str(staging.data_path))} ({options})"
            execute(connection, copy, lambda done: reporter.report(done, "Converting the rows"))
        forms = {name: form for name, form in table.forms.items() if name not in query.computed}
        known = {
            name: form
            for name, form in (forms | dict(query.forms)).items()
            if computed.get(name) == ("BIGINT" if form.duration else "VARCHAR")
        }
        _restore_durations(staging, known)
        return Outcome(types={name: form.type for name, form in known.items()}, notes=query.notes)


@dataclass(frozen=True)
class Ask:
    """Asks the rows to learn from.

    Attributes:
        connection: The engine.
        source: What comes behind FROM.
        reporter: Told how far the question is.
    """

    connection: Connection
    source: str
    reporter: ProgressReporter

    def rows(self, select: str, rest: str = "") -> list[Row]:
        """Return what SELECT *select* FROM the rows *rest* gives."""
        sql = f"SELECT {select} FROM {self.source} {rest}"
        told = "Looking at the rows"
        return execute(self.connection, sql, lambda done: self.reporter.report(done, told))

    def for_each(self, names: Sequence[str], summary: Callable[[str], str]) -> JsonObject:
        """Return *summary* (SQL, made from a name) of each column, some columns at a time."""
        found: JsonObject = {}
        groups = [
            names[start : start + _COLUMNS_PER_SCAN]
            for start in range(0, len(names), _COLUMNS_PER_SCAN)
        ]
        for group, part in zip(groups, self.parts(len(groups)), strict=True):
            found |= zip(group, part.rows(", ".join(map(summary, group)))[0], strict=True)
        return found

    def parts(self, count: int) -> list[Ask]:
        """Return one to ask each of *count* questions with, so that progress goes on."""
        spans = (Span(self.reporter, n / count, (n + 1) / count) for n in range(count))
        return [Ask(self.connection, self.source, span) for span in spans]


def _restore_durations(staging: DatasetStaging, forms: Mapping[str, ColumnForm]) -> None:
    """Write durations as durations again: the engine reads and writes them as whole numbers."""
    durations = {name: form.duration for name, form in forms.items() if form.duration}
    if not durations:
        return
    plain = staging.scratch / "plain.parquet"
    staging.data_path.rename(plain)
    with pq.ParquetFile(plain) as file:
        fields = [
            pa.field(item.name, durations[item.name]) if item.name in durations else item
            for item in file.schema_arrow
        ]
        schema = pa.schema(fields)
        batches = (batch.cast(schema) for batch in file.iter_batches())
        staging.write_arrow(pa.RecordBatchReader.from_batches(schema, batches))


@contextmanager
def explained_errors(owner: str) -> Iterator[None]:
    """Turn what the engine says about the data into a `DataError`.

    Raises:
        DataError: The engine could not do it, for a reason that lies in data or parameters.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise DataError(
            f"“{owner}” needs more memory or disk space than there is: {_first_line(error)}",
            hint="Keep fewer columns or rows first, or make room on the disk.",
        ) from error
    except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
        raise DataError(
            f"“{owner}” met a value that does not fit: {_first_line(error)}",
            hint="Use number(…) to calculate with decimals, or filter these rows out first.",
        ) from error
    except (duckdb.InvalidInputException, duckdb.BinderException) as error:
        raise DataError(
            f"“{owner}” cannot be done with these columns: {_first_line(error)}",
            hint="Change the parameters of the step.",
        ) from error


def _storable(connection: Connection, sql: str) -> tuple[str, dict[str, str]]:
    """Return the query with each column in a type that is stored, and the type of each column."""
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    names = [str(row[0]) for row in described]
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"This would give {len(names):,} columns; at most {MAX_COLUMNS:,} can be worked with.",
            hint="Choose fewer columns or categories.",
        )
    if not names:
        raise DataError("No column would be left.", hint="Keep at least one column.")
    casts = [_stored_form(name, str(row[1])) for name, row in zip(names, described, strict=True)]
    return f"SELECT {', '.join(casts)} FROM ({sql})", {
        name: str(row[1]) for name, row in zip(names, described, strict=True)
    }


def _stored_form(name: str, sql_type: str) -> str:
    column = identifier(name)
    if sql_type in ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"):
        return f"CAST({column} AS BIGINT) AS {column}"
    if sql_type in ("HUGEINT", "UHUGEINT"):
        return f"CAST({column} AS BIGINT) AS {column}"
    if sql_type == "FLOAT":
        return f"CAST({column} AS DOUBLE) AS {column}"
    if sql_type in ("INTERVAL", "UUID", '"NULL"') or sql_type.startswith("ENUM"):
        return f"CAST({column} AS VARCHAR) AS {column}"
    if sql_type.endswith("[]") or sql_type.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({column}) AS VARCHAR) AS {column}"
    return column


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()[0]
    return text.partition(": ")[2] or text
