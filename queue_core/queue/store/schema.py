"""The tables of the queue's database, shared with DashAI and Huey.

`task_copy` begins with the columns of DashAI 0.10, same names and meaning; ours come behind them,
each nullable or with a default, so that either program opens what the other has made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from queue_core.errors import LocalFolderError
from queue_core.queue.job_record import OUR_ORIGIN, JobStatus
from queue_core.queue.store.columns import COLUMNS, DASHAI_COLUMNS
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.main_metric import FILL_IN
from queue_core.queue.store.sqlite_database import SqliteDatabase

SCHEMA_VERSION = 6
# Since this one the main metric of a job stands in its row.
_WITH_METRICS = 6

# The name of a row whose id cannot be read: this and its number in the table.
DAMAGED_ID = "damaged-row-"


def is_damaged_id(name: str = "id") -> str:
    """Return the condition of an id that is none: not text, or not printable ASCII as all are.

    What is no UTF-8 is found, too: SQLite takes it for characters beyond ASCII, and Python shows it
    with a backslash, which no id has.
    """
    return f"(typeof({name}) != 'text' OR {name} GLOB '*[^ -~]*' OR instr({name}, '\\'))"


def readable_id(row: str = "") -> str:
    """Return the expression of a row's id, or of what stands for it where it cannot be read.

    Args:
        row: The row with a dot, e.g. `NEW.`.
    """
    damaged = is_damaged_id(f"{row}id")
    return f"CASE WHEN {damaged} THEN '{DAMAGED_ID}' || {row}rowid ELSE {row}id END"


# A waiting job of ours that waits for no other job, and is to run here. A query uses the indexes
# below only where it says just this.
_WAITS = (
    f"status = 'not_started' AND origin = '{OUR_ORIGIN}' AND blocked_by = 0 AND requested IS NULL"
)
UNBLOCKED = f"{_WAITS} AND place IS NULL"

# The same of one that is to run at another place.
AWAY = f"{_WAITS} AND place IS NOT NULL"
AWAY_ROWS = "task_copy INDEXED BY monitor_away"

# A waiting job of ours that nothing keeps from running but its place in the queue.
READY = f"{UNBLOCKED} AND (not_before IS NULL OR not_before <= ?)"
NEXT_DUE = f"SELECT MIN(not_before) FROM task_copy WHERE {UNBLOCKED} AND not_before > ?"
RUN_ORDER = "priority DESC, position, rowid"
# Named, because the planner takes the index of the status and sorts all that wait.
READY_ROWS = "task_copy INDEXED BY monitor_ready"

# An active job of somebody else, to be said just so, as above.
NOT_OURS = (
    f"origin IS NOT '{OUR_ORIGIN}' AND status NOT IN ('finished', 'error', 'cancelled', 'killed')"
)

# Failed jobs of ours: nothing else has a fingerprint, and to say no more lets the index suffice.
FAILED = "fingerprint IS NOT NULL"
# Those still without one; those that no later success has put right.
_FAILED_HERE = f"status = 'error' AND origin = '{OUR_ORIGIN}'"
NAMELESS = f"{_FAILED_HERE} AND fingerprint IS NULL"
UNSOLVED = f"{_FAILED_HERE} AND solved_by IS NULL"

# A job of which nobody knows where it stands.
NO_STATUS = f"status NOT IN ({', '.join(repr(status.value) for status in JobStatus)})"

# What schedules of earlier versions lack.
_ADDED_TO_SCHEDULES = {"problem": "TEXT", "entity_open": "INTEGER NOT NULL DEFAULT 0"}

STATEMENTS = (
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
    "CREATE INDEX IF NOT EXISTS monitor_away ON task_copy (place, priority DESC, position) "
    f"WHERE {AWAY}",
    "CREATE INDEX IF NOT EXISTS monitor_retry ON task_copy (retry_of) WHERE retry_of IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS monitor_position ON task_copy (position)",
    # An index ends with the rowid, the order of creation: a page of one status needs no sort.
    "CREATE INDEX IF NOT EXISTS monitor_status ON task_copy (status)",
    "CREATE INDEX IF NOT EXISTS monitor_type ON task_copy (task_type)",
    # What ran when, without a look at the rows: the timeline counts 100,000 of them at once.
    "CREATE INDEX IF NOT EXISTS monitor_started ON task_copy "
    "(started_at, finished_at, status, task_type) WHERE started_at IS NOT NULL",
    # Active rows that are not ours: a damaged one of ours may be among them.
    "DROP INDEX IF EXISTS monitor_foreign",
    f"CREATE INDEX IF NOT EXISTS monitor_others ON task_copy (origin) WHERE {NOT_OURS}",
    f"CREATE INDEX IF NOT EXISTS monitor_unknown ON task_copy (origin) WHERE {NO_STATUS}",
    # Ended jobs whose entity is still to be given up.
    "CREATE INDEX IF NOT EXISTS monitor_entity ON task_copy (entity_open) WHERE entity_open != 0",
    # Failures by what they failed of, with all that is summed up of them; see `store.triage`.
    "CREATE INDEX IF NOT EXISTS monitor_failed ON task_copy (fingerprint, finished_at, solved_by) "
    f"WHERE {FAILED}",
    f"CREATE INDEX IF NOT EXISTS monitor_nameless ON task_copy (fingerprint) WHERE {NAMELESS}",
    "CREATE INDEX IF NOT EXISTS monitor_unsolved ON task_copy (job_name, task_type, params) "
    f"WHERE {UNSOLVED}",
    # Kinds of failures that nobody wants to look at.
    "CREATE TABLE IF NOT EXISTS monitor_ignored (fingerprint TEXT PRIMARY KEY, since TEXT)",
    # The change feed. An id that another program has not given is no reason to fail for it.
    "CREATE TABLE IF NOT EXISTS monitor_change (seq INTEGER PRIMARY KEY, job_id TEXT NOT NULL, "
    "deleted INTEGER NOT NULL)",
    *(
        f"CREATE TRIGGER IF NOT EXISTS monitor_{event} AFTER {event.upper()} ON task_copy BEGIN "
        "INSERT INTO monitor_change (job_id, deleted) "
        f"VALUES ({readable_id(f'{row}.')}, {deleted}); END"
        for event, row, deleted in (
            ("insert", "NEW", 0),
            ("update", "NEW", 0),
            ("delete", "OLD", 1),
        )
    ),
    # Facts about the queue as a whole: schema version, paused.
    "CREATE TABLE IF NOT EXISTS monitor_state (key TEXT PRIMARY KEY, value TEXT)",
    # One row per ended attempt of a job.
    "CREATE TABLE IF NOT EXISTS monitor_attempt (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "started_at TEXT, finished_at TEXT, run_seconds REAL, status TEXT NOT NULL, error_msg TEXT, "
    "traceback TEXT, exit_code INTEGER, exit_signal TEXT, peak_memory_bytes INTEGER, "
    "cpu_time_s REAL, PRIMARY KEY (job_id, attempt))",
    "CREATE INDEX IF NOT EXISTS monitor_attempt_time ON monitor_attempt "
    "(started_at, finished_at, job_id, attempt, status)",
    # Processor time and memory of running jobs, thinned as they age.
    "CREATE TABLE IF NOT EXISTS monitor_sample (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "elapsed_s REAL NOT NULL, cpu_time_s REAL, memory_bytes INTEGER, "
    "PRIMARY KEY (job_id, attempt, elapsed_s)) WITHOUT ROWID",
    # When a running job went over to which phase.
    "CREATE TABLE IF NOT EXISTS monitor_phase (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, "
    "began_s REAL NOT NULL, name TEXT NOT NULL, PRIMARY KEY (job_id, attempt, began_s)) "
    "WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS monitor_forget AFTER DELETE ON task_copy BEGIN "
    "DELETE FROM monitor_attempt WHERE job_id = OLD.id; "
    "DELETE FROM monitor_sample WHERE job_id = OLD.id; "
    "DELETE FROM monitor_phase WHERE job_id = OLD.id; "
    "DELETE FROM monitor_dependency WHERE job_id = OLD.id OR after_id = OLD.id; END",
    # Who waits for whom.
    "CREATE TABLE IF NOT EXISTS monitor_dependency (job_id TEXT NOT NULL, after_id TEXT NOT NULL, "
    "PRIMARY KEY (job_id, after_id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS monitor_dependency_after ON monitor_dependency (after_id)",
    # Jobs that repeat.
    "CREATE TABLE IF NOT EXISTS monitor_schedule (id TEXT PRIMARY KEY, name TEXT NOT NULL, "
    "cron TEXT NOT NULL, task_type TEXT NOT NULL, job_blob BLOB NOT NULL, environment TEXT, "
    "params TEXT, enabled INTEGER NOT NULL DEFAULT 1, next_run REAL, last_job_id TEXT, "
    "created_at TEXT NOT NULL, problem TEXT, entity_open INTEGER NOT NULL DEFAULT 0)",
)


def prepare_schema(database: SqliteDatabase) -> int:
    """Make or complete the tables; a file made by DashAI or an older version keeps its rows.

    Returns:
        The version that the file had before; 0 where our tables were not there.

    Raises:
        LocalFolderError: The file was made by a newer version of this program.
    """
    version = stored_version(database.connection)
    _refuse_newer(version, database)
    if version != SCHEMA_VERSION or not _is_complete(database):
        make_tables(database)
    if 0 < version < _WITH_METRICS:
        database.write(lambda connection: connection.execute(FILL_IN))
    return version


CREATED = re.compile(r"CREATE (TABLE|INDEX|TRIGGER) (?:IF NOT EXISTS )?(\w+)")
# Indexes and triggers as the file must hold them; of tables the name only: they grow.
_EXPECTED = {
    found[2]: (found[1], statement.replace("IF NOT EXISTS ", ""))
    for statement in STATEMENTS
    if (found := CREATED.match(statement))
}


def look_over(database: SqliteDatabase) -> None:
    """Make again what is missing, or is not as the queue needs it.

    Raises:
        JobQueueError: The file cannot be read or written.
    """
    if not _is_complete(database):
        make_tables(database)


def _is_complete(database: SqliteDatabase) -> bool:
    return not _wrong_or_missing(database.read(_THERE))


_THERE = "SELECT name, sql FROM sqlite_master"


def _wrong_or_missing(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return kind and name of what is not there, or is something else."""
    there = {row["name"]: row["sql"] for row in rows}
    return [
        (kind, name)
        for name, (kind, statement) in _EXPECTED.items()
        if name not in there or (kind != "TABLE" and there[name] != statement)
    ]


def make_tables(database: SqliteDatabase) -> None:
    """Make what is missing of the tables, columns, indexes and triggers.

    Raises:
        JobQueueError: The file cannot be written.
    """
    with database.transaction() as connection:
        declared = ", ".join(_declaration(name) for name in DASHAI_COLUMNS)
        connection.execute(f"CREATE TABLE IF NOT EXISTS task_copy ({declared})")
        for kind, name in _wrong_or_missing(connection.execute(_THERE).fetchall()):
            if kind != "TABLE":
                connection.execute(f"DROP {kind} IF EXISTS {name}")
        present = {row[1] for row in connection.execute("PRAGMA table_info(task_copy)")}
        for name in COLUMNS:
            if name not in present:
                connection.execute(f"ALTER TABLE task_copy ADD COLUMN {_declaration(name)}")
        for statement in STATEMENTS:
            connection.execute(statement)
        present = {row[1] for row in connection.execute("PRAGMA table_info(monitor_schedule)")}
        for name, kind in _ADDED_TO_SCHEDULES.items():
            if name not in present:
                connection.execute(f"ALTER TABLE monitor_schedule ADD COLUMN {name} {kind}")
        connection.execute(
            "INSERT INTO monitor_state (key, value) VALUES ('schema_version', ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(SCHEMA_VERSION),),
        )


def _declaration(name: str) -> str:
    return f"{name} {COLUMNS[name].declaration}"


def stored_version(connection: Connection) -> int:
    """Return the version that a file says; 0 where it says none: then all is completed again.

    Raises:
        sqlite3.Error: The file cannot be read.
    """
    exists = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'monitor_state'"
    ).fetchone()
    row = (
        connection.execute(
            "SELECT value FROM monitor_state WHERE key = 'schema_version'"
        ).fetchone()
        if exists
        else None
    )
    text = str(row[0]) if row is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _refuse_newer(version: int, database: SqliteDatabase) -> None:
    if version > SCHEMA_VERSION:
        raise LocalFolderError(
            f"{database.path} was written by a newer version of this program "
            f"(format {version}; this one writes format {SCHEMA_VERSION}).",
            hint="Install the newer version, or use another folder; nothing was changed.",
        )
