"""The order of waiting jobs: priority first, then position, which the user may change."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from queue_core.queue.base import OUR_ORIGIN, Move
from queue_core.queue.clock import now_text

_WAITING = f"status = 'not_started' AND origin = '{OUR_ORIGIN}'"


def move(connection: sqlite3.Connection, job_ids: Iterable[str], to: Move) -> tuple[str, ...]:
    """Move waiting jobs within the queue, keeping their order among themselves; return the moved.

    A job that is moved past others takes over their priority: the user's hand comes last.
    """
    wanted = set(job_ids)
    queue = connection.execute(
        f"SELECT id, priority, position FROM task_copy WHERE {_WAITING} "
        "ORDER BY priority DESC, position"
    ).fetchall()
    chosen = [row for row in queue if row["id"] in wanted]
    if not chosen:
        return ()
    others = [row for row in queue if row["id"] not in wanted]
    place = _target_place(queue, wanted, to)
    before = others[place - 1] if place else None
    after = others[place] if place < len(others) else None
    priority, start, step = _gap(before, after, len(chosen))
    for number, row in enumerate(chosen):
        connection.execute(
            "UPDATE task_copy SET priority = ?, position = ?, last_update = ? WHERE id = ?",
            (priority, start + step * (number + 1), now_text(), row["id"]),
        )
    return tuple(row["id"] for row in chosen)


def _target_place(queue: list[sqlite3.Row], wanted: set[str], to: Move) -> int:
    """Return how many of the other jobs come before the moved ones."""
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


def _gap(
    before: sqlite3.Row | None, after: sqlite3.Row | None, count: int
) -> tuple[int, float, float]:
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


def renumber(connection: sqlite3.Connection) -> None:
    """Give waiting jobs whole positions again where halving has made them too close."""
    rows = connection.execute(
        f"SELECT id FROM task_copy WHERE {_WAITING} ORDER BY priority DESC, position"
    ).fetchall()
    highest = connection.execute("SELECT COALESCE(MAX(position), 0) FROM task_copy").fetchone()[0]
    for number, row in enumerate(rows):
        connection.execute(
            "UPDATE task_copy SET position = ? WHERE id = ?", (highest + 1.0 + number, row["id"])
        )
