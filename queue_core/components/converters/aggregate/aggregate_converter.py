"""One row for each group of rows, with summaries of their values."""

from __future__ import annotations

import re

from queue_core.components.converters.converting.converter import free_name, require_columns
from queue_core.components.converters.converting.sql_converter import (
    ColumnForm,
    Query,
    SqlConverter,
    Table,
    computed_form,
)
from queue_core.components.expressions import compile_expression
from queue_core.components.sql_text import identifier
from queue_core.errors import ParameterError

_NAMED = re.compile(r"^\s*(?P<name>[^=<>!'\"`()]+?)\s*=(?!=)\s*(?P<expression>.+)$", re.DOTALL)


class GroupAndAggregate(SqlConverter):
    """Puts the rows that are alike in the chosen columns into one, with summaries."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        keys = require_columns(table.dataset, table.scope.columns or (), self.title)
        columns = [identifier(name) for name in keys]
        taken = list(keys)
        forms: dict[str, ColumnForm] = {}
        for written in self.params["summaries"]:
            name, expression = _named(str(written))
            compiled = compile_expression(expression, table.types, aggregates=True)
            taken.append(free_name(name, taken))
            columns.append(f"{compiled.sql} AS {identifier(taken[-1])}")
            forms |= computed_form(table, taken[-1], compiled)
        if not columns:
            raise ParameterError(
                "There is nothing to group by and nothing to summarise.", parameter="summaries",
                hint="Add a summary, e.g. mean(price).",
            )  # fmt: skip
        computed = frozenset(taken[len(keys) :])
        row = identifier(table.row)
        # Summaries such as first() depend on the order of the rows, so it is stated.
        source = f"(SELECT * FROM {table.source} ORDER BY {row})"
        if not keys:
            return Query(
                sql=f"SELECT {', '.join(columns)} FROM {source}", computed=computed, forms=forms
            )
        groups = ", ".join(identifier(name) for name in keys)
        order = ", ".join(f"{identifier(name)} NULLS LAST" for name in keys)
        return Query(
            sql=f"SELECT {', '.join(columns)} FROM {source} GROUP BY {groups} ORDER BY {order}",
            computed=computed,
            forms=forms,
        )


def _named(written: str) -> tuple[str, str]:
    """Return name and expression of `name = expression`, or a name made from the expression."""
    match = _NAMED.match(written)
    if match:
        return match["name"], match["expression"]
    made = re.sub(r"\W+", "_", written).strip("_")
    return made or "summary", written
