"""Which rows a table has, and in which order."""

from __future__ import annotations

from queue_core.components.converters.converting.converter import required_columns
from queue_core.components.converters.converting.sql_converter import Query, SqlConverter, Table
from queue_core.components.expressions import compile_condition
from queue_core.components.sql_text import identifier
from queue_core.errors import ParameterError


class FilterRows(SqlConverter):
    """Keeps the rows for which a condition is true."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        condition = compile_condition(str(self.params["condition"]), table.types)
        return Query(
            sql=f"SELECT {', '.join(table.others())} FROM {table.source} WHERE {condition.sql}"
        )


class DropMissing(SqlConverter):
    """Drops the rows with missing values in the chosen columns."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = self.columns(table.dataset, table.scope)
        word = " AND " if self.params["how"] == "any" else " OR "
        condition = word.join(f"{identifier(name)} IS NOT NULL" for name in names)
        return Query(
            sql=f"SELECT {', '.join(table.others())} FROM {table.source} WHERE {condition}"
        )


class DropDuplicates(SqlConverter):
    """Keeps one of the rows that are alike in the chosen columns."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = self.columns(table.dataset, table.scope)
        groups = ", ".join(identifier(name) for name in names)
        row = identifier(table.row)
        end = "min" if self.params["keep"] == "first" else "max"
        return Query(
            sql=f"SELECT {', '.join(table.others())} FROM {table.source} WHERE {row} IN "
            f"(SELECT {end}({row}) FROM {table.source} GROUP BY {groups}) ORDER BY {row}"
        )


class SampleRows(SqlConverter):
    """Draws rows at random without replacement; the order stays."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        row = identifier(table.row)
        count = self._count(table.dataset.row_count)
        # Drawn by a hash of the row's number: the same rows each time, whatever the threads do.
        drawn = (
            f"SELECT {row} FROM {table.source} "
            f"ORDER BY hash({row} + {table.scope.seed} * 1000003), {row} LIMIT {count}"
        )
        return Query(
            sql=f"SELECT {', '.join(table.others())} FROM {table.source} "
            f"WHERE {row} IN ({drawn}) ORDER BY {row}"
        )

    def _count(self, row_count: int) -> int:
        if self.params["by"] == "rows":
            return int(self.params["rows"])
        return round(float(self.params["share"]) * row_count)


class SortRows(SqlConverter):
    """Sorts the rows by the chosen columns; rows that are alike keep their order."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = required_columns(table.dataset, table.scope, self.title)
        falling = set(self.params["descending"] or ())
        unknown = sorted(falling - set(names))
        if unknown:
            raise ParameterError(
                f"“{unknown[0]}” is to fall, but the rows are not sorted by it.",
                parameter="descending", hint=f"Choose among: {', '.join(names)}.",
            )  # fmt: skip
        order = [f"{identifier(n)} {'DESC' if n in falling else 'ASC'} NULLS LAST" for n in names]
        return Query(
            sql=f"SELECT {', '.join(table.others())} FROM {table.source} "
            f"ORDER BY {', '.join([*order, identifier(table.row)])}"
        )
