"""Columns in another type."""

from __future__ import annotations

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.cast_type import SQL_TYPES
from queue_core.components.converters.converting.converter import required_columns
from queue_core.components.converters.converting.sql_converter import (
    Ask,
    Query,
    SqlConverter,
    Table,
)
from queue_core.components.sql_text import identifier, literal
from queue_core.errors import DataError

_NOT_FROM_NUMBERS = (ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME)


class ChangeType(SqlConverter):
    """Changes the type of the chosen columns."""

    def learn(self, table: Table, ask: Ask) -> dict[str, object]:
        """Count the values that do not fit, by column."""
        names = required_columns(table.dataset, table.scope, self.title)
        counts = ask.for_each(
            names, lambda n: f"count({identifier(n)}) - count({self._cast(table, n)})"
        )
        lost = {name: int(count) for name, count in counts.items() if count}
        if lost and self.params["on_error"] == "error":
            name = next(iter(lost))
            condition = (
                f"WHERE {self._cast(table, name)} IS NULL AND {identifier(name)} IS NOT NULL"
            )
            example = ask.rows(f"min(CAST({identifier(name)} AS VARCHAR))", condition)[0][0]
            raise DataError(
                f"{_lost(lost[name], name, self._type)}, e.g. “{example}”.",
                hint="Correct them first, give the format of the dates, or let them become "
                "missing (on_error: missing).",
            )
        return {"lost": lost}

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = required_columns(table.dataset, table.scope, self.title)
        columns = [
            f"{self._cast(table, n)} AS {identifier(n)}" if n in names else identifier(n)
            for n in table.names
        ]
        notes = tuple(
            f"{_lost(count, name, self._type)}: missing now."
            for name, count in self.learned.get("lost", {}).items()
        )
        types = {name: self._type for name in names if self._type.is_textual}
        return Query(
            sql=f"SELECT {', '.join(columns)} FROM {table.source}", types=types, notes=notes
        )

    @property
    def _type(self) -> ColumnType:
        return ColumnType(self.params["type"])

    def _cast(self, table: Table, name: str) -> str:
        column, found = identifier(name), table.types[name]
        if self._type in _NOT_FROM_NUMBERS and (found.is_number or found is ColumnType.BOOLEAN):
            raise DataError(
                f"“{name}” holds numbers, which are no {self._type.value}.",
                hint="Calculate a date from it, e.g. add_days(date('1970-01-01'), days).",
            )
        written = self.params["date_format"]
        if written and found.is_textual and self._type in (ColumnType.DATE, ColumnType.DATETIME):
            column = f"try_strptime({column}, {literal(str(written))})"
        if found.is_textual and self._type.is_number:
            column = self._plain_number(column)
            if self._type is ColumnType.INTEGER:
                whole = f"TRY_CAST({column} AS DOUBLE)"
                return (
                    f"coalesce(TRY_CAST({column} AS BIGINT), "
                    f"CASE WHEN {whole} = trunc({whole}) THEN TRY_CAST({whole} AS BIGINT) END)"
                )
        return f"TRY_CAST({column} AS {SQL_TYPES[self._type]})"

    def _plain_number(self, column: str) -> str:
        """Return the SQL of a number as computers write it."""
        thousands = {".": ",", ",": "."}[str(self.params["decimal_sign"])]
        plain = f"replace(replace(trim({column}), {literal(thousands)}, ''), ' ', '')"
        return plain if thousands == "," else f"replace({plain}, ',', '.')"


def _lost(count: int, name: str, wanted: ColumnType) -> str:
    values = "1 value" if count == 1 else f"{count:,} values"
    return f"{values} of “{name}” cannot become {wanted.value}"
