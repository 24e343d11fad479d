"""Long tables made wide, and wide ones long."""

from __future__ import annotations

from collections.abc import Sequence

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.converter import (
    free_name,
    require_columns,
    required_columns,
)
from queue_core.components.converters.converting.sql_converter import (
    Ask,
    ColumnForm,
    Query,
    SqlConverter,
    Table,
    duration_sql,
)
from queue_core.components.converters.reshape import SUMMARIES
from queue_core.components.sql_text import identifier, literal
from queue_core.errors import DataError

MAX_PIVOT_COLUMNS = 1_000
_VALUES = ("first", "min", "max")


class Pivot(SqlConverter):
    """Makes a column of each value of a column; one row for each group."""

    def learn(self, table: Table, ask: Ask) -> dict[str, object]:
        """Find the values that become columns."""
        (names_from,) = require_columns(table.dataset, (self.params["names_from"],), self.title)
        value = f"CAST({identifier(names_from)} AS VARCHAR)"
        found = ask.rows(
            f"DISTINCT {value}",
            f"WHERE {value} IS NOT NULL ORDER BY 1 LIMIT {MAX_PIVOT_COLUMNS + 1}",
        )
        if len(found) > MAX_PIVOT_COLUMNS:
            raise DataError(
                f"“{names_from}” has more than {MAX_PIVOT_COLUMNS:,} different values; each would "
                "become a column.",
                hint="Choose a column with fewer values, or group them first.",
            )
        return {"values": [row[0] for row in found]}

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        keys = require_columns(table.dataset, table.scope.columns or (), self.title)
        names_from, values_from = require_columns(
            table.dataset, (self.params["names_from"], self.params["values_from"]), self.title
        )
        self._check(table, values_from)
        row = identifier(table.row)
        summary = SUMMARIES[self.params["summary"]].format(identifier(values_from), row=row)
        columns, taken = [identifier(name) for name in keys], list(keys)
        for value in self.learned["values"]:
            taken.append(free_name(value.strip() or "empty", taken))
            condition = f"CAST({identifier(names_from)} AS VARCHAR) = {literal(value)}"
            columns.append(f"{summary} FILTER ({condition}) AS {identifier(taken[-1])}")
        if not columns:
            raise DataError(
                f"“{names_from}” has no values, so no column would be left.",
                hint="Choose another column.",
            )
        groups = ", ".join(identifier(name) for name in keys)
        order = ", ".join(f"{identifier(name)} NULLS LAST" for name in keys)
        rest = f" GROUP BY {groups} ORDER BY {order}" if keys else ""
        made = taken[len(keys) :]
        form = table.forms.get(values_from)
        # The first, least and greatest duration are durations; text is looked at anew.
        is_duration = form is not None and form.duration and self.params["summary"] in _VALUES
        return Query(
            sql=f"SELECT {', '.join(columns)} FROM {table.source}{rest}",
            computed=frozenset(made),
            forms=dict.fromkeys(made, form) if form is not None and is_duration else {},
        )

    def _check(self, table: Table, values_from: str) -> None:
        summary = str(self.params["summary"])
        found = table.types[values_from]
        if summary in ("sum", "mean") and not (found.is_number or found is ColumnType.BOOLEAN):
            raise DataError(
                f"“{values_from}” is of type {found}: it has no {summary}.",
                hint="Choose another summary, e.g. first or count.",
            )


class Unpivot(SqlConverter):
    """Makes two columns, names and values, of the chosen columns; one row for each value."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        chosen = required_columns(table.dataset, table.scope, self.title)
        kept = [name for name in table.names if name not in chosen]
        name_column = free_name(str(self.params["names_to"]), kept)
        value_column = free_name(str(self.params["values_to"]), [*kept, name_column])
        duration = _common_duration(table, chosen)
        sql_type = "BIGINT" if duration else _common_type([table.types[name] for name in chosen])
        row, place = identifier(table.row), identifier(free_name("place", table.names))
        parts = [
            f"SELECT {''.join(f'{identifier(k)}, ' for k in kept)}"
            f"{literal(name)} AS {identifier(name_column)}, "
            f"{_value(table, name, sql_type)} AS {identifier(value_column)}, "
            f"{row}, {position} AS {place} FROM {table.source}"
            for position, name in enumerate(chosen)
        ]
        names = ", ".join(identifier(name) for name in (*kept, name_column, value_column))
        condition = f" WHERE {identifier(value_column)} IS NOT NULL"
        return Query(
            sql=f"SELECT {names} FROM ({' UNION ALL '.join(parts)})"
            f"{condition if self.params['drop_missing'] else ''} ORDER BY {row}, {place}",
            computed=frozenset({name_column, value_column}),
            forms={name_column: ColumnForm(ColumnType.CATEGORY)}
            | ({value_column: duration} if duration else {}),
        )


def _common_duration(table: Table, names: Sequence[str]) -> ColumnForm | None:
    """Return the form of durations, if all columns hold durations in one unit."""
    forms = {table.forms.get(name) for name in names}
    form = forms.pop()
    return form if form is not None and form.duration and not forms else None


def _value(table: Table, name: str, sql_type: str) -> str:
    if sql_type == "VARCHAR" and table.types[name] is ColumnType.DURATION:
        return f"CAST({duration_sql(table, name)} AS VARCHAR)"
    return f"CAST({identifier(name)} AS {sql_type})"


def _common_type(types: list[ColumnType]) -> str:
    found = set(types)
    if found == {ColumnType.INTEGER}:
        return "BIGINT"
    if found <= {ColumnType.INTEGER, ColumnType.FLOAT}:
        return "DOUBLE"
    single = {ColumnType.BOOLEAN: "BOOLEAN", ColumnType.DATE: "DATE", ColumnType.TIME: "TIME"}
    if len(found) == 1 and (only := next(iter(found))) in single:
        return single[only]
    if found <= {ColumnType.DATE, ColumnType.DATETIME}:
        return "TIMESTAMP"
    return "VARCHAR"
