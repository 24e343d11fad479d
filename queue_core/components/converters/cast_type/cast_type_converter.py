"""Columns in another type."""

from __future__ import annotations

from collections.abc import Mapping

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.cast_type import SQL_TYPES
from queue_core.components.converters.converting.converter import required_columns
from queue_core.components.converters.converting.sql_converter import (
    Ask,
    ColumnForm,
    Query,
    SqlConverter,
    Table,
    duration_sql,
)
from queue_core.components.date_formats import USUAL_FORMATS
from queue_core.components.json_data import JsonObject
from queue_core.components.sql_text import identifier, literal
from queue_core.errors import DataError

_NOT_FROM_NUMBERS = (ColumnType.DATE, ColumnType.DATETIME, ColumnType.TIME)
_DATES = (ColumnType.DATE, ColumnType.DATETIME)


class ChangeType(SqlConverter):
    """Changes the type of the chosen columns."""

    def learn(self, table: Table, ask: Ask) -> JsonObject:
        """Count the values that do not fit, by column."""
        names = required_columns(table.dataset, table.scope, self.title)
        present = ask.for_each(names, lambda n: f"count({identifier(n)})")
        fitting = ask.for_each(names, lambda n: f"count({self._cast(table, n)})")
        lost = {n: int(present[n]) - int(fitting[n]) for n in names if present[n] != fitting[n]}
        for name, count in lost.items():
            if not fitting[name]:
                raise DataError(
                    f"No value of “{name}” can become {self._type.value}, "
                    f"e.g. “{self._example(table, name, ask)}”.",
                    hint=self._way_to_fit(table, name, ask),
                )
            if self.params["on_error"] == "error":
                raise DataError(
                    f"{_lost(count, name, self._type)}, e.g. “{self._example(table, name, ask)}”.",
                    hint="Correct them first, give the format of the dates (date_format), or let "
                    "them become missing (on_error: missing).",
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
        is_textual = self._type.is_textual
        return Query(
            sql=f"SELECT {', '.join(columns)} FROM {table.source}",
            computed=frozenset(names),
            forms=dict.fromkeys(names, ColumnForm(self._type)) if is_textual else {},
            notes=notes,
        )

    @property
    def _type(self) -> ColumnType:
        return ColumnType(self.params["type"])

    def _cast(self, table: Table, name: str, options: Mapping[str, object] | None = None) -> str:
        """Return the SQL of a value in the new type; missing where it does not fit.

        Args:
            table: The table.
            name: The column.
            options: Parameters other than those that were given, to try them.
        """
        chosen = self.params | dict(options or {})
        column, found = identifier(name), table.types[name]
        if self._type in _NOT_FROM_NUMBERS and (found.is_number or found is ColumnType.BOOLEAN):
            raise DataError(
                f"“{name}” holds numbers, which are no {self._type.value}.",
                hint="Calculate a date from it, e.g. add_days(date('1970-01-01'), days).",
            )
        if found is ColumnType.DURATION:
            column = duration_sql(table, name)
            if self._type.is_number:
                column = f"epoch({column})"
        written = chosen["date_format"]
        if written and found.is_textual and self._type in _DATES:
            column = f"try_strptime({column}, {literal(str(written))})"
        if found.is_textual and self._type.is_number:
            column = _plain_number(column, str(chosen["decimal_sign"]))
            if self._type is ColumnType.INTEGER:
                whole = f"TRY_CAST({column} AS DOUBLE)"
                return (
                    f"coalesce(TRY_CAST({column} AS BIGINT), "
                    f"CASE WHEN {whole} = trunc({whole}) THEN TRY_CAST({whole} AS BIGINT) END)"
                )
        return f"TRY_CAST({column} AS {SQL_TYPES[self._type]})"

    def _example(self, table: Table, name: str, ask: Ask) -> str:
        condition = f"WHERE {self._cast(table, name)} IS NULL AND {identifier(name)} IS NOT NULL"
        return str(ask.rows(f"min(CAST({identifier(name)} AS VARCHAR))", condition)[0][0])

    def _way_to_fit(self, table: Table, name: str, ask: Ask) -> str:
        """Return the option with which the values of a column fit, found by trying."""
        is_textual = table.types[name].is_textual
        if is_textual and self._type in _DATES:
            found = self._that_fits(table, name, ask, "date_format", USUAL_FORMATS)
            if found:
                return f"Set date_format to {found}: that is how most of its values are written."
            return "Set date_format to how the dates are written, e.g. %d/%m/%Y or %Y-%m."
        if is_textual and self._type.is_number:
            found = self._that_fits(table, name, ask, "decimal_sign", (".", ","))
            if found:
                return f"Set decimal_sign to “{found}”."
            return (
                "Take out what is no number first, e.g. with “Calculate column”: "
                f"number(replace(`{name}`, ' km', ''))."
            )
        if is_textual and self._type is ColumnType.BOOLEAN:
            return "Write true and false with “Replace values” first."
        return "Choose another type, or another column."

    def _that_fits(
        self, table: Table, name: str, ask: Ask, option: str, values: tuple[str, ...]
    ) -> str | None:
        """Return the value of an option with which most values fit; None if none helps."""
        counts = ask.rows(
            ", ".join(f"count({self._cast(table, name, {option: value})})" for value in values)
        )[0]
        most = max(counts)
        return values[counts.index(most)] if most else None


def _plain_number(column: str, decimal_sign: str) -> str:
    """Return the SQL of a number as computers write it."""
    thousands = {".": ",", ",": "."}[decimal_sign]
    plain = f"replace(replace(trim({column}), {literal(thousands)}, ''), ' ', '')"
    return plain if thousands == "," else f"replace({plain}, ',', '.')"


def _lost(count: int, name: str, wanted: ColumnType) -> str:
    values = "1 value" if count == 1 else f"{count:,} values"
    return f"{values} of “{name}” cannot become {wanted.value}"
