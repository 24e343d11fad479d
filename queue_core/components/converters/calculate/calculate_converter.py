"""Columns calculated from others by an expression, and values replaced by others."""

from __future__ import annotations

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.sql_converter import (
    Query,
    SqlConverter,
    Table,
    computed_form,
)
from queue_core.components.expressions import Kind, compile_expression
from queue_core.components.json_data import JsonMapping
from queue_core.components.sql_text import identifier, literal
from queue_core.errors import ParameterError


class CalculateColumn(SqlConverter):
    """Writes the value of an expression into a column, a new one or one that is there."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        compiled = compile_expression(str(self.params["expression"]), table.types)
        name = str(self.params["name"]).strip()
        if not name:
            raise ParameterError(
                "The column has no name.", parameter="name", hint="Enter a name for the result."
            )
        same = [known for known in table.names if known.casefold() == name.casefold()]
        sql = "CAST(NULL AS VARCHAR)" if compiled.kind is Kind.MISSING else compiled.sql
        value = f"{sql} AS {identifier(same[0] if same else name)}"
        columns = [value if known in same else identifier(known) for known in table.names]
        if not same:
            columns.append(value)
        made = same[0] if same else name
        return Query(
            sql=f"SELECT {', '.join(columns)} FROM {table.source}",
            computed=frozenset({made}),
            forms=computed_form(table, made, compiled),
        )


class ReplaceValues(SqlConverter):
    """Replaces values by others in the chosen columns."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        pairs: JsonMapping = self.params["values"]
        if not pairs:
            raise ParameterError(
                "There is nothing to replace.", parameter="values",
                hint='Write old and new values, e.g. {"N/A": null, "yes": "true"}.',
            )  # fmt: skip
        names = self.columns(table.dataset, table.scope)
        columns = [
            self._replaced(table, name, pairs) if name in names else identifier(name)
            for name in table.names
        ]
        return Query(sql=f"SELECT {', '.join(columns)} FROM {table.source}")

    def _replaced(self, table: Table, name: str, pairs: JsonMapping) -> str:
        column = identifier(name)
        sql_type = _SQL_TYPES[table.types[name]]
        cases = " ".join(
            f"WHEN {column} = {self._value(name, old, sql_type)} "
            f"THEN {self._value(name, new, sql_type)}"
            for old, new in pairs.items()
            if self._fits(old, sql_type)
        )
        return f"CASE {cases} ELSE {column} END AS {column}" if cases else column

    def _fits(self, old: str, sql_type: str) -> bool:
        """Return whether a column of this type can hold the old value at all."""
        if sql_type in ("BIGINT", "DOUBLE"):
            return _as_number(old) is not None
        return sql_type != "BOOLEAN" or str(old).lower() in ("true", "false")

    def _value(self, name: str, value: object, sql_type: str) -> str:
        if value is None:
            return "NULL"
        if sql_type == "VARCHAR":
            return literal(str(value))
        if sql_type == "BOOLEAN" and str(value).lower() in ("true", "false"):
            return str(value).lower()
        number = _as_number(value)
        if sql_type == "BOOLEAN" or number is None:
            raise ParameterError(
                f"“{value}” cannot stand in the column “{name}”.", parameter="values",
                hint="Change the column's type to text first.",
            )  # fmt: skip
        return f"CAST({number!r} AS {'BIGINT' if isinstance(number, int) else 'DOUBLE'})"


_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CATEGORY: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
}


def _as_number(value: object) -> int | float | None:
    for read in (int, float):
        try:
            number = read(str(value))
        except ValueError:
            continue
        if abs(number) < 2**63:
            return number
    return None
