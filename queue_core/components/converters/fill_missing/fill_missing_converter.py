"""Missing values filled in, and extreme ones brought back."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.converter import NUMBER, Scope, chosen_columns
from queue_core.components.converters.converting.sql_converter import (
    Ask,
    Query,
    SqlConverter,
    Table,
)
from queue_core.components.converters.fill_missing import BY_ORDER, LEARNED, MOST_FREQUENT
from queue_core.components.json_data import JsonObject
from queue_core.components.sql_text import identifier, literal
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError

_NUMBERS_ONLY = ("mean", "median", "interpolate")


class FillMissing(SqlConverter):
    """Fills missing values by a rule learned from the values that are there."""

    def learn(self, table: Table, ask: Ask) -> JsonObject:
        """Find what each column is filled with."""
        names = self.columns(table.dataset, table.scope)
        if self._strategy == MOST_FREQUENT:
            parts = zip(names, ask.parts(len(names)), strict=True)
            values = {name: _most_frequent(part, name) for name, part in parts}
        elif self._strategy in LEARNED:
            summary = LEARNED[self._strategy]
            # As text: every value comes back exactly as it was.
            values = ask.for_each(
                names, lambda n: f"CAST({summary.format(identifier(n))} AS VARCHAR)"
            )
        else:
            return {}
        found = {name: value for name, value in values.items() if value is not None}
        for name, value in found.items():
            info = table.dataset.column(name)
            if (
                info.type is ColumnType.INTEGER
                and not info.missing
                and self._strategy != MOST_FREQUENT
            ):
                # Whole numbers stay whole numbers where nothing is to be filled.
                found[name] = str(round(float(value)))
        return {"values": found}

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = self.columns(table.dataset, table.scope)
        filled = [name for name in names if self._filling(table, name) is not None]
        columns = [
            f"{self._filling(table, n)} AS {identifier(n)}" if n in filled else identifier(n)
            for n in table.names
        ]
        order = f" ORDER BY {identifier(table.row)}" if self._strategy in BY_ORDER else ""
        empty = [name for name in names if name not in filled]
        notes = (
            (f"{', '.join(empty)}: no value to learn from; the column stays empty.",)
            if empty
            else ()
        )
        return Query(sql=f"SELECT {', '.join(columns)} FROM {table.source}{order}", notes=notes)

    @property
    def _strategy(self) -> str:
        return str(self.params["strategy"])

    @property
    def accepts(self) -> tuple[str, ...]:
        """Numbers for a mean and its like, any plain column otherwise."""
        return (NUMBER,) if self._strategy in _NUMBERS_ONLY else self.component.column_types

    def resolve(self, dataset: StoredDataset, scope: Scope) -> Scope:
        """Name the columns: if none were chosen those with gaps, or all if there is no gap.

        A constant goes only where it is of the right kind.
        """
        if scope.columns is not None:
            return super().resolve(dataset, scope)
        constant = self._strategy == "constant" and self.params["value"] is not None
        accepts = _holders(str(self.params["value"])) if constant else self.accepts
        names = chosen_columns(dataset, scope, self.title, accepts=accepts)
        gaps = tuple(name for name in names if dataset.column(name).missing)
        return replace(scope, columns=gaps or names)

    def _filling(self, table: Table, name: str) -> str | None:
        column, row = identifier(name), identifier(table.row)
        if self._strategy in BY_ORDER and not table.dataset.column(name).missing:
            return column
        if self._strategy == "previous":
            return f"last_value({column} IGNORE NULLS) OVER (ORDER BY {row})"
        if self._strategy == "next":
            return (
                f"first_value({column} IGNORE NULLS) OVER "
                f"(ORDER BY {row} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
            )
        if self._strategy == "interpolate":
            return f"fill(CAST({column} AS DOUBLE) ORDER BY {row}) OVER (ORDER BY {row})"
        if self._strategy == "constant":
            return f"coalesce({column}, {self._constant(table, name)})"
        value = self.learned.get("values", {}).get(name)
        if value is None:
            return None
        sql_type = _SQL_TYPES[table.types[name]]
        if self._strategy in ("mean", "median") and not float(value).is_integer():
            sql_type = "DOUBLE"
        cast = f"CAST(CAST({literal(value)} AS DOUBLE) AS {sql_type})"
        if not table.types[name].is_number or self._strategy not in ("mean", "median"):
            cast = f"CAST({literal(value)} AS {sql_type})"
        return f"coalesce({column}, {cast})"

    def _constant(self, table: Table, name: str) -> str:
        value = self.params["value"]
        if value is None:
            raise ParameterError(
                "The constant to fill in is missing.", parameter="value", hint="Enter a value."
            )
        column_type = table.types[name]
        if not _can_be(str(value), column_type):
            raise ParameterError(
                f"“{value}” cannot stand in “{name}”, which is of type {column_type}.",
                parameter="value", hint="Choose columns of one type, and a value of that type.",
            )  # fmt: skip
        wide = column_type is ColumnType.INTEGER and not str(value).lstrip("+-").isdigit()
        return f"CAST({literal(str(value))} AS {'DOUBLE' if wide else _SQL_TYPES[column_type]})"


class ClipOutliers(SqlConverter):
    """Brings values beyond the usual range back to its limits."""

    def learn(self, table: Table, ask: Ask) -> JsonObject:
        """Find the limits of each column."""
        names = self.columns(table.dataset, table.scope)
        low, high = float(self.params["lower"]), float(self.params["upper"])
        if low >= high:
            raise ParameterError(
                "The lower limit is not below the upper one.", parameter="lower",
                hint="Quantiles go from 0 to 1, e.g. 0.01 and 0.99.",
            )  # fmt: skip

        def limits(name: str) -> str:
            value = f"CAST({identifier(name)} AS DOUBLE)"
            return f"quantile_cont({value}, [{low!r}, {high!r}]) FILTER (isfinite({value}))"

        found = ask.for_each(names, limits)
        return {"limits": {name: list(pair) for name, pair in found.items() if pair is not None}}

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        limits: dict[str, list[float]] = self.learned["limits"]
        for name in limits:
            if not table.types.get(name, ColumnType.OTHER).is_number:
                raise DataError(
                    f"“{name}” is to be clipped, but the table has no such column of numbers.",
                    hint="Use a table with the columns that the step was fitted on.",
                )
        columns = [
            self._clipped(name, *limits[name]) if name in limits else identifier(name)
            for name in table.names
        ]
        return Query(sql=f"SELECT {', '.join(columns)} FROM {table.source}")

    def _clipped(self, name: str, low: float, high: float) -> str:
        column = identifier(name)
        if self.params["action"] == "missing":
            return f"CASE WHEN {column} BETWEEN {low!r} AND {high!r} THEN {column} END AS {column}"
        return (
            f"CASE WHEN {column} < {low!r} THEN CAST({low!r} AS DOUBLE) "
            f"WHEN {column} > {high!r} THEN CAST({high!r} AS DOUBLE) ELSE {column} END AS {column}"
        )


_SQL_TYPES = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CATEGORY: "VARCHAR",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.TIME: "TIME",
}


def _most_frequent(ask: Ask, name: str) -> str | None:
    """Return the value that comes most often; of several, the smallest."""
    column = identifier(name)
    rows = ask.rows(
        f"CAST({column} AS VARCHAR)",
        f"WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT 1",
    )
    return str(rows[0][0]) if rows else None


def _holders(value: str) -> tuple[str, ...]:
    """Return the types of column that a constant belongs into."""
    kinds = (ColumnType.BOOLEAN, ColumnType.FLOAT, ColumnType.DATE, ColumnType.DATETIME)
    kind = next((item for item in kinds if _can_be(value, item)), ColumnType.TEXT)
    if kind is ColumnType.FLOAT:
        return (NUMBER,)
    if kind is ColumnType.DATE:
        return ("date", "datetime")
    return ("text", "category") if kind is ColumnType.TEXT else (kind.value,)


def _can_be(value: str, column_type: ColumnType) -> bool:
    readers: dict[ColumnType, Any] = {
        ColumnType.INTEGER: float,
        ColumnType.FLOAT: float,
        ColumnType.DATE: datetime.date.fromisoformat,
        ColumnType.DATETIME: datetime.datetime.fromisoformat,
        ColumnType.TIME: datetime.time.fromisoformat,
    }
    if column_type is ColumnType.BOOLEAN:
        return value.lower() in ("true", "false")
    try:
        readers.get(column_type, str)(value)
    except ValueError:
        return False
    return True
