"""Dates as numbers that a model can use."""

from __future__ import annotations

from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.converter import free_name
from queue_core.components.converters.converting.sql_converter import (
    Ask,
    Query,
    SqlConverter,
    Table,
)
from queue_core.components.converters.date_features import DATE_PARTS, ELAPSED, PARTS, TIME_PARTS
from queue_core.components.sql_text import identifier
from queue_core.errors import ParameterError

# Period and first value of the parts that come round again.
_CYCLES = {
    "quarter": (4, 1), "month": (12, 1), "week": (53, 1), "day": (31, 1), "weekday": (7, 1),
    "day_of_year": (366, 1), "hour": (24, 0), "minute": (60, 0), "second": (60, 0),
}  # fmt: skip


class DateFeatures(SqlConverter):
    """Turns dates into columns such as year, month and weekday."""

    def learn(self, table: Table, ask: Ask) -> dict[str, object]:
        """Find the first date of each column, from which days are counted."""
        names = [
            n
            for n in self.columns(table.dataset, table.scope)
            if table.types[n] is not ColumnType.TIME
        ]
        if ELAPSED not in self.params["parts"] or not names:
            return {"first": {}}
        return {"first": ask.for_each(names, lambda n: f"epoch(min({identifier(n)})::TIMESTAMP)")}

    def query(self, table: Table) -> Query:
        """Return the conversion."""
        if not self.params["parts"]:
            raise ParameterError(
                "No part of the dates is chosen.", parameter="parts",
                hint=f"Choose some of: {', '.join(PARTS)}.",
            )  # fmt: skip
        chosen = self.columns(table.dataset, table.scope)
        taken = list(table.names)
        columns: list[str] = []
        for name in table.names:
            if name not in chosen or self.params["keep_original"]:
                columns.append(identifier(name))
            if name in chosen:
                for feature, sql in self._features_or_error(table, name):
                    taken.append(free_name(feature, taken))
                    columns.append(f"{sql} AS {identifier(taken[-1])}")
        return Query(sql=f"SELECT {', '.join(columns)} FROM {table.source}")

    def _features_or_error(self, table: Table, name: str) -> list[tuple[str, str]]:
        features = self._features(table, name)
        if not features and table.dataset.row_count:
            raise ParameterError(
                f"“{name}” ({table.types[name].value}) has none of the chosen parts.",
                parameter="parts", hint="Choose other parts, or leave the column out.",
            )  # fmt: skip
        return features

    def _features(self, table: Table, name: str) -> list[tuple[str, str]]:
        column, column_type = identifier(name), table.types[name]
        features: list[tuple[str, str]] = []
        for part in self.params["parts"]:
            if part == ELAPSED:
                first = self.learned.get("first", {}).get(name)
                if first is not None:
                    sql = f"(epoch({column}::TIMESTAMP) - CAST({first!r} AS DOUBLE)) / 86400"
                    features.append((f"{name}_{part}", sql))
                continue
            if part in DATE_PARTS and column_type is ColumnType.TIME:
                continue
            if part in TIME_PARTS and column_type is ColumnType.DATE:
                continue
            sql = (DATE_PARTS | TIME_PARTS)[part].format(column)
            if self.params["cyclic"] and part in _CYCLES:
                period, start = _CYCLES[part]
                angle = f"2 * pi() * ({sql} - {start}) / {period}"
                features += [(f"{name}_{part}_sin", f"sin({angle})")]
                features += [(f"{name}_{part}_cos", f"cos({angle})")]
            else:
                features.append((f"{name}_{part}", sql))
        return features
