"""Damages a queue's file as other programs and flipped bits do, and reads it in every way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from queue_core import HueyJobQueue, JobNotFoundError
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
    path = place if isinstance(place, Path) else place.folder.queue_db
    with closing(sqlite3.connect(path, timeout=20)) as other:
        count = other.execute(sql, values).rowcount
        other.commit()
    return count


def stored(place: HueyJobQueue | Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Read the file as another program would."""
    path = place if isinstance(place, Path) else place.folder.queue_db
    with closing(sqlite3.connect(path, timeout=20)) as other:
        other.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
        return other.execute(sql, values).fetchall()


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
