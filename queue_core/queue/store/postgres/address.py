"""Where a team's list is: the URL, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from queue_core.errors import JobQueueError

DEFAULT_SCHEMA: Final = "dashai_monitor"
_SCHEMES: Final = ("postgresql", "postgres")
# What the name of the channel and of the main database's schema are made of, too.
_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True)
class ServerAddress:
    """The place of one list on a server.

    Attributes:
        url: What libpq is given; it may hold a password, so it is never shown.
        schema: The schema that holds the list; several lists may lie in one database.
        name: Host and database, to be shown.
    """

    url: str
    schema: str
    name: str

    @property
    def channel(self) -> str:
        """On which channel programs tell each other of changes."""
        return f"{self.schema}_changes"


def parse_address(url: str) -> ServerAddress:
    """Return the parts of `postgresql://user@host/database?schema=team`.

    All parameters but `schema` are libpq's own, e.g. `sslmode=verify-full`.

    Raises:
        JobQueueError: It is none, or names a schema that cannot be.
    """
    try:
        parts = urlsplit(url.strip())
        host, database = parts.hostname or "localhost", parts.path.strip("/")
    except ValueError as error:
        raise _refusal(str(error)) from error
    if parts.scheme not in _SCHEMES:
        raise _refusal(f"it begins with “{parts.scheme}:”" if parts.scheme else "it is none")
    options = parse_qsl(parts.query, keep_blank_values=True)
    schema = dict(options).get("schema", DEFAULT_SCHEMA)
    if not _SCHEMA.fullmatch(schema):
        raise JobQueueError(
            f"The URL of the job list names the schema “{schema}”, which cannot be.",
            hint="Use small letters, digits and underscores, 40 at most.",
        )
    rest = [(key, value) for key, value in options if key != "schema"]
    host = dict(rest).get("host", host)
    plain = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(rest), ""))
    suffix = "" if schema == DEFAULT_SCHEMA else f" ({schema})"
    return ServerAddress(plain, schema, f"{host}/{database}{suffix}")


def _refusal(why: str) -> JobQueueError:
    return JobQueueError(
        f"The URL of the job list cannot be used: {why}.",
        hint="Write it like postgresql://user@host/database, or leave it out: the queue is then "
        "a file in the local folder.",
    )
