"""Per-column statistics of a Parquet file, in one scan per group of columns.

Counts, extremes, mean and deviation are exact. Quartiles are exact up to 500,000 rows and come
from an even sample of about that many above; the number of distinct values is exact up to 200,000
rows and estimated within a few percent above. `ColumnInfo.statistics["approximate"]` names what
was not computed exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from queue_core.components.arrow_types import column_type_of
from queue_core.components.column_types import ColumnType, is_category
from queue_core.components.sql_engine import Connection, connect, execute
from queue_core.components.sql_text import file_literal
from queue_core.components.stored_dataset import ColumnInfo

EXACT_QUARTILE_ROWS = 500_000
EXACT_DISTINCT_ROWS = 200_000
TOP_VALUES = 10
TOP_MAX_DISTINCT = 10_000
TOP_MAX_CHARACTERS = 200
COLUMNS_PER_SCAN = 50
WIDE_COLUMNS = 500
CELLS_PER_SCAN = 5_000_000  # of a wide table, kept in memory


@dataclass(frozen=True)
class _Column:
    """One column to describe: its place in the file, its name and its type as stored.

    Attributes:
        stacks_as: The Arrow type, where many columns of it may stand below each other.
    """

    position: int
    name: str
    type: ColumnType
    units_per_second: int = 1
    stacks_as: str = ""

    @property
    def sql(self) -> str:
        return f"c{self.position}"


class Profiler:
    """Describes the columns of one Parquet file.

    Attributes:
        path: The file.
        row_count: Its rows.
    """

    def __init__(self, path: Path, *, spill_folder: Path, threads: int | None = None) -> None:
        self.path = path
        self._file = pq.ParquetFile(path)
        schema = self._file.schema_arrow
        self.row_count: int = self._file.metadata.num_rows
        self._columns = [
            _Column(
                position,
                field.name,
                column_type_of(field.type),
                _units(field.type),
                str(field.type) if field.type in (pa.int64(), pa.float64()) else "",
            )
            for position, field in enumerate(schema)
        ]
        self._spill_folder = spill_folder
        self._threads = threads

    def _relation(self, connection: Connection, group: Sequence[_Column]) -> str:
        """Return the SQL of a relation that has the columns of *group*, named by position."""
        if self._is_wide:
            # The engine reads the description of all columns each time; Arrow keeps it.
            connection.register(
                "part", self._stacked(group) if group[0].stacks_as else self._part(group)
            )
            return "part"
        # By position: names may differ in case only, which SQL does not tell apart.
        aliases = ", ".join(column.sql for column in self._columns)
        return f"read_parquet({file_literal(self.path)}, file_row_number=true) AS t({aliases}, row)"

    def _part(self, group: Sequence[_Column]) -> pa.Table:
        table = self._file.read(columns=[column.name for column in group])
        columns = [
            column.cast(pa.int64()) if kinds.is_duration(column.type) else column
            for column in table.columns
        ]
        rows = pa.array(np.arange(self.row_count))
        return pa.Table.from_arrays(
            [*columns, rows], names=[*(column.sql for column in group), "row"]
        )

    def _stacked(self, group: Sequence[_Column]) -> pa.Table:
        """Return the values of numeric columns below each other, with the column's position."""
        table = self._file.read(columns=[column.name for column in group])
        chunks = [chunk for column in table.columns for chunk in column.chunks]
        places = np.repeat([column.position for column in group], self.row_count)
        rows = np.tile(np.arange(self.row_count), len(group))
        values = pa.chunked_array(chunks, type=table.schema[0].type)
        return pa.table({"place": places, "value": values, "row": rows})

    @property
    def _sample_step(self) -> int:
        return max(1, round(self.row_count / EXACT_QUARTILE_ROWS))

    def run(
        self,
        types: Mapping[str, ColumnType] | None = None,
        on_progress: Callable[[float], None] = lambda _fraction: None,
    ) -> tuple[ColumnInfo, ...]:
        """Return what is known of each column, in order.

        Args:
            types: Which columns of text are categories and which are not; all else is seen in the
                file, whatever is stated.
            on_progress: Told the fraction done, 0 to 1.
        """
        described: dict[int, ColumnInfo] = {}
        total = len(self._columns)
        connection = connect(threads=self._threads, spill_folder=self._spill_folder)
        try:
            for group in self._groups():
                relation = self._relation(connection, group)
                done = len(described)

                def scanned(fraction: float, done: int = done, size: int = len(group)) -> None:
                    on_progress((done + 0.9 * fraction * size) / total)

                facts = self._scan(connection, relation, group, scanned)
                for column in group:
                    known = facts[column.position]
                    info = self._describe(connection, relation, column, known, types or {})
                    described[column.position] = info
                    on_progress(len(described) / total)
        finally:
            connection.close()
            self._file.close()
        return tuple(described[column.position] for column in self._columns)

    @property
    def _is_wide(self) -> bool:
        return len(self._columns) > WIDE_COLUMNS and self.row_count > 0

    def _groups(self) -> Iterator[Sequence[_Column]]:
        """Yield the columns that are looked at together."""
        if not self._is_wide:
            for start in range(0, len(self._columns), COLUMNS_PER_SCAN):
                yield self._columns[start : start + COLUMNS_PER_SCAN]
            return
        most = max(1, CELLS_PER_SCAN // max(self.row_count, 1))
        kinds = [[c for c in self._columns if c.stacks_as == kind] for kind in ("int64", "double")]
        others = [column for column in self._columns if not column.stacks_as]
        for columns, width in (*((kind, most) for kind in kinds), (others, COLUMNS_PER_SCAN)):
            for start in range(0, len(columns), min(width, most)):
                yield columns[start : start + min(width, most)]

    def _scan(
        self,
        connection: Connection,
        relation: str,
        group: Sequence[_Column],
        on_progress: Callable[[float], None],
    ) -> dict[int, dict[str, Any]]:
        facts = self._scan_with(connection, relation, group, on_progress, finite=False)
        extremes = (found.get(key) for found in facts.values() for key in ("min", "max"))
        if any(isinstance(value, float) and not math.isfinite(value) for value in extremes):
            # Infinite values have no mean and hide the true extremes: count them apart.
            facts = self._scan_with(connection, relation, group, on_progress, finite=True)
        return facts

    def _scan_with(
        self,
        connection: Connection,
        relation: str,
        group: Sequence[_Column],
        on_progress: Callable[[float], None],
        *,
        finite: bool,
    ) -> dict[int, dict[str, Any]]:
        if self._is_wide and group[0].stacks_as:
            return self._scan_stacked(connection, relation, group[0], on_progress, finite=finite)
        keys: list[tuple[int, str]] = []
        parts: list[str] = []
        for column in group:
            for key, expression in self._expressions(column, column.sql, finite=finite).items():
                keys.append((column.position, key))
                parts.append(expression)
        sql = f"SELECT {', '.join(parts)} FROM {relation}"
        values = execute(connection, sql, on_progress)[0]
        facts: dict[int, dict[str, Any]] = {column.position: {} for column in group}
        for (position, key), value in zip(keys, values, strict=True):
            facts[position][key] = value
        return facts

    def _scan_stacked(
        self,
        connection: Connection,
        relation: str,
        like: _Column,
        on_progress: Callable[[float], None],
        *,
        finite: bool,
    ) -> dict[int, dict[str, Any]]:
        """Return the facts of thousands of columns in the time of a few dozen side by side."""
        expressions = self._expressions(like, "value", finite=finite)
        sql = f"SELECT place, {', '.join(expressions.values())} FROM {relation} GROUP BY place"
        found = execute(connection, sql, on_progress)
        return {place: dict(zip(expressions, values, strict=True)) for place, *values in found}

    def _expressions(self, column: _Column, name: str, *, finite: bool) -> dict[str, str]:
        exact = self.row_count <= EXACT_DISTINCT_ROWS
        found = {
            "present": f"count({name})",
            "distinct": f"count(DISTINCT {name})" if exact else f"approx_count_distinct({name})",
        }
        if column.type.is_temporal:
            # As text: values with a time zone would need a package that is not there.
            found |= {"min": f"min({name})::VARCHAR", "max": f"max({name})::VARCHAR"}
        if column.type is ColumnType.DURATION:
            # Parquet has no durations: the engine sees their count of units.
            found |= {key: f"{key}({name}) / {column.units_per_second}" for key in ("min", "max")}
        if column.type.is_number:
            value = name
            if finite and column.type is ColumnType.FLOAT:
                value = f"(CASE WHEN isfinite({name}::DOUBLE) THEN {name} END)"
                found["infinite"] = f"count({name}) - count({value})"
            step = self._sample_step
            sampled = "" if step == 1 else f" FILTER (hash(row) % {step} = 0)"
            found |= {
                "min": f"min({value})",
                "max": f"max({value})",
                "mean": f"avg({value}::DOUBLE)",
                "std": f"stddev_samp({value}::DOUBLE)",
                "quartiles": f"quantile_cont({value}::DOUBLE, [0.25, 0.5, 0.75]){sampled}",
            }
        return found

    def _describe(
        self,
        connection: Connection,
        relation: str,
        column: _Column,
        facts: dict[str, Any],
        types: Mapping[str, ColumnType],
    ) -> ColumnInfo:
        present = int(facts.pop("present"))
        distinct = min(int(facts["distinct"]), present)
        statistics: dict[str, Any] = {"distinct": distinct}
        approximate = ["distinct"] if self.row_count > EXACT_DISTINCT_ROWS else []
        q1, median, q3 = facts.pop("quartiles", None) or (None, None, None)
        for key in ("min", "max", "mean", "std"):
            if key in facts:
                statistics[key] = _as_json(facts[key])
        if column.type.is_number:
            statistics |= {"q1": _as_json(q1), "median": _as_json(median), "q3": _as_json(q3)}
            if facts.get("infinite"):
                statistics["infinite"] = int(facts["infinite"])
            if self._sample_step > 1:
                approximate += ["q1", "median", "q3"]
        column_type = column.type
        if column_type.is_textual or column_type is ColumnType.BOOLEAN:
            top = self._top(connection, relation, column, distinct)
            if top is not None:
                values, distinct = top
                statistics |= {"distinct": distinct, "top": values}
                approximate = []
                if column_type is ColumnType.TEXT and is_category(distinct, present):
                    column_type = ColumnType.CATEGORY
        if approximate:
            statistics["approximate"] = approximate
        return ColumnInfo(
            name=column.name,
            type=types.get(column.name, column_type) if column_type.is_textual else column_type,
            missing=self.row_count - present,
            statistics=statistics,
        )

    def _top(
        self, connection: Connection, relation: str, column: _Column, distinct: int
    ) -> tuple[list[dict[str, Any]], int] | None:
        """Return the most frequent values and the exact number of different ones."""
        if distinct > TOP_MAX_DISTINCT and self.row_count > EXACT_DISTINCT_ROWS:
            return None
        rows = execute(
            connection,
            f"SELECT {column.sql}, count(*) AS n, count(*) OVER () FROM {relation} "
            f"WHERE {column.sql} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT {TOP_VALUES}",
        )
        values = [{"value": _shortened(value), "count": count} for value, count, _ in rows]
        return values, int(rows[0][2]) if rows else 0


def _units(arrow_type: pa.DataType) -> int:
    """Return how many units of a duration make a second; 1 for every other type."""
    if not kinds.is_duration(arrow_type):
        return 1
    return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[arrow_type.unit]


def _shortened(value: object) -> object:
    if isinstance(value, str) and len(value) > TOP_MAX_CHARACTERS:
        return value[:TOP_MAX_CHARACTERS] + "…"
    return value


def _as_json(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    return value
