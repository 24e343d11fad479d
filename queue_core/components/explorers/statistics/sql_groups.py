"""Groups of rows by a column, in SQL: the largest ones by name, the rest as one."""

from __future__ import annotations

from dataclasses import dataclass

from queue_core.artifacts.figure import Color
from queue_core.components.explorers.exploring.exploration import Exploration, Query, quoted
from queue_core.components.explorers.statistics.groups import (
    MISSING,
    MOST_GROUPS,
    OTHER,
    group_color,
    value_label,
)


@dataclass(frozen=True)
class SqlGroups:
    """Groups of rows, told apart by the engine.

    Attributes:
        names: The groups, largest first; `(other)` and `(missing)` last.
        sql: SQL for the place of a row's group in `names`.
        note: A sentence where groups were put together; else empty.
    """

    names: tuple[str, ...] = ("",)
    sql: str = "0"
    note: str = ""

    def color(self, place: int) -> Color:
        """Return the colour of the group at *place*."""
        return group_color(self.names[place], place)


def sql_groups(exploration: Exploration, query: Query) -> SqlGroups:
    """Return the groups of the column that the parameter `group_by` names; one without a name."""
    info = exploration.parameter_column("group_by")
    if info is None:
        return SqlGroups()
    value = quoted(info.name)
    rows = query.value_counts(value)
    # To put one group alone under another name would hide it for nothing.
    kept = rows if len(rows) == MOST_GROUPS + 1 else rows[:MOST_GROUPS]
    names = [value_label(found) for found, _ in kept]
    cases = " ".join(
        f"WHEN {value}::VARCHAR = {_text(query, found)} THEN {place}"
        for place, (found, _) in enumerate(kept)
    )
    note, other, missing = "", len(names), len(names)
    if len(rows) > len(kept):
        names.append(OTHER)
        missing += 1
        note = f"The {len(rows) - len(kept):,} smallest groups of “{info.name}” are one, {OTHER}."
    if info.missing:
        names.append(MISSING)
    sql = f"CASE WHEN {value} IS NULL THEN {missing} {cases} ELSE {other} END"
    return SqlGroups(tuple(names), sql, note)


def _text(query: Query, value: object) -> str:
    """Return a value as the SQL text that the engine itself would make of it."""
    (text,) = query.connection.execute("SELECT ?::VARCHAR", [value]).fetchone()
    return "'" + str(text).replace("'", "''") + "'"
