"""Measures whether the queue's work grows with the number of jobs that are kept.

Run: `make bench`, or `.venv/bin/python tests/benchmarks/bench_scale.py [--rows N]`.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench_jobs import NoOp

from queue_core import HueyJobQueue, JobStatus
from queue_core.queue.values import JobFilter

FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO task_copy (id, task_type, job_name, status, enqueued_at, last_update, started_at,
    finished_at, origin, params, position, progress)
SELECT printf('%08x-0000-7000-8000-000000000000', i), 'DatasetJob', 'Load file ' || i || '.csv',
    CASE i % 20 WHEN 0 THEN 'error' WHEN 1 THEN 'cancelled' ELSE 'finished' END,
    '2026-01-01 00:00:00.000000', '2026-01-01 00:00:05.000000', '2026-01-01 00:00:01.000000',
    '2026-01-01 00:00:05.000000', 'dashai-monitor', '{}', i, 100
FROM n
"""


def fill(root: Path, rows: int) -> None:
    """Store *rows* ended jobs."""
    with HueyJobQueue(root) as queue:
        path = queue.folder.queue_db
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        connection.execute("DROP TRIGGER monitor_insert")
        connection.execute(FILL, (rows,))
        connection.execute(
            "CREATE TRIGGER monitor_insert AFTER INSERT ON task_copy BEGIN "
            "INSERT INTO monitor_change (job_id, deleted) VALUES (NEW.id, 0); END"
        )
        connection.execute("COMMIT")


def median_ms(call: Callable[[], object], count: int) -> float:
    """Return the median time of a call, in milliseconds."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - began))
    return statistics.median(times)


def measure(root: Path, count: int) -> dict[str, float]:
    """Return the medians of each operation, in milliseconds."""
    began = time.perf_counter()
    queue = HueyJobQueue(root)
    queue.start(workers=1)
    started = 1e3 * (time.perf_counter() - began)
    queue.stop()
    job_id = queue.put(NoOp())
    failed = JobFilter(frozenset({JobStatus.ERROR}))
    found = {
        "open and start": started,
        "put": median_ms(lambda: queue.put(NoOp()), count),
        "get": median_ms(lambda: queue.get(job_id), count),
        "peek": median_ms(queue.peek, count),
        "changes since the last look": median_ms(
            lambda: queue.changes_since(queue.cursor() - 10), count
        ),
        "newest page of 50": median_ms(lambda: queue.list(limit=50), count),
        "newest page of 50, failed": median_ms(lambda: queue.list(failed, limit=50), count),
        "counts": median_ms(queue.counts, 5),
        "ids in order": median_ms(queue.ids, 3),
        "search, 50 newest of a rare word": median_ms(
            lambda: queue.list(JobFilter(search="file 77.csv"), limit=50), 3
        ),
    }
    queue.close()
    return found


def main() -> None:
    """Compare few rows with many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        fill(few, 1_000)
        fill(many, rows)
        small, large = measure(few, 50), measure(many, 50)
    print(f"| operation | 1,000 jobs, ms | {rows:,} jobs, ms | ratio |\n|---|---|---|---|")
    for operation, before in small.items():
        after = large[operation]
        print(f"| {operation} | {before:.2f} | {after:.2f} | {after / before:.1f} |")


if __name__ == "__main__":
    main()
