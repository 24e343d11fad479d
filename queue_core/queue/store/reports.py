"""What is noted of a job without a change of its state: progress, usage, warnings, its entity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import now_text
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.stored import json_texts
from queue_core.queue.values import Sample

_MOST_WARNINGS: Final = 1_000
# Of one attempt; then every other one goes.
_MOST_SAMPLES: Final = 600


def set_progress(
    connection: Connection, job_id: str, owner: str, percent: float | None,
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
    connection: Connection, job_id: str, *, memory_bytes: int, peak_bytes: int,
    cpu_time_s: float,
) -> bool:  # fmt: skip
    """Store what a running job uses now."""
    return _changed(
        connection,
        "UPDATE task_copy SET memory_bytes = ?, peak_memory_bytes = ?, cpu_time_s = ? "
        "WHERE id = ? AND status = 'started'",
        (memory_bytes, peak_bytes, cpu_time_s, job_id),
    )


def add_sample(connection: Connection, job_id: str, sample: Sample, count: int) -> int:
    """Keep what a running job used at a moment; return how many samples its attempt has then.

    Old ones get coarser, so that the number stays bounded.

    Args:
        connection: An open transaction.
        job_id: The job.
        sample: What it used.
        count: How many samples its attempt has.
    """
    connection.execute(
        "INSERT INTO monitor_sample (job_id, attempt, elapsed_s, cpu_time_s, memory_bytes) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (job_id, attempt, elapsed_s) DO UPDATE SET "
        "cpu_time_s = excluded.cpu_time_s, memory_bytes = excluded.memory_bytes",
        (job_id, sample.attempt, sample.elapsed_s, sample.cpu_time_s, sample.memory_bytes),
    )
    if count + 1 < _MOST_SAMPLES:
        return count + 1
    connection.execute(
        "DELETE FROM monitor_sample WHERE job_id = ?1 AND attempt = ?2 AND elapsed_s IN ("
        "SELECT elapsed_s FROM (SELECT elapsed_s, ROW_NUMBER() OVER (ORDER BY elapsed_s) AS n "
        "FROM monitor_sample WHERE job_id = ?1 AND attempt = ?2) AS numbered WHERE n % 2 = 0)",
        (job_id, sample.attempt),
    )
    return (count + 1) // 2


def add_warnings(connection: Connection, job_id: str, texts: Sequence[str]) -> bool:
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


def set_entity(connection: Connection, job_id: str, kind: str, entity_id: int) -> bool:
    """Keep which entity of the main database a job makes."""
    return _changed(
        connection,
        "UPDATE task_copy SET entity_kind = ?, entity_id = ? WHERE id = ?",
        (kind, entity_id, job_id),
    )


def entity_closed(connection: Connection, job_id: str) -> bool:
    """Note that nothing of an ended job is left to be given up."""
    return _changed(connection, "UPDATE task_copy SET entity_open = 0 WHERE id = ?", (job_id,))


def pin(connection: Connection, job_ids: Iterable[str], *, pinned: bool) -> None:
    """Keep jobs from clean-up, or no longer."""
    connection.executemany(
        "UPDATE task_copy SET pinned = ? WHERE id = ? AND origin = ?",
        [(int(pinned), job_id, OUR_ORIGIN) for job_id in job_ids],
    )


def _changed(connection: Connection, sql: str, parameters: tuple[object, ...]) -> bool:
    return connection.execute(sql, parameters).rowcount > 0
