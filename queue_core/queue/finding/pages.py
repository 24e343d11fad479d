"""Pages of a list of jobs: a part of it, where that stands, and how many there are in all.

A page is found by walking an index, from whichever end is nearer; nothing is read but what is
shown. The index of a column is made when somebody first sorts by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from queue_core.queue.finding.conditions import Condition, WordsHolding
from queue_core.queue.finding.index_file import DIRECT, IndexFile
from queue_core.queue.finding.vocabulary import words_holding
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.queries import NO_LIMIT
from queue_core.queue.values import JobOrder

# Rows are stored in the order of creation, which a clock that is set back does not change.
_CREATION: Final = "job"
ORDERS: Final = {
    "enqueued_at": _CREATION,
    "job_name": "job_name COLLATE NOCASE",
    "error_msg": "error_msg COLLATE NOCASE",
    **{
        name: name
        for name in (
            "status", "task_type", "started_at", "finished_at", "last_update", "duration",
            "progress", "priority", "attempt", "peak_memory_bytes", "cpu_time_s", "component",
            "dataset", "metric_value", "worker",
        )
    },
}  # fmt: skip
# Fewer are sorted faster than one sees.
_SORTED_AT_ONCE: Final = 20_000
# Nobody sorts millions by these.
_WITHOUT_INDEX: Final = frozenset({"last_update", "priority"})
# These have an index from the beginning.
_INDEXED: Final = frozenset({"enqueued_at", "status", "task_type"})


@dataclass(frozen=True)
class Source:
    """Where jobs are looked for.

    Attributes:
        database: What is asked.
        is_index: Whether it is the index, or else the queue's own table.
    """

    database: Database
    is_index: bool

    def table(self, asked: Asked) -> str:
        """Return what stands behind FROM.

        Where a narrow index holds the order and all that is asked for, it is named: the planner
        would look up each row, or sort all jobs of a status.
        """
        if not self.is_index:
            return DIRECT
        is_narrow = asked.condition.is_simple and self.has_index(asked.order)
        return f"job INDEXED BY by_{asked.order.column}" if is_narrow else "job"

    @property
    def words_holding(self) -> WordsHolding | None:
        """What knows the words that hold a part; None where the queue's own table is asked."""
        return partial(words_holding, self.database) if self.is_index else None

    def has_index(self, order: JobOrder) -> bool:
        """Return whether pages in this order need no sorting."""
        if order.column in _INDEXED or not self.is_index:
            return True
        name = f"by_{order.column}"
        found = self.database.read_one("SELECT 1 FROM sqlite_master WHERE name = ?", (name,))
        return found is not None


@dataclass(frozen=True)
class Asked:
    """A list: which jobs, in which order.

    Attributes:
        condition: What they must meet.
        order: Their order.
        hidden: Rows of the queue's table that are left out.
    """

    condition: Condition
    order: JobOrder
    hidden: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What they are ordered by, in SQL.

        Raises:
            ValueError: There is no such order.
        """
        column = ORDERS.get(self.order.column)
        if column is None:
            raise ValueError(f"Jobs cannot be ordered by {self.order.column!r}.")
        return column

    def clause(self, *more: str) -> tuple[str, list[object]]:
        """Return what stands behind the table: the conditions, and their parameters."""
        parts = [*self.condition.parts, *more]
        parameters = list(self.condition.parameters)
        if self.condition.match:
            parts.insert(0, "job IN (SELECT rowid FROM words WHERE words MATCH ?)")
            parameters.insert(0, self.condition.match)
        if self.hidden:
            parts.append(f"job NOT IN ({','.join(map(str, self.hidden))})")
        return (f"WHERE {' AND '.join(parts)}" if parts else ""), parameters

    def by(self, *, backwards: bool = False) -> str:
        """Return the order in SQL; jobs without a value come last."""
        descending = self.order.descending != backwards
        direction = "DESC" if descending else "ASC"
        if self.key == _CREATION:
            return f"ORDER BY job {direction}"
        nulls = "FIRST" if backwards else "LAST"
        return f"ORDER BY {self.key} {direction} NULLS {nulls}, job {direction}"


def count(source: Source, asked: Asked, most: int | None = None) -> int:
    """Return how many jobs there are in a list; where they must be counted, no more than *most*."""
    condition = asked.condition
    if source.is_index and condition.is_simple and not asked.hidden:
        where = f"WHERE {condition.sql}" if condition.parts else ""
        sql, parameters = f"SELECT ifnull(sum(count), 0) FROM tally {where}", condition.parameters
    else:
        table, parameters = _matches(source, asked)
        limit = NO_LIMIT if most is None else most
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {limit}) AS found"
    row = source.database.read_one(sql, parameters)
    return 0 if row is None else int(row[0])


def _matches(source: Source, asked: Asked) -> tuple[str, list[object]]:
    """Return table and conditions so that matches are found one after another, none kept."""
    condition = asked.condition
    if not condition.match:
        where, parameters = asked.clause()
        return f"{source.table(asked)} {where}", parameters
    if not condition.parts and not asked.hidden:
        return "words WHERE words MATCH ?", [condition.match]
    rest = Asked(Condition(condition.parts, condition.parameters), asked.order, asked.hidden)
    where, parameters = rest.clause()
    joined = where.replace("WHERE", "AND", 1)
    return (
        f"words CROSS JOIN job ON job.job = words.rowid WHERE words MATCH ? {joined}",
        [condition.match, *parameters],
    )


def rows(source: Source, asked: Asked, start: int, size: int, total: int) -> list[int]:
    """Return the rows of the queue's table that stand in a part of a list."""
    size = max(0, min(size, total - start))
    backwards = start > total // 2
    offset = total - start - size if backwards else start
    found = source.database.read(*_page(source, asked, size, offset, backwards=backwards))
    numbers = [int(row[0]) for row in found]
    return numbers[::-1] if backwards else numbers


def _page(
    source: Source, asked: Asked, size: int, offset: int, *, backwards: bool
) -> tuple[str, list[object]]:
    by = asked.by(backwards=backwards)
    if asked.condition.match and asked.key == _CREATION:
        # The words know the order of creation: the first page needs the first matches only.
        table, parameters = _matches(source, asked)
        by = by.replace("ORDER BY job", "ORDER BY words.rowid")
        sql = f"SELECT words.rowid FROM {table} {by} LIMIT ? OFFSET ?"
    else:
        where, parameters = asked.clause()
        sql = f"SELECT job FROM {source.table(asked)} {where} {by} LIMIT ? OFFSET ?"
    return sql, [*parameters, size, offset]


def place_of(source: Source, asked: Asked, job: int) -> int | None:
    """Return where a job stands in a list; None where it is not in it."""
    where, parameters = asked.clause("job = ?")
    there = source.database.read_one(
        f"SELECT {asked.key} FROM {source.table(asked)} {where}", [*parameters, job]
    )
    if there is None:
        return None
    before, values = _before(asked, there[0], job)
    where, parameters = asked.clause(before)
    row = source.database.read_one(
        f"SELECT count(*) FROM {source.table(asked)} {where}", [*parameters, *values]
    )
    return 0 if row is None else int(row[0])


def _before(asked: Asked, value: object, job: int) -> tuple[str, list[object]]:
    sign = ">" if asked.order.descending else "<"
    key = asked.key
    if key == _CREATION:
        return f"job {sign} ?", [job]
    if value is None:
        return f"({key} IS NOT NULL OR job {sign} ?)", [job]
    return f"({key} {sign} ? OR {key} = ? AND job {sign} ?)", [value, value, job]


def missing_indexes(index: IndexFile) -> list[str]:
    """Return the columns by which many jobs would have to be sorted."""
    row = index.read_one("SELECT sum(count) FROM tally")
    if row is None or (row[0] or 0) < _SORTED_AT_ONCE:
        return []
    there = {row[0] for row in index.read("SELECT name FROM sqlite_master WHERE type = 'index'")}
    wanted = (column for column in ORDERS if column not in _WITHOUT_INDEX)
    return [column for column in wanted if f"by_{column}" not in there]


def make_index(index: IndexFile, column: str) -> None:
    """Make pages ordered by *column* need no sorting from now on."""

    def make(connection: Connection) -> None:
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS by_{column} "
            f"ON job ({ORDERS[column]}, job, status, task_type)"
        )

    index.write(make, durable=False)


def rows_of(database: Database, job_ids: Sequence[str]) -> tuple[int, ...]:
    """Return the rows of these jobs in the queue's table; those that are gone are left out."""
    found: list[int] = []
    for start in range(0, len(job_ids), 500):
        part = list(job_ids[start : start + 500])
        marks = ",".join("?" * len(part))
        sql = f"SELECT rowid FROM task_copy WHERE id IN ({marks})"
        found += [row[0] for row in database.read(sql, part)]
    return tuple(found)
