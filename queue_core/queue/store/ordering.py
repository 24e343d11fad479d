"""The order of waiting jobs: priority first, then position, which the user may change.

Positions are numbers with a gap between each two. A job that is moved gets one between those of
its neighbours; where halving has left no room there, all are numbered anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import isfinite

from queue_core.queue.job_record import OUR_ORIGIN, JobRecord
from queue_core.queue.store.clock import now_text
from queue_core.queue.store.columns import LIGHT
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.queries import to_record
from queue_core.queue.store.schema import RUN_ORDER
from queue_core.queue.values import Before, Move

_WAITING = f"status = 'not_started' AND origin = '{OUR_ORIGIN}'"
_ORDER = f"ORDER BY {RUN_ORDER}"
_QUEUE = f"SELECT rowid, id, priority, position FROM task_copy WHERE {_WAITING} {_ORDER}"


def move(connection: Connection, job_ids: Iterable[str], to: Move | Before) -> tuple[str, ...]:
    """Move waiting jobs within the queue, keeping their order among themselves; return the moved.

    A job that is moved past others takes over their priority: the user's hand comes last.
    """
    wanted = set(job_ids)
    queue = connection.execute(_QUEUE).fetchall()
    if not wanted.intersection(row["id"] for row in queue):
        return ()
    if not _place(connection, queue, wanted, to):
        _number_anew(connection, queue)
        _place(connection, connection.execute(_QUEUE).fetchall(), wanted, to)
    return tuple(row["id"] for row in queue if row["id"] in wanted)


def read_order(database: Database, *, limit: int) -> list[JobRecord]:
    """Return the light records of our waiting jobs in the order of the queue."""
    rows = database.read(
        f"SELECT {LIGHT} FROM task_copy WHERE {_WAITING} {_ORDER} LIMIT ?", (limit,)
    )
    return [to_record(row) for row in rows]


def set_priority(connection: Connection, job_id: str, priority: int) -> bool:
    """Change the priority of a waiting job; False if it waits no more."""
    changed = connection.execute(
        "UPDATE task_copy SET priority = ?, last_update = ? "
        "WHERE id = ? AND status = 'not_started'",
        (priority, now_text(), job_id),
    )
    return changed.rowcount > 0


def _place(connection: Connection, queue: list[Row], wanted: set[str], to: Move | Before) -> bool:
    """Move the wanted jobs; False where there is no room between their new neighbours."""
    others = [row for row in queue if row["id"] not in wanted]
    chosen = [row for row in queue if row["id"] in wanted]
    place = _target_place(queue, wanted, to)
    before = others[place - 1] if place else None
    after = others[place] if place < len(others) else None
    numbers = [row["position"] for row in (before, after) if row is not None]
    if not all(isinstance(number, int | float) and isfinite(number) for number in numbers):
        return False
    priority, start, step = _gap(before, after, len(chosen))
    positions = [start + step * (number + 1) for number in range(len(chosen))]
    if not _keeps_apart(before, positions, after, priority):
        return False
    for row, position in zip(chosen, positions, strict=True):
        connection.execute(
            "UPDATE task_copy SET priority = ?, position = ?, last_update = ? WHERE rowid = ?",
            (priority, position, now_text(), row["rowid"]),
        )
    return True


def _keeps_apart(
    before: Row | None, positions: list[float], after: Row | None, priority: int
) -> bool:
    """Return whether numbers of finite precision still tell the new places apart."""
    line = list(positions)
    if before is not None and before["priority"] == priority:
        line.insert(0, before["position"])
    if after is not None and after["priority"] == priority:
        line.append(after["position"])
    return all(first < second for first, second in pairwise(line))


def _target_place(queue: list[Row], wanted: set[str], to: Move | Before) -> int:
    """Return how many of the other jobs come before the moved ones."""
    if isinstance(to, Before):
        return _place_before(queue, wanted, to)
    others_before = 0
    places = []
    for row in queue:
        if row["id"] in wanted:
            places.append(others_before)
        else:
            others_before += 1
    match to:
        case Move.TOP:
            return 0
        case Move.BOTTOM:
            return others_before
        case Move.UP:
            return max(0, places[0] - 1)
        case Move.DOWN:
            return min(others_before, places[-1] + 1)


def _place_before(queue: list[Row], wanted: set[str], to: Before) -> int:
    """Return how many of the other jobs come before one; all of them where it waits no more."""
    ids = [row["id"] for row in queue]
    end = ids.index(to.job_id) if to.job_id in ids else len(ids)
    return sum(job_id not in wanted for job_id in ids[:end])


def _gap(before: Row | None, after: Row | None, count: int) -> tuple[int, float, float]:
    """Return priority, start and step of positions between two neighbours."""
    if before is None and after is None:
        return 0, 0.0, 1.0
    if before is None:
        assert after is not None
        return after["priority"], after["position"] - count - 1, 1.0
    if after is None or after["priority"] != before["priority"]:
        return before["priority"], before["position"], 1.0 / (count + 1)
    width = after["position"] - before["position"]
    return before["priority"], before["position"], width / (count + 1)


def _number_anew(connection: Connection, queue: list[Row]) -> None:
    """Give waiting jobs whole positions again, above those of all others."""
    last = connection.execute(
        "SELECT position FROM task_copy WHERE typeof(position) IN ('real', 'integer') "
        "AND position < 9e15 ORDER BY position DESC LIMIT 1"
    ).fetchone()
    first = 1.0 if last is None else float(int(last[0]) + 1)
    for number, row in enumerate(queue):
        connection.execute(
            "UPDATE task_copy SET position = ? WHERE rowid = ?", (first + number, row["rowid"])
        )
