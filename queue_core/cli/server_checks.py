"""What `doctor` looks at where a team shares its list: the server, the tables, and one's rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from queue_core.cli.database_checks import look_at_jobs
from queue_core.cli.finding import Finding, Verdict
from queue_core.errors import MonitorError
from queue_core.paths import LocalFolder, queue_url
from queue_core.server_address import parse_address

if TYPE_CHECKING:
    from queue_core.queue.store.postgres.database import ServerDatabase

_RIGHTS: Final = (
    "SELECT current_user, "
    "has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), "
    "has_table_privilege(c.oid, 'INSERT'), has_column_privilege(c.oid, 'owner', 'UPDATE') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = ? AND c.relname = 'task_copy'"
)


def check_server(folder: LocalFolder) -> Iterator[Finding]:
    """Does the server of the shared list answer, does it fit, and what may this role do there?"""
    if queue_url() is None:
        return
    try:
        from queue_core.queue.store.postgres.database import ServerDatabase

        database = ServerDatabase(parse_address(queue_url() or ""), folder.root)
        try:
            yield from _look(database)
        finally:
            database.close()
    except MonitorError as error:
        yield Finding("server", Verdict.BAD, error.message, error.hint)


def _look(database: ServerDatabase) -> Iterator[Finding]:
    from queue_core.queue.store.postgres.schema import require_usable

    require_usable(database)
    row = database.read_one("SELECT current_setting('server_version')")
    version = str(row[0]).split()[0] if row else "?"
    yield Finding(
        "server", Verdict.GOOD, f"PostgreSQL {version} answers; the list is {database.name}."
    )
    rights = database.read_one(_RIGHTS, (database.address.schema,))
    if rights is None:
        yield Finding(
            "list", Verdict.GOOD, f"The list {database.name} does not exist yet.",
            "It is made at first use, by a role that may make schemas.",
        )  # fmt: skip
        return
    role, may_look, may_put, may_run = rights
    if not may_look:
        yield Finding(
            "role", Verdict.BAD, f"The role {role} may not look at the list {database.name}.",
            "Have one of the roles granted to it: dashai-monitor team roles prints them.",
        )  # fmt: skip
        return
    allowed = "look, put and order jobs, and run them" if may_run else "look, put and order jobs"
    yield Finding(
        "role", Verdict.GOOD, f"The role {role} may {allowed if may_put else 'only look'}."
    )
    yield from _versions(database)
    yield from look_at_jobs(database)


def _versions(database: ServerDatabase) -> Iterator[Finding]:
    from queue_core.database.migrations import REVISIONS
    from queue_core.queue.store.postgres.schema import stored_versions
    from queue_core.queue.store.schema import SCHEMA_VERSION

    version, _ = stored_versions(database)
    if version > SCHEMA_VERSION:
        yield Finding(
            "list version", Verdict.BAD,
            f"The list has format {version}; this program knows {SCHEMA_VERSION}.",
            "Install the newer version of the program.",
        )  # fmt: skip
    else:
        yield Finding("list version", Verdict.GOOD, f"The list has format {version}.")
    main = database.address.main_schema
    there = database.read_one(
        "SELECT has_schema_privilege(n.oid, 'USAGE') "
        "AND has_table_privilege(c.oid, 'SELECT') FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = ? AND c.relname = 'alembic_version'", (main,),
    )  # fmt: skip
    if there is None:
        yield Finding("shared database", Verdict.GOOD, f"The schema {main} is made at first use.")
        return
    if not there[0]:
        yield Finding(
            "shared database", Verdict.BAD, f"Your role may not look at the schema {main}.",
            "Run what dashai-monitor team roles prints once more.",
        )  # fmt: skip
        return
    row = database.read_one(f"SELECT version_num FROM {main}.alembic_version")
    revision = None if row is None else str(row[0])
    if revision is not None and revision not in REVISIONS:
        yield Finding(
            "shared database", Verdict.BAD,
            f"The database has revision {revision}, which this program does not know.",
            "Install the newer version of the program.",
        )  # fmt: skip
    else:
        yield Finding("shared database", Verdict.GOOD, f"Its revision is {revision}.")
