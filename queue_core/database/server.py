"""Everything that only the main database on a server needs; the counterpart of `sqlite`.

A list's main database lies in a schema beside it. Writers take turns here as they do in a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from queue_core.database.sqlite import BUSY_TIMEOUT_S, FileLook, FileState
from queue_core.errors import LocalFolderError, MonitorError
from queue_core.server_address import ServerAddress, said

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

# Few at once: each program of a team has its own.
_KEPT: Final = 2
_MORE: Final = 14
_ROLES: Final = "Ask whoever looks after the list for a role that may do that."
# By SQLSTATE, which depends neither on the words nor on the language of a server.
_SENTENCES: Final = {
    "42501": ("Your role may not do this in the shared database", _ROLES),
    "25006": ("The shared database can only be read here", _ROLES),
    "53100": ("The disk of the shared database's server is full", "Free some space there."),
    "55P03": ("Another program holds the shared database locked", "Try again in a moment."),
    "25P03": ("The shared database's server has ended a change that stood still", "Try again."),
}
# It goes down, was killed, or is just starting.
_AWAY: Final = frozenset({"57P01", "57P02", "57P03"})


def make_engine(
    address: ServerAddress, *, json_serializer: Callable[[Any], str] = json.dumps
) -> Engine:
    """Return an engine on the main database, whose writers take turns.

    Transactions with the execution option `read_only` neither wait nor make wait. A commit waits
    for the server's disk unless the execution option `durable` is False.

    Args:
        address: The server.
        json_serializer: Writes JSON columns.

    Raises:
        MissingPackageError: The driver is not installed.
    """
    conninfo = address.conninfo(address.main_schema, {})

    import psycopg
    from psycopg.types.json import set_json_dumps
    from sqlalchemy import create_engine, event

    def connect() -> Any:
        connection = psycopg.connect(conninfo)
        set_json_dumps(json_serializer, connection)
        return connection

    engine = create_engine(
        "postgresql+psycopg://", creator=connect, pool_pre_ping=True, pool_size=_KEPT,
        max_overflow=_MORE, json_serializer=json_serializer,
    )  # fmt: skip
    key = _lock_key(address)

    def begin(connection: Connection) -> None:
        chosen = connection.get_execution_options()
        if chosen.get("read_only"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            return
        if not chosen.get("durable", True):
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        # As long as one waits for a file; else whoever stands still would keep all others waiting.
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})")

    event.listen(engine, "begin", begin)
    return engine


@contextlib.contextmanager
def disposed(engine: Engine) -> Iterator[None]:
    """Close the connections of an engine at the end."""
    try:
        yield
    finally:
        engine.dispose()


def _lock_key(address: ServerAddress) -> int:
    digest = hashlib.sha256(f"dashai-monitor\0{address.main_schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def look_at(connection: Connection, address: ServerAddress) -> FileLook:
    """Say what is there."""
    there = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s "
        "AND tablename IN ('alembic_version', 'database_info')",
        (address.main_schema,),
    ).scalar()
    if there != 2:
        return FileLook(FileState.MISSING)
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    version = connection.exec_driver_sql(
        "SELECT value FROM database_info WHERE key = 'program_version'"
    ).scalar()
    if revision is None:
        return FileLook(FileState.MISSING)
    return FileLook(FileState.OURS, revision=str(revision), program_version=version)


def make_schema(connection: Connection, address: ServerAddress) -> None:
    """Make the schema, unless it is there."""
    there = connection.exec_driver_sql(
        "SELECT 1 FROM pg_namespace WHERE nspname = %s", (address.main_schema,)
    ).scalar()
    if there is None:
        connection.exec_driver_sql(f"CREATE SCHEMA {address.main_schema}")


def start_ids_after(connection: Connection, table: str, last_id: int) -> None:
    """Make a new table give ids above *last_id*."""
    connection.exec_driver_sql(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last_id)
    )


def refusal(error: BaseException | None) -> LocalFolderError | None:
    """Return what a server of ours did as an error for people; None: a mistake of the program."""
    state = getattr(error, "sqlstate", None)
    if state in _SENTENCES:
        what, hint = _SENTENCES[state]
        return LocalFolderError(f"{what}: {said(error)}.", hint=hint)
    kinds = type(error).__mro__ if error is not None else ()
    if all(f"{kind.__module__}.{kind.__name__}" != "psycopg.OperationalError" for kind in kinds):
        return None
    if state is None or state.startswith("08") or state in _AWAY:
        return LocalFolderError(
            f"The server of the shared database does not answer: {said(error)}.",
            hint="See that it runs and can be reached, and try again.",
        )
    return LocalFolderError(
        f"The shared database could not be used: {said(error)}.",
        hint="Try again; if it stays so, ask whoever looks after the server.",
    )


@contextlib.contextmanager
def explained(address: ServerAddress) -> Iterator[None]:
    """Turn what a server says to the making of the tables into a sentence.

    Raises:
        LocalFolderError: It does not answer, or the role may not make them.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except MonitorError:
        raise
    except DBAPIError as error:
        known = refusal(error.orig)
        if known is not None:
            raise known from error
        raise LocalFolderError(
            f"The shared database ({address.name}) cannot be used: {said(error.orig)}.",
            hint="See that the server can be reached, and that your role may use the schema "
            f"{address.main_schema}.",
        ) from error
