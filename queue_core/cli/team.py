"""`dashai-monitor team`: what the server of a shared list is told once, as SQL to look at."""

from __future__ import annotations

import argparse
from typing import Final

from queue_core.cli.terminal import Terminal
from queue_core.errors import ParameterError
from queue_core.paths import queue_url
from queue_core.queue.store.columns import COLUMNS
from queue_core.server_address import ServerAddress, parse_address

_ROLES: Final = """\
-- Who may look, who may put and order jobs, who may run them. Run it as the owner of the list,
-- after the list was opened once, and again after each upgrade:
--     dashai-monitor team roles | psql URL      (psql does not know ?schema=: leave it out there)
-- Then for each person or machine:  CREATE ROLE ann LOGIN; GRANT {list}_submitter TO ann;
BEGIN;
CREATE SCHEMA IF NOT EXISTS {main};
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{list}_reader') THEN
        CREATE ROLE {list}_reader NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{list}_submitter') THEN
        CREATE ROLE {list}_submitter NOLOGIN IN ROLE {list}_reader;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{list}_worker') THEN
        CREATE ROLE {list}_worker NOLOGIN IN ROLE {list}_submitter;
    END IF;
END $$;
GRANT USAGE ON SCHEMA {list}, {main} TO {list}_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA {list}, {main} TO {list}_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA {list}, {main} GRANT SELECT ON TABLES TO {list}_reader;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {list}, {main} TO {list}_submitter;
GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA {list}, {main} TO {list}_submitter;
ALTER DEFAULT PRIVILEGES IN SCHEMA {list}, {main}
    GRANT INSERT, UPDATE, DELETE ON TABLES TO {list}_submitter;
ALTER DEFAULT PRIVILEGES IN SCHEMA {list}, {main}
    GRANT USAGE, UPDATE ON SEQUENCES TO {list}_submitter;
-- Only a worker takes jobs, and nobody changes what a stored job executes.
REVOKE UPDATE ON {list}.task_copy FROM {list}_submitter;
GRANT UPDATE ({of_submitter}) ON {list}.task_copy TO {list}_submitter;
GRANT UPDATE (owner, owner_host) ON {list}.task_copy TO {list}_worker;
COMMIT;
"""
_OF_WORKER: Final = ("id", "job_blob", "owner", "owner_host")


def roles(address: ServerAddress) -> str:
    """Return SQL that makes the roles of a list."""
    names = ", ".join(name for name in COLUMNS if name not in _OF_WORKER)
    return _ROLES.format(list=address.schema, main=address.main_schema, of_submitter=names)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=["roles"], help="roles: print who may do what, as SQL")


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print SQL for the list that `$DASHAI_QUEUE_URL` names."""
    del arguments
    url = queue_url()
    if url is None:
        raise ParameterError(
            "No list on a server is named.",
            hint="Set DASHAI_QUEUE_URL, or use --queue-url postgresql://user@host/database.",
        )
    sql = roles(parse_address(url))
    if terminal.json:
        terminal.document({"sql": sql})
        return 0
    for line in sql.splitlines():
        terminal.line(line)
    return 0
