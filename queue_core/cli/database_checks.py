"""What `doctor` looks at in the databases: are they whole, and who works with them?"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from queue_core.cli.finding import Finding, Verdict
from queue_core.cli.terminal import format_bytes
from queue_core.paths import LocalFolder, queue_url

if TYPE_CHECKING:
    from queue_core.queue.store.database import Database
    from queue_core.queue.store.presence import Consumer


def check_queue_database(folder: LocalFolder) -> Iterator[Finding]:
    """Is the queue's file whole, in the right mode and of a version we know?"""
    if queue_url() is not None:
        return
    from queue_core.queue.store.schema import SCHEMA_VERSION, stored_version

    with _look_into(folder.queue_db) as database:
        if isinstance(database, Finding):
            yield database
            return
        look = list(_integrity(folder.queue_db, database))
        yield from look
        if look[0].verdict is Verdict.BAD:
            return
        mode = database.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            yield Finding(
                "queue mode", Verdict.WARNING, f"{folder.queue_db} is in {mode} mode, not WAL.",
                "It is switched at the next start of the program.",
            )  # fmt: skip
        version = stored_version(database)
        if version > SCHEMA_VERSION:
            yield Finding(
                "queue version", Verdict.BAD,
                f"The queue has format {version}; this program knows {SCHEMA_VERSION}.",
                "Install the newer version of the program.",
            )  # fmt: skip
        else:
            yield Finding("queue version", Verdict.GOOD, f"The queue has format {version}.")


def check_main_database(folder: LocalFolder) -> Iterator[Finding]:
    """Is the database of datasets and results whole?"""
    if queue_url() is not None:
        return
    from queue_core.database.migrations import REVISIONS
    from queue_core.database.sqlite import FileState, look_at

    with _look_into(folder.main_db) as database:
        if isinstance(database, Finding):
            yield database
            return
        yield from _integrity(folder.main_db, database)
    look = look_at(folder.main_db)
    if look.state is FileState.OURS and look.revision not in REVISIONS:
        yield Finding(
            "database version", Verdict.BAD,
            f"The database has revision {look.revision}, which this program does not know.",
            f"Install {look.program_version or 'the newer version of the program'}.",
        )  # fmt: skip


@contextlib.contextmanager
def _look_into(path: Path) -> Iterator[sqlite3.Connection | Finding]:
    """Open a database for reading only, or say why that is not possible."""
    if not path.exists():
        yield Finding(path.name, Verdict.GOOD, f"{path} does not exist yet.")
        return
    if not path.is_file():  # to open a pipe would wait for ever
        yield Finding(
            path.name, Verdict.BAD, f"{path} is a folder, pipe or device, not a database.",
            "Move it away while no program uses it; a new database is made at the next start.",
        )  # fmt: skip
        return
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error as error:
        yield Finding(path.name, Verdict.BAD, f"{path} cannot be opened: {error}.")
        return
    with contextlib.closing(connection):
        yield connection


def _integrity(path: Path, database: sqlite3.Connection) -> Iterator[Finding]:
    try:
        (problem,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        problem = str(error)
    if problem == "ok":
        size = format_bytes(path.stat().st_size)
        yield Finding(path.name, Verdict.GOOD, f"{path} is whole ({size}).")
    else:
        yield Finding(
            path.name, Verdict.BAD, f"{path} is damaged: {problem}.",
            "Close all programs that use it, keep a copy of it, and start the program again.",
        )  # fmt: skip


def check_jobs(folder: LocalFolder) -> Iterator[Finding]:
    """Who runs jobs, does any job wait for nobody, and which are DashAI's?"""
    if queue_url() is not None or not folder.queue_db.exists():
        return
    from queue_core.queue.store.schema import stored_version
    from queue_core.queue.store.sqlite_database import SqliteDatabase

    with _look_into(folder.queue_db) as look:
        if isinstance(look, Finding) or stored_version(look) == 0:
            yield Finding("consumer", Verdict.GOOD, "This program has not used the queue yet.")
            return
    database = SqliteDatabase(folder.queue_db)
    try:
        yield from look_at_jobs(database)
    finally:
        database.close()


def look_at_jobs(database: Database) -> Iterator[Finding]:
    """Say who runs the jobs of a list, and which jobs belong to nobody here."""
    from queue_core.queue.job_record import OUR_ORIGIN
    from queue_core.queue.store.presence import consumers

    running = consumers(database)
    rows = database.read(
        "SELECT status, owner, origin FROM task_copy "
        "WHERE status IN ('not_started', 'started') OR origin IS NULL OR origin <> ?",
        (OUR_ORIGIN,),
    )
    ours = [row for row in rows if row["origin"] == OUR_ORIGIN]
    waiting = sum(row["status"] == "not_started" for row in ours)
    orphans = [
        row for row in ours
        if row["status"] == "started" and not database.owner_is_alive(row["owner"])
    ]  # fmt: skip
    yield from _who_runs(running, waiting)
    if orphans:
        yield Finding(
            "orphans", Verdict.WARNING,
            f"{len(orphans)} jobs are called running, but the program that ran them is gone.",
            "The next program that runs jobs marks them as interrupted; then retry them.",
        )  # fmt: skip
    if foreign := len(rows) - len(ours):
        yield Finding("DashAI jobs", Verdict.GOOD, f"{foreign} jobs belong to DashAI.")


def _who_runs(running: Iterable[Consumer], waiting: int) -> Iterator[Finding]:
    for consumer in running:
        yield Finding(
            "consumer", Verdict.GOOD,
            f"Process {consumer.pid} runs jobs, {consumer.workers} at once; {waiting} wait.",
        )  # fmt: skip
        if consumer.problem:
            yield Finding(
                "consumer", Verdict.WARNING,
                f"Process {consumer.pid} says: {consumer.problem}",
                "It goes on by itself when the cause is gone.",
            )  # fmt: skip
    if not running and waiting:
        yield Finding(
            "consumer", Verdict.WARNING, f"{waiting} jobs wait, and no program runs jobs.",
            "Open the window, or use --wait.",
        )  # fmt: skip
    elif not running:
        yield Finding("consumer", Verdict.GOOD, "No program runs jobs, and no job waits.")
