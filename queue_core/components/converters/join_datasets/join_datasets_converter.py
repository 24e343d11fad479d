"""Two tables side by side, row by row where their keys agree."""

from __future__ import annotations

from queue_core.components.converters.converting.converter import free_name, require_columns
from queue_core.components.converters.converting.sql_converter import Query, SqlConverter, Table
from queue_core.components.sql_text import identifier
from queue_core.errors import DataError, ParameterError


class JoinDatasets(SqlConverter):
    """Adds the columns of another dataset to the rows whose keys agree."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        other = Table(
            table.scope.open_dataset(int(self.params["dataset_id"])), table.scope, alias="o"
        )
        left = require_columns(table.dataset, tuple(self.params["on"]), self.title)
        right = require_columns(other.dataset, tuple(self.params["other_on"] or left), self.title)
        condition = self._condition(table, other, left, right)
        how = str(self.params["how"])
        if how in ("semi", "anti"):
            columns = ", ".join(table.column(name) for name in table.names)
            sql = (
                f"SELECT {columns} FROM {table.source} {how.upper()} JOIN {other.source} "
                f"ON {condition} ORDER BY {table.column(table.row)}"
            )
            return Query(sql=sql)
        added = self._added(table, other, right)
        columns = ", ".join(
            [
                *self._own(table, other, left, right),
                *(f"{other.column(old)} AS {identifier(new)}" for new, old in added.items()),
            ]
        )
        order = f"{table.column(table.row)} NULLS LAST, {other.column(other.row)}"
        return Query(
            sql=f"SELECT {columns} FROM {table.source} {how.upper()} JOIN {other.source} "
            f"ON {condition} ORDER BY {order}",
            forms={new: other.forms[old] for new, old in added.items() if old in other.forms},
        )

    def _condition(
        self, table: Table, other: Table, left: tuple[str, ...], right: tuple[str, ...]
    ) -> str:
        if not left or len(left) != len(right):
            raise ParameterError(
                f"{len(left)} key columns here face {len(right)} in the other dataset.",
                parameter="other_on", hint="Choose as many there as here.",
            )  # fmt: skip
        for mine, theirs in zip(left, right, strict=True):
            kinds = (table.types[mine], other.types[theirs])
            both_numbers = kinds[0].is_number and kinds[1].is_number
            both_texts = kinds[0].is_textual and kinds[1].is_textual
            if not (kinds[0] == kinds[1] or both_numbers or both_texts):
                raise DataError(
                    f"“{mine}” is of type {kinds[0]} and “{theirs}” of type {kinds[1]}: "
                    "they cannot agree.",
                    hint="Change the type of one of them first.",
                )
        return " AND ".join(
            f"{table.column(mine)} = {other.column(theirs)}"
            for mine, theirs in zip(left, right, strict=True)
        )

    def _own(
        self, table: Table, other: Table, left: tuple[str, ...], right: tuple[str, ...]
    ) -> list[str]:
        keys = dict(zip(left, right, strict=True))
        columns = []
        for name in table.names:
            value = table.column(name)
            if name in keys and self.params["how"] == "full":
                value = f"coalesce({value}, {other.column(keys[name])})"
            columns.append(f"{value} AS {identifier(name)}")
        return columns

    def _added(self, table: Table, other: Table, right: tuple[str, ...]) -> dict[str, str]:
        """Return the columns of the other dataset that are added, by their new names."""
        added: dict[str, str] = {}
        for name in other.names:
            if name not in right:
                wanted = name if name not in table.names else f"{name}{self.params['suffix']}"
                added[free_name(wanted, [*table.names, *added])] = name
        return added
