"""What is noted of a job without a change of its state: progress, usage, warnings, its entity."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import now_text
from queue_core.queue.store.stored import json_texts

_MOST_WARNINGS: Final = 1_000


def set_progress(
    connection: sqlite3.Connection, job_id: str, owner: str, percent: float | None,
    message: str | None,
) -> bool:  # fmt: skip
    """Store how far a running job is."""
    return _changed(
        connection,
        "UPDATE task_copy SET progress = ?, progress_message = ?, last_update = ? "
        "WHERE id = ? AND owner = ? AND status = 'started'",
        (percent, message, now_text(), job_id, owner),
    )


def set_usage(
    connection: sqlite3.Connection, job_id: str, *, memory_bytes: int, peak_bytes: int,
    cpu_time_s: float,
) -> bool:  # fmt: skip
    """Store what a running job uses now."""
    return _changed(
        connection,
        "UPDATE task_copy SET memory_bytes = ?, peak_memory_bytes = ?, cpu_time_s = ? "
        "WHERE id = ? AND status = 'started'",
        (memory_bytes, peak_bytes, cpu_time_s, job_id),
    )


def add_warnings(connection: sqlite3.Connection, job_id: str, texts: Sequence[str]) -> bool:
    """Keep what a job did that the user should know, each sentence once."""
    row = connection.execute("SELECT warnings FROM task_copy WHERE id = ?", (job_id,)).fetchone()
    try:
        known = list(json_texts(row[0])) if row and row[0] else []
    except (ValueError, TypeError):
        known = []
    known.extend(text for text in dict.fromkeys(texts) if text not in known)
    return _changed(
        connection,
        "UPDATE task_copy SET warnings = ?, last_update = ? WHERE id = ?",
        (json.dumps(known[:_MOST_WARNINGS], ensure_ascii=False), now_text(), job_id),
    )


def set_entity(connection: sqlite3.Connection, job_id: str, kind: str, entity_id: int) -> bool:
    """Keep which entity of the main database a job makes."""
    return _changed(
        connection,
        "UPDATE task_copy SET entity_kind = ?, entity_id = ? WHERE id = ?",
        (kind, entity_id, job_id),
    )


def entity_closed(connection: sqlite3.Connection, job_id: str) -> bool:
    """Note that nothing of an ended job is left to be given up."""
    return _changed(connection, "UPDATE task_copy SET entity_open = 0 WHERE id = ?", (job_id,))


def pin(connection: sqlite3.Connection, job_ids: Iterable[str], *, pinned: bool) -> None:
    """Keep jobs from clean-up, or no longer."""
    connection.executemany(
        "UPDATE task_copy SET pinned = ? WHERE id = ? AND origin = ?",
        [(int(pinned), job_id, OUR_ORIGIN) for job_id in job_ids],
    )


def _changed(connection: sqlite3.Connection, sql: str, parameters: tuple[object, ...]) -> bool:
    return connection.execute(sql, parameters).rowcount > 0
