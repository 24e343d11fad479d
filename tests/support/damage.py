"""Damages a queue's file as other programs and flipped bits do, and reads it in every way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from other_program import other_program

from queue_core import HueyJobQueue, JobNotFoundError, JobQueueError
from queue_core.queue.store.columns import COLUMNS

# What may stand in any column, as SQL.
WRONG_VALUES = {
    "null": "NULL",
    "text": "'surprise'",
    "empty": "''",
    "blob": "x'00ff'",
    "infinity": "9e999",
    "minus_infinity": "-9e999",
    "huge": "9223372036854775807",
    "negative": "-1",
    "fraction": "0.5",
    "bad_utf8": "CAST(x'ff61ff' AS TEXT)",
    "surrogate": "CAST(x'eda080' AS TEXT)",
    "nul": "CAST(x'610062' AS TEXT)",
    "broken_json": "'{'",
    "json_number": "'5'",
    "json_list": "'[1, null, {}]'",
    "json_surrogate": """'{"a": "\\ud800"}'""",
    "deep_json": "CAST(replace(hex(zeroblob(50000)), '00', '[') AS TEXT)",
}


def edit(place: HueyJobQueue | Path, sql: str, *values: object) -> int:
    """Change the file as another program would; return how many rows were."""
    if isinstance(place, HueyJobQueue) and place._database.path is None:
        return _edit_server(place, sql, *values)
    with other_program(place) as other:
        return int(other.execute(sql, values).rowcount)


def edit_at_once(queue: HueyJobQueue, *statements: str) -> None:
    """Change the file in one transaction: what is gone, a queue that runs makes again."""
    with other_program(queue) as other:
        for statement in ("BEGIN IMMEDIATE", *statements, "COMMIT"):
            other.execute(statement)


def _edit_server(queue: HueyJobQueue, sql: str, *values: object) -> int:
    """Change a list on a server, which takes no value of another type."""
    import psycopg

    if "x'" in sql or "CREATE TRIGGER" in sql:
        pytest.skip("it is not SQLite")
    try:
        with other_program(queue) as other:
            return int(other.execute(sql, values).rowcount)
    except JobQueueError as error:
        if isinstance(error.__cause__, psycopg.DataError | psycopg.ProgrammingError |
                      psycopg.IntegrityError):  # fmt: skip
            pytest.skip(f"a server does not take it: {error.__cause__}")
        raise


def stored(place: HueyJobQueue | Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Read the file as another program would."""
    with other_program(place) as other:
        return [tuple(row) for row in other.execute(sql, values).fetchall()]


def poison(queue: HueyJobQueue, job_id: str, column: str, value: str) -> bool:
    """Put a wrong value into a row; return whether the table takes it."""
    try:
        return edit(queue, f"UPDATE task_copy SET {column} = {value} WHERE id = ?", job_id) == 1
    except sqlite3.IntegrityError:  # NOT NULL, or an id that is there already
        return False


def columns() -> Iterator[str]:
    """All columns of a job's row."""
    yield from COLUMNS


def read_everything(queue: HueyJobQueue, job_ids: list[str]) -> list[str]:
    """Read the queue in every way; return what was raised."""
    raised = []

    def look(name: str, read: object) -> None:
        try:
            read()  # type: ignore[operator]
        except JobNotFoundError:
            pass
        except Exception as error:  # noqa: BLE001 - the point of it
            raised.append(f"{name}: {type(error).__name__}: {error}")

    shown = [record.id for record in queue.list()]
    for name, read in (
        ("list", queue.list), ("ids", queue.ids), ("counts", queue.counts),
        ("interrupted", queue.interrupted), ("changes", lambda: queue.changes_since(1)),
        ("get_many", lambda: queue.get_many([*shown, *job_ids])), ("empty", queue.is_empty),
        ("consumers", queue.consumers), ("notices", lambda: queue.notices),
        ("problem", lambda: queue.problem), ("failures", queue.failures),
    ):  # fmt: skip
        look(name, read)
    for job_id in {*shown, *job_ids}:
        for name in ("get", "attempts", "why_waiting", "samples", "phases", "logs"):
            look(f"{name}({job_id})", lambda n=name, j=job_id: getattr(queue, n)(j))
    return raised
