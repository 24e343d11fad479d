"""The index of the jobs: a file of its own beside the queue's, which can be made anew at any time.

Putting, starting and ending jobs write nothing here, so finding costs them nothing: whoever reads
brings the index up to date first, from the change feed. Where this file is missing, damaged or not
ready, the queue's own table answers, more slowly.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from pathlib import Path
from typing import Final

from queue_core.queue.finding import vocabulary
from queue_core.queue.finding.remade_file import RemadeFile
from queue_core.queue.store.schema import readable_id

VERSION: Final = 5
# A reader does not wait long for another program that brings the index up to date.
_BUSY_MS: Final = 50
_APPLICATION: Final = 0x44414A49  # "DAJI"
_MOST_TEXT: Final = 4_000

_COMPONENTS: Final = ("model", "explorer", "converter", "explainer", "generator", "loader")


def _of_params(*names: str) -> str:
    found = ", ".join(f"json_extract(t.params, '$.{name}')" for name in names)
    value = f"coalesce({found})" if len(names) > 1 else found
    return f"CASE WHEN json_valid(t.params) THEN {value} END"


# What is kept of a job to order and filter by: each column with where it comes from.
COLUMNS: Final = {
    "id": readable_id("t."),
    "status": "t.status",
    "task_type": "t.task_type",
    "job_name": "t.job_name",
    "enqueued_at": "t.enqueued_at",
    "started_at": "t.started_at",
    "finished_at": "t.finished_at",
    "last_update": "t.last_update",
    "duration": "(julianday(coalesce(t.finished_at, 'now')) - julianday(t.started_at)) * 86400",
    "progress": "t.progress",
    "priority": "t.priority",
    "attempt": "t.attempt",
    "peak_memory_bytes": "t.peak_memory_bytes",
    "cpu_time_s": "t.cpu_time_s",
    "error_msg": "substr(t.error_msg, 1, 300)",
    "pinned": "t.pinned",
    "component": _of_params(*_COMPONENTS),
    "dataset": _of_params("dataset_id"),
    "metric": "t.metric",
    "metric_value": "t.metric_value",
    "worker": "CASE WHEN t.place IS NULL THEN t.worker "
    "ELSE t.place || coalesce(' · ' || t.node, '') END",
    "fingerprint": "t.fingerprint",
}  # fmt: skip

# The same columns straight from the queue's table: right at any time, and slow where it is long.
DIRECT: Final = (
    "(SELECT t.rowid AS job, "
    + ", ".join(f"{expression} AS {name}" for name, expression in COLUMNS.items())
    + ", t.params AS params, t.progress_message AS progress_message FROM task_copy t) AS job"
)

# The words of a job, each as a text for the index.
WORDS: Final = {
    "name": "words_of(t.job_name || ' ' || t.task_type)",
    "params": "words_of(t.params)",
    "error": "words_of(coalesce(t.error_msg, '') || ' ' || coalesce(t.error_type, ''))",
}

# The columns of the queue's table that all this reads.
READ_COLUMNS: Final = tuple(
    sorted(set(re.findall(r"\bt\.(\w+)", " ".join((*COLUMNS.values(), *WORDS.values())))))
)

_ONE_MORE: Final = (
    "INSERT INTO tally VALUES (ifnull(NEW.status, ''), ifnull(NEW.task_type, ''), 1) "
    "ON CONFLICT DO UPDATE SET count = count + 1;"
)
_ONE_LESS: Final = (
    "UPDATE tally SET count = count - 1 "
    "WHERE status = ifnull(OLD.status, '') AND task_type = ifnull(OLD.task_type, '');"
)
_STATEMENTS: Final = (
    "CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS job (job INTEGER PRIMARY KEY, "
    + ", ".join(f"{name}" for name in COLUMNS)
    + ", logged INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX IF NOT EXISTS job_id ON job (id)",
    # Of the order of creation too: what is walked should be narrow.
    "CREATE INDEX IF NOT EXISTS by_enqueued_at ON job (job, status, task_type)",
    "CREATE INDEX IF NOT EXISTS by_status ON job (status, job, task_type)",
    "CREATE INDEX IF NOT EXISTS by_task_type ON job (task_type, job, status)",
    "CREATE INDEX IF NOT EXISTS by_fingerprint ON job (fingerprint, job, status, task_type) "
    "WHERE fingerprint IS NOT NULL",
    # How many there are of each kind, so that nobody counts them.
    "CREATE TABLE IF NOT EXISTS tally (status, task_type, count INTEGER NOT NULL, "
    "PRIMARY KEY (status, task_type))",
    f"CREATE TRIGGER IF NOT EXISTS tally_new AFTER INSERT ON job BEGIN {_ONE_MORE} END",
    f"CREATE TRIGGER IF NOT EXISTS tally_gone AFTER DELETE ON job BEGIN {_ONE_LESS} END",
    "CREATE TRIGGER IF NOT EXISTS tally_other AFTER UPDATE OF status, task_type ON job "
    f"BEGIN {_ONE_LESS} {_ONE_MORE} END",
    "CREATE INDEX IF NOT EXISTS unread_logs ON job (job) "
    "WHERE logged = 0 AND status NOT IN ('not_started', 'started')",
    # Of the logs only the words: they lie in files of their own.
    "CREATE VIRTUAL TABLE IF NOT EXISTS log_words USING fts5(line, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(name, params, error, "
    "prefix='1 2', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
    *vocabulary.STATEMENTS,
)  # fmt: skip

_TABLES: Final = ("job", "tally", "state", "words", "log_words", *vocabulary.TABLES)

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(value: object) -> str:
    """Return a text as the index keeps it: bounded, and with the parts of `CamelCase` beside it."""
    if not isinstance(value, str):
        return ""
    text = value[:_MOST_TEXT]
    parted = _HUMP.sub(" ", text)
    return text if parted == text else f"{text} {parted}"


class IndexFile(RemadeFile):
    """The index's database; every connection sees the queue's file as `queue`, to read.

    Args:
        path: The index.
        queue: The queue's file.
    """

    def __init__(self, path: Path, queue: Path) -> None:
        super().__init__(
            path, version=VERSION, tables=_TABLES, statements=_STATEMENTS, patience_s=1.0
        )
        self._queue = queue
        self.following = threading.Lock()

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        # It waits for the disk: nobody's question, but the next step of the indexing.
        connection.execute("PRAGMA wal_autocheckpoint=0")
        # Sorting a million rows for an order takes a file, not the window's memory.
        connection.execute("PRAGMA temp_store=FILE")
        connection.execute("ATTACH DATABASE ? AS queue", (str(self._queue),))
        connection.create_function("words_of", 1, words_of, deterministic=True)
        return connection

    def _lock_file(self, connection: sqlite3.Connection) -> None:
        """Begin a transaction that writes here, and lock no writer out of the queue's file.

        `BEGIN IMMEDIATE` would lock what is attached, too.
        """
        connection.execute("BEGIN")
        try:
            # The cheapest write that needs no table; of these names there is one for each file.
            connection.execute(f"PRAGMA main.application_id={_APPLICATION}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def tidy(self) -> None:
        """Move the journal into the file; neither readers nor writers wait for that."""
        self.read("PRAGMA wal_checkpoint(PASSIVE)")
