"""A local folder with a long history, made by SQL through the queue's own schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from queue_core import HueyJobQueue

# Varied as real histories are: types, ends, names that repeat, parameters, errors, durations.
_FILL = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
INSERT INTO task_copy (id, task_type, job_name, status, enqueued_at, last_update, started_at,
    finished_at, run_seconds, origin, params, position, progress, error_msg, error_type,
    peak_memory_bytes, cpu_time_s, worker, metric, metric_value, job_blob)
SELECT printf('%08x-%04x-7000-8000-%012x', i, i % 65536, i * 7919 % 1000003),
    CASE i % 5 WHEN 0 THEN 'DatasetJob' WHEN 1 THEN 'ModelJob' WHEN 2 THEN 'ExplorerJob'
        WHEN 3 THEN 'PredictJob' ELSE 'ConverterJob' END,
    CASE i % 5 WHEN 0 THEN 'Load flights_' || (i % 5000) || '.csv'
        WHEN 1 THEN 'Train random forest on iris ' || (i % 700)
        WHEN 2 THEN 'Explore penguins ' || (i % 900)
        WHEN 3 THEN 'Predict species ' || (i % 1300)
        ELSE 'Scale columns of taxi ' || (i % 800) END,
    CASE i % 20 WHEN 0 THEN 'error' WHEN 1 THEN 'cancelled' ELSE 'finished' END,
    strftime('%Y-%m-%d %H:%M:%f000', :now - (:last - i) * 20, 'unixepoch'),
    strftime('%Y-%m-%d %H:%M:%f000', :now - (:last - i) * 20 + 5, 'unixepoch'),
    strftime('%Y-%m-%d %H:%M:%f000', :now - (:last - i) * 20 + 1, 'unixepoch'),
    strftime('%Y-%m-%d %H:%M:%f000', :now - (:last - i) * 20 + 1 + i * 31 % 997 / 9.0, 'unixepoch'),
    i * 31 % 997 / 9.0, 'dashai-monitor',
    '{"dataset_id": ' || (i % 400) || ', "model": "random_forest", "max_depth": ' || (i % 30)
        || ', "n_estimators": ' || (i % 11 * 50) || ', "target": "species", "seed": ' || i || '}',
    i, 100,
    CASE WHEN i % 20 = 0 THEN 'Line ' || (i % 3000)
        || ' of flights.csv has 6 values where the header has 5.' END,
    CASE WHEN i % 20 = 0 THEN 'DataError' END,
    i * 7919 % 4000000000, i * 13 % 311 / 7.0, 'laptop:' || (4000 + i / 5000) || '/' || (i % 4 + 1),
    CASE WHEN i % 5 = 1 AND i % 20 > 1 THEN 'accuracy' END,
    CASE WHEN i % 5 = 1 AND i % 20 > 1 THEN i * 31 % 997 / 997.0 END, zeroblob(300)
FROM n
"""
_PART = 100_000


def make_big_folder(root: Path, rows: int, *, now_s: int = 1_790_000_000) -> None:
    """Store *rows* ended jobs in the folder *root*, the newest ended at *now_s*."""
    with HueyJobQueue(root) as queue:
        path = queue.folder.queue_db
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-200000")
        trigger = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'monitor_insert'"
        ).fetchone()[0]
        connection.execute("DROP TRIGGER monitor_insert")
        for first in range(1, rows + 1, _PART):
            last = min(first + _PART - 1, rows)
            connection.execute("BEGIN")
            connection.execute(_FILL, {"first": first, "last": last, "now": now_s - rows + last})
            connection.execute("COMMIT")
        connection.execute(trigger)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
