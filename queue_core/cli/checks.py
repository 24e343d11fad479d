"""The checks of `doctor`, one function each. They only look: nothing is created or repaired."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from queue_core.cli.finding import Finding, Verdict
from queue_core.cli.place_checks import check_places
from queue_core.cli.terminal import format_bytes
from queue_core.errors import LocalFolderError, MonitorError
from queue_core.extras import install_command
from queue_core.paths import ENVIRONMENT_VARIABLE, LocalFolder

if TYPE_CHECKING:
    from queue_core.queue.store.presence import Consumer

LOW_DISK_BYTES: Final = 2 * 10**9
KEY_BYTES: Final = 32
PACKAGES: Final = (
    "huey", "dill", "SQLAlchemy", "duckdb", "pyarrow", "pandas", "scikit-learn",
    "PySide6-Essentials",
)  # fmt: skip


Check = Callable[[LocalFolder], Iterator[Finding]]


def check_folder(folder: LocalFolder) -> Iterator[Finding]:
    """Is the local folder there, ours, writable, and private?"""
    root = folder.root
    if not root.exists():
        yield Finding(
            "folder", Verdict.GOOD, f"{root} does not exist yet; it is made at first use."
        )
        return
    if not root.is_dir() or not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            "folder", Verdict.BAD, f"{root} cannot be written to.",
            f"Make it writable, or set {ENVIRONMENT_VARIABLE} to another folder.",
        )  # fmt: skip
        return
    yield Finding("folder", Verdict.GOOD, f"{root} can be used.")
    yield from check_permissions(folder)


def check_permissions(folder: LocalFolder) -> Iterator[Finding]:
    """Can other users of this computer read what is ours alone?"""
    if os.name != "posix":
        return
    ours = (folder.monitor, folder.queue_db, folder.main_db, folder.secret_key, folder.settings)
    # Files in a folder that only its owner enters are safe whatever their own mode.
    is_private = _is_private(folder.root)
    is_open = [path for path in ours if not is_private and not _is_private(path)]
    if is_open:
        names = ", ".join(str(path) for path in is_open)
        yield Finding(
            "permissions", Verdict.WARNING, f"Other users can enter or read {names}.",
            f"chmod go= {' '.join(str(path) for path in is_open)}",
        )  # fmt: skip
    else:
        yield Finding("permissions", Verdict.GOOD, "Only you can read jobs and data.")


def _is_private(path: Path) -> bool:
    try:
        return not stat.S_IMODE(path.stat().st_mode) & 0o077
    except FileNotFoundError:
        return True


def check_disk(folder: LocalFolder) -> Iterator[Finding]:
    """Is there room for datasets and results?"""
    place = next(path for path in (folder.root, *folder.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < LOW_DISK_BYTES:
        yield Finding(
            "disk", Verdict.WARNING, f"Only {format_bytes(free)} are free on the disk of {place}.",
            "Delete what is not needed: a dataset needs up to its own size again.",
        )  # fmt: skip
    else:
        yield Finding("disk", Verdict.GOOD, f"{format_bytes(free)} are free.")


def check_queue_database(folder: LocalFolder) -> Iterator[Finding]:
    """Is the queue's file whole, in the right mode and of a version we know?"""
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


def check_key(folder: LocalFolder) -> Iterator[Finding]:
    """Is the key there that signs stored jobs?"""
    path = folder.secret_key
    if not path.exists():
        yield Finding("key", Verdict.GOOD, f"{path} does not exist yet; it is made at first use.")
    elif path.stat().st_size < KEY_BYTES:
        yield Finding(
            "key", Verdict.BAD, f"{path} is damaged.",
            "Move it away; jobs that wait must then be submitted again.",
        )  # fmt: skip
    else:
        yield Finding("key", Verdict.GOOD, f"{path} is there.")


def check_settings(folder: LocalFolder) -> Iterator[Finding]:
    """Can every setting be read?"""
    from queue_core.settings.store import read_problems

    problems = read_problems(folder.settings)
    for problem in problems:
        yield Finding("settings", Verdict.WARNING, problem, f"Correct it in {folder.settings}.")
    if not problems:
        yield Finding("settings", Verdict.GOOD, "The settings can be read.")


def check_jobs(folder: LocalFolder) -> Iterator[Finding]:
    """Who runs jobs, does any job wait for nobody, and which are DashAI's?"""
    if not folder.queue_db.exists():
        return
    from queue_core.queue.job_record import OUR_ORIGIN
    from queue_core.queue.store.presence import consumers
    from queue_core.queue.store.schema import stored_version
    from queue_core.queue.store.sqlite_database import SqliteDatabase

    with _look_into(folder.queue_db) as look:
        if isinstance(look, Finding) or stored_version(look) == 0:
            yield Finding("consumer", Verdict.GOOD, "This program has not used the queue yet.")
            return
    database = SqliteDatabase(folder.queue_db)
    try:
        running = consumers(database)
        rows = database.read(
            "SELECT status, owner, origin FROM task_copy "
            "WHERE status IN ('not_started', 'started') OR origin IS NOT ?",
            (OUR_ORIGIN,),
        )
    finally:
        database.close()
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


def check_packages(folder: LocalFolder) -> Iterator[Finding]:
    """Which versions work together here?"""
    del folder
    from queue_core.version import __version__

    versions = [f"{name} {_version(name) or 'missing'}" for name in PACKAGES]
    yield Finding(
        "versions", Verdict.GOOD,
        f"dashai-monitor {__version__}, Python {platform.python_version()} on "
        f"{platform.platform()}; {', '.join(versions)}.",
    )  # fmt: skip
    if _version("PySide6-Essentials") is None:
        yield Finding(
            "window", Verdict.WARNING, "The window's packages are not installed.",
            install_command("gui"),
        )  # fmt: skip
    found = _version("dashai")
    yield Finding(
        "DashAI", Verdict.GOOD,
        f"DashAI {found} is installed." if found else "DashAI is not installed; it is not needed.",
    )  # fmt: skip


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def check_job_types(folder: LocalFolder) -> Iterator[Finding]:
    """Can the job types of other packages be used?"""
    del folder
    from queue_core.jobs.registry import job_type_problems, job_types

    for problem in job_type_problems():
        yield Finding(
            "job types", Verdict.WARNING, problem.message, f"Repair or update {problem.package}."
        )
    others = [item for item in job_types().values() if not item.is_built_in]
    if others:
        listed = ", ".join(f"{item.name} ({item.package})" for item in others)
        yield Finding("job types", Verdict.GOOD, f"Other packages bring {listed}.")


def check_components(folder: LocalFolder) -> Iterator[Finding]:
    """Can the components of other packages be used?"""
    del folder
    from queue_core.components.registry import ComponentKind, component_problems, components

    for problem in component_problems():
        yield Finding(
            "components", Verdict.WARNING, problem.message, f"Repair or update {problem.package}."
        )
    count = sum(len(components(kind)) for kind in ComponentKind)
    yield Finding("components", Verdict.GOOD, f"{count} components can be used.")


CHECKS: Final[tuple[Check, ...]] = (
    check_folder, check_disk, check_queue_database, check_main_database, check_key,
    check_settings, check_places, check_jobs, check_packages, check_job_types, check_components,
)  # fmt: skip


def run_checks(folder: LocalFolder) -> Iterator[Finding]:
    """Yield what each check finds; one that cannot be made is a finding, too."""
    for check in CHECKS:
        try:
            yield from check(folder)
        except LocalFolderError as error:
            yield Finding(_name(check), Verdict.BAD, error.message, error.hint)
        except sqlite3.DatabaseError as error:
            yield Finding(
                _name(check), Verdict.BAD, f"A database cannot be read: {error}.",
                "Close all programs that use it, keep a copy of it, and start the program again.",
            )  # fmt: skip
        except (MonitorError, OSError) as error:
            yield Finding(_name(check), Verdict.BAD, f"This could not be looked at: {error}.")


def _name(check: Check) -> str:
    name: str = getattr(check, "__name__", "check")
    return name.removeprefix("check_").replace("_", " ")
