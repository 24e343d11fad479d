"""Bring the main database's file into the shape that this program needs, before first use."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from queue_core.database import sqlite
from queue_core.database.lock import file_lock
from queue_core.database.migrations import REVISIONS
from queue_core.database.sqlite import FileLook, FileState
from queue_core.errors import LocalFolderError
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

    from queue_core.server_address import ServerAddress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """What was done to the database before its first use.

    Attributes:
        created: Whether a new, empty database was made.
        migrated_from: The revision that it was brought from; None if it was up to date or new.
        backup: The copy that was kept of it before the migration.
        set_aside: Where a file that could not be read as our database was moved to.
    """

    created: bool = False
    migrated_from: str | None = None
    backup: Path | None = None
    set_aside: Path | None = None

    @property
    def notice(self) -> str:
        """What the user should be told, one or two sentences; empty if nothing."""
        if self.set_aside is not None:
            return (
                "The database could not be read, so a new, empty one was started."
                f" The old file was kept as {self.set_aside}; stored data were left in place."
            )
        return ""


def prepare_database(folder: LocalFolder) -> Preparation:
    """Make, migrate or replace the database's file as needed; safe in several processes at once.

    Raises:
        LocalFolderError: The folder cannot be used, or the database is of a newer program.
    """
    path = folder.main_db
    with _explained(path):
        if _is_current(sqlite.look_at(path), path):
            return Preparation()
        folder.create()
        with file_lock(path.with_name(f"{path.name}.lock")):
            look = sqlite.look_at(path)
            if _is_current(look, path):
                return Preparation()
            return _bring_up(folder, look)


def prepare_server(folder: LocalFolder, address: ServerAddress) -> Preparation:
    """Make or migrate the main database on a server; safe in several programs at once.

    Raises:
        LocalFolderError: The server does not answer, or its database is of a newer program.
    """
    from queue_core.database import server

    engine = server.make_engine(address)
    with server.explained(address), server.disposed(engine):
        with engine.execution_options(read_only=True).connect() as connection:
            if _is_current(server.look_at(connection, address), address.name):
                return Preparation()
        with engine.begin() as connection:  # the others wait meanwhile, and find it done
            server.make_schema(connection, address)
            look = server.look_at(connection, address)
            if _is_current(look, address.name):
                return Preparation()
            is_new = look.state is not FileState.OURS
            _migrate(connection, folder, server.start_ids_after if is_new else None)
    return Preparation(created=is_new, migrated_from=look.revision)


def _is_current(look: FileLook, path: Path | str) -> bool:
    if look.state is not FileState.OURS or look.revision is None:
        return False
    if look.revision == REVISIONS[-1]:
        return True
    if look.revision in REVISIONS:
        return False
    needed = look.program_version or "a newer version"
    raise LocalFolderError(
        f"The database {path} was last used by version {needed} of this program"
        f" (its revision is {look.revision}, this program knows up to {REVISIONS[-1]}).",
        hint=f"Install version {needed} or newer, or choose another local folder.",
    )


def _bring_up(folder: LocalFolder, look: FileLook) -> Preparation:
    path = folder.main_db
    aside = backup = None
    if look.state in (FileState.FOREIGN, FileState.DAMAGED):
        aside = sqlite.set_aside(path, "corrupt")
        logger.error("The database %s could not be read; it was kept as %s.", path, aside)
    elif look.state is FileState.OURS:
        backup = path.with_name(f"{path.name}.before-{REVISIONS[-1]}")
        sqlite.copy_database(path, backup)
        logger.info("Migrating %s from revision %s; a copy is %s.", path, look.revision, backup)
    sqlite.make_private(path)
    is_new = look.state is not FileState.OURS
    _upgrade(folder, is_new=is_new)
    return Preparation(created=is_new, migrated_from=look.revision, backup=backup, set_aside=aside)


def _upgrade(folder: LocalFolder, *, is_new: bool) -> None:
    from sqlalchemy.pool import NullPool

    engine = sqlite.make_engine(folder.main_db, poolclass=NullPool)
    with engine.connect() as connection, sqlite.without_foreign_keys(connection):
        _migrate(connection, folder, sqlite.start_ids_after if is_new else None)


def _migrate(
    connection: Connection, folder: LocalFolder,
    start_ids_after: Callable[[Connection, str, int], None] | None,
) -> None:  # fmt: skip
    """Bring the tables to the newest revision, within the caller's transaction.

    Args:
        connection: Where they are.
        folder: The local folder.
        start_ids_after: Makes a new table give higher ids; None where the tables are old.
    """
    # Imported here, for it takes 50 ms and is needed once in the life of a revision.
    from alembic import command

    command.upgrade(alembic_config(connection), "head")
    _record_program_version(connection)
    if start_ids_after is not None:
        _keep_clear_of_stored_folders(connection, folder, start_ids_after)


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for a command on *connection*."""
    from alembic.config import Config

    from queue_core.database import migrations

    config = Config()
    place = str(Path(migrations.__file__).parent)
    config.set_main_option("script_location", place.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _record_program_version(connection: Connection) -> None:
    from sqlalchemy import delete, insert

    from queue_core.database.tables import DatabaseInfo
    from queue_core.version import __version__

    connection.execute(delete(DatabaseInfo).where(DatabaseInfo.key == "program_version"))
    connection.execute(insert(DatabaseInfo).values(key="program_version", value=__version__))


def _keep_clear_of_stored_folders(
    connection: Connection, folder: LocalFolder,
    start_ids_after: Callable[[Connection, str, int], None],
) -> None:  # fmt: skip
    """Let no new entity take the id of data that a lost database left behind."""
    from queue_core.database.status import EntityKind
    from queue_core.database.storage import stored_folders

    for kind in EntityKind:
        last = 0
        for place in stored_folders(folder, kind, 0):
            if place.parent.is_dir():
                names = (entry.name for entry in os.scandir(place.parent))
                last = max([last, *(int(name) for name in names if name.isdecimal())])
        if last:
            start_ids_after(connection, kind, last)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise LocalFolderError(
            f"The database {path} cannot be used: {error}.",
            hint="See that the folder is yours, writable and not full, or choose another one.",
        ) from error
