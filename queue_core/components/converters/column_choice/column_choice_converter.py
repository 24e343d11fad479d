"""Which columns a table has, and what they are called."""

from __future__ import annotations

from queue_core.components.converters.converting.converter import require_columns, required_columns
from queue_core.components.converters.converting.sql_converter import (
    Query,
    SqlConverter,
    Table,
)
from queue_core.components.sql_text import identifier
from queue_core.errors import DataError, ParameterError


class KeepColumns(SqlConverter):
    """Keeps the chosen columns, in the order in which they were chosen."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names = required_columns(table.dataset, table.scope, self.title)
        return Query(sql=f"SELECT {', '.join(map(identifier, names))} FROM {table.source}")


class DropColumns(SqlConverter):
    """Drops the chosen columns."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        dropped = required_columns(table.dataset, table.scope, self.title)
        kept = table.others(*dropped)
        if not kept:
            raise DataError("No column would be left.", hint="Keep at least one column.")
        return Query(sql=f"SELECT {', '.join(kept)} FROM {table.source}")


class RenameColumns(SqlConverter):
    """Gives columns other names."""

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        names: dict[str, str] = {str(old): str(new) for old, new in self.params["names"].items()}
        require_columns(table.dataset, tuple(names), self.title)
        after = [names.get(name, name) for name in table.names]
        self._check(after)
        renamed = [
            f"{identifier(old)} AS {identifier(new)}"
            for old, new in zip(table.names, after, strict=True)
        ]
        forms = {new: table.forms[old] for old, new in names.items() if old in table.forms}
        return Query(
            sql=f"SELECT {', '.join(renamed)} FROM {table.source}",
            # Two columns may have changed their names with each other.
            computed=frozenset(names.values()),
            forms=forms,
        )

    def _check(self, after: list[str]) -> None:
        seen: set[str] = set()
        for name in after:
            if not name.strip():
                raise ParameterError(
                    "A column would have no name.", parameter="names", hint="Enter a name."
                )
            if name.casefold() in seen:
                raise ParameterError(
                    f"Two columns would be called “{name}”.", parameter="names",
                    hint="Names must differ, and not in capital letters only.",
                )  # fmt: skip
            seen.add(name.casefold())
