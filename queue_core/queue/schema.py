"""The tables of the queue's database, shared with DashAI and Huey.

`task_copy` begins with the columns of DashAI 0.10, same names and meaning; ours come behind them,
each nullable or with a default, so that either program opens what the other has made.
"""

from __future__ import annotations

import sqlite3

from queue_core.errors import LocalFolderError
from queue_core.queue.base import OUR_ORIGIN
from queue_core.queue.connection import Database

SCHEMA_VERSION = 4

_DASHAI_TABLE = """
CREATE TABLE IF NOT EXISTS task_copy (
    id TEXT PRIMARY KEY,
    task_type TEXT NOT NULL,
    job_name TEXT,
    enqueued_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    status TEXT NOT NULL,
    last_update DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    error_msg TEXT,
    pid INTEGER,
    progress REAL,
    progress_message TEXT,
    job_blob BLOB,
    entity_marked INTEGER NOT NULL DEFAULT 0
)
"""

# What older DashAI versions lack of their own, then ours.
_ADDED_COLUMNS = {
    "pid": "INTEGER",
    "progress": "REAL",
    "progress_message": "TEXT",
    "job_blob": "BLOB",
    "entity_marked": "INTEGER NOT NULL DEFAULT 0",
    "origin": "TEXT",
    "started_at": "TEXT",
    "finished_at": "TEXT",
    "run_seconds": "REAL",
    "error_type": "TEXT",
    "error_hint": "TEXT",
    "error_causes": "TEXT",
    "error_frames": "TEXT",
    "traceback": "TEXT",
    "exit_code": "INTEGER",
    "exit_signal": "TEXT",
    "params": "TEXT",
    "result": "TEXT",
    "warnings": "TEXT",
    "entity_kind": "TEXT",
    "entity_id": "INTEGER",
    "environment": "TEXT",
    "message_id": "INTEGER",
    "owner": "TEXT",
    "owner_host": "TEXT",
    "requested": "TEXT",
    "priority": "INTEGER NOT NULL DEFAULT 0",
    "position": "REAL",
    "not_before": "REAL",
    "blocked_by": "INTEGER NOT NULL DEFAULT 0",
    "after_ids": "TEXT",
    "after_policy": "TEXT",
    "group_id": "TEXT",
    "retry_of": "TEXT",
    "schedule_id": "TEXT",
    "attempt": "INTEGER NOT NULL DEFAULT 1",
    "max_attempts": "INTEGER NOT NULL DEFAULT 1",
    "retry_delay_s": "REAL",
    "interruptions": "INTEGER NOT NULL DEFAULT 0",
    "timeout_s": "REAL",
    "memory_limit_bytes": "INTEGER",
    "paused": "INTEGER NOT NULL DEFAULT 0",
    "paused_seconds": "REAL NOT NULL DEFAULT 0",
    "pinned": "INTEGER NOT NULL DEFAULT 0",
    "memory_bytes": "INTEGER",
    "peak_memory_bytes": "INTEGER",
    "cpu_time_s": "REAL",
}

# A waiting job of ours that waits for no other job. A query uses the indexes below only where it
# says just this.
UNBLOCKED = (
    f"status = 'not_started' AND origin = '{OUR_ORIGIN}' AND blocked_by = 0 AND requested IS NULL"
)

_STATEMENTS = (
    # Huey's own tables, as its SqliteStorage makes them: DashAI keeps its queue here too.
    "CREATE TABLE IF NOT EXISTS kv (queue text not null, key text not null, value blob not null, "
    "primary key(queue, key))",
    "CREATE TABLE IF NOT EXISTS schedule (id integer not null primary key, queue text not null, "
    "data blob not null, timestamp real not null)",
    "CREATE INDEX IF NOT EXISTS schedule_queue_timestamp ON schedule (queue, timestamp)",
    "CREATE TABLE IF NOT EXISTS task (id integer not null primary key, queue text not null, "
    "data blob not null, priority real not null default 0.0)",
    "CREATE INDEX IF NOT EXISTS task_queue_priority_id ON task (queue, priority desc, id)",
    "CREATE TABLE IF NOT EXISTS counter (queue text not null, key text not null, "
    "value integer not null default 0, primary key(queue, key))",
    # Indexes of earlier versions: of all that wait, and of what each process runs.
    "DROP INDEX IF EXISTS monitor_waiting",
    "DROP INDEX IF EXISTS monitor_running",
    # What may run next, in order: jobs behind others are not in it, however long a chain is.
    "CREATE INDEX IF NOT EXISTS monitor_ready ON task_copy (priority DESC, position) "
    f"WHERE {UNBLOCKED}",
    "CREATE INDEX IF NOT EXISTS monitor_due ON task_copy (not_before) "
    f"WHERE {UNBLOCKED} AND not_before IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS monitor_retry ON task_copy (retry_of) WHERE retry_of IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS monitor_position ON task_copy (position)",
    # An index ends with the rowid, the order of creation: a page of one status needs no sort.
    "CREATE INDEX IF NOT EXISTS monitor_status ON task_copy (status)",
    "CREATE INDEX IF NOT EXISTS monitor_type ON task_copy (task_type)",
    # The change feed.
    "CREATE TABLE IF NOT EXISTS monitor_change (seq INTEGER PRIMARY KEY, job_id TEXT NOT NULL, "
    "deleted INTEGER NOT NULL)",
    "CREATE TRIGGER IF NOT EXISTS monitor_insert AFTER INSERT ON task_copy BEGIN "
    "INSERT INTO monitor_change (job_id, deleted) VALUES (NEW.id, 0); END",
    "CREATE TRIGGER IF NOT EXISTS monitor_update AFTER UPDATE ON task_copy BEGIN "
    "INSERT INTO monitor_change (job_id, deleted) VALUES (NEW.id, 0); END",
    "CREATE TRIGGER IF NOT EXISTS monitor_delete AFTER DELETE ON task_copy BEGIN "
    "INSERT INTO monitor_change (job_id, deleted) VALUES (OLD.id, 1); END",
    # Facts about the queue as a whole: schema version, paused.
    "CREATE TABLE IF NOT EXISTS monitor_state (key TEXT PRIMARY KEY, value TEXT)",
    # One row per ended attempt of a job.
    "CREATE TABLE IF NOT EXISTS monitor_attempt (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "started_at TEXT, finished_at TEXT, run_seconds REAL, status TEXT NOT NULL, error_msg TEXT, "
    "traceback TEXT, exit_code INTEGER, exit_signal TEXT, peak_memory_bytes INTEGER, "
    "cpu_time_s REAL, PRIMARY KEY (job_id, attempt))",
    # Processor time and memory of running jobs, thinned as they age.
    "CREATE TABLE IF NOT EXISTS monitor_sample (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "elapsed_s REAL NOT NULL, cpu_time_s REAL, memory_bytes INTEGER, "
    "PRIMARY KEY (job_id, attempt, elapsed_s)) WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS monitor_forget AFTER DELETE ON task_copy BEGIN "
    "DELETE FROM monitor_attempt WHERE job_id = OLD.id; "
    "DELETE FROM monitor_sample WHERE job_id = OLD.id; "
    "DELETE FROM monitor_dependency WHERE job_id = OLD.id OR after_id = OLD.id; END",
    # Who waits for whom.
    "CREATE TABLE IF NOT EXISTS monitor_dependency (job_id TEXT NOT NULL, after_id TEXT NOT NULL, "
    "PRIMARY KEY (job_id, after_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS monitor_dependency_after ON monitor_dependency (after_id)",
    # Jobs that repeat.
    "CREATE TABLE IF NOT EXISTS monitor_schedule (id TEXT PRIMARY KEY, name TEXT NOT NULL, "
    "cron TEXT NOT NULL, task_type TEXT NOT NULL, job_blob BLOB NOT NULL, environment TEXT, "
    "params TEXT, enabled INTEGER NOT NULL DEFAULT 1, next_run REAL, last_job_id TEXT, "
    "created_at TEXT NOT NULL, problem TEXT)",
)


def prepare_schema(database: Database) -> None:
    """Make or complete the tables; a file made by DashAI or an older version keeps its rows.

    Raises:
        LocalFolderError: The file was made by a newer version of this program.
    """
    if _is_current(database):
        return
    with database.transaction() as connection:
        _refuse_newer(connection, database)
        connection.execute(_DASHAI_TABLE)
        present = {row[1] for row in connection.execute("PRAGMA table_info(task_copy)")}
        for name, kind in _ADDED_COLUMNS.items():
            if name not in present:
                connection.execute(f"ALTER TABLE task_copy ADD COLUMN {name} {kind}")
        for statement in _STATEMENTS:
            connection.execute(statement)
        schedule = {row[1] for row in connection.execute("PRAGMA table_info(monitor_schedule)")}
        if "problem" not in schedule:
            connection.execute("ALTER TABLE monitor_schedule ADD COLUMN problem TEXT")
        connection.execute(
            "INSERT OR REPLACE INTO monitor_state (key, value) VALUES ('schema_version', ?)",
            (str(SCHEMA_VERSION),),
        )


def stored_version(connection: sqlite3.Connection) -> int:
    """Return the version of our tables in this file; 0 where there are none."""
    exists = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'monitor_state'"
    ).fetchone()
    if not exists:
        return 0
    row = connection.execute(
        "SELECT value FROM monitor_state WHERE key = 'schema_version'"
    ).fetchone()
    return int(row[0]) if row else 0


def _is_current(database: Database) -> bool:
    _refuse_newer(database.connection, database)
    return stored_version(database.connection) == SCHEMA_VERSION


def _refuse_newer(connection: sqlite3.Connection, database: Database) -> None:
    version = stored_version(connection)
    if version > SCHEMA_VERSION:
        raise LocalFolderError(
            f"{database.path} was written by a newer version of this program "
            f"(format {version}; this one writes format {SCHEMA_VERSION}).",
            hint="Install the newer version, or use another folder; nothing was changed.",
        )
