"""Where a team's list is: the URL, taken apart, and how its server is connected to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from queue_core.errors import JobQueueError, MissingPackageError

DEFAULT_SCHEMA: Final = "dashai_monitor"
_SCHEMES: Final = ("postgresql", "postgres")
# What the name of the channel and of the main database's schema are made of, too.
# A server that is cut off is known to be gone within some 10 s; it learns the same in some 25 s.
_TO_SERVER: Final = {
    "connect_timeout": "5", "keepalives_idle": "10", "keepalives_interval": "5",
    "keepalives_count": "3", "tcp_user_timeout": "10000", "application_name": "dashai-monitor",
    "client_encoding": "UTF8",
}  # fmt: skip
_OF_SESSION: Final = {
    "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000", "TimeZone": "UTC",
    # A program that stands still must not hold the list locked.
    "idle_in_transaction_session_timeout": "30000",
}  # fmt: skip
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

    @property
    def main_schema(self) -> str:
        """Which schema holds the main database."""
        return f"{self.schema}_main"

    def conninfo(self, schema: str, settings: Mapping[str, str]) -> str:
        """Return what libpq is told, with what makes a lost connection known soon.

        Args:
            schema: Where tables are looked for.
            settings: Settings of the session.

        Raises:
            JobQueueError: The URL has a parameter that libpq does not know.
            MissingPackageError: The driver is not installed.
        """
        try:
            from psycopg import ProgrammingError
            from psycopg.conninfo import conninfo_to_dict, make_conninfo
        except ImportError as error:
            raise MissingPackageError(
                "psycopg", extra="team", feature="A shared job list"
            ) from error
        try:
            given = conninfo_to_dict(self.url)
        except ProgrammingError as error:
            # What is wrong with other parts may show a password.
            words = said(error) if "query parameter" in str(error) else "libpq cannot read it"
            raise _refusal(words) from None
        wanted = {"search_path": schema, **_OF_SESSION, **settings}
        options = " ".join(f"-c {name}={value}" for name, value in wanted.items())
        missing = {key: value for key, value in _TO_SERVER.items() if key not in given}
        own = str(given.get("options") or "")
        return make_conninfo(self.url, **missing, options=f"{own} {options}".strip())


def said(error: BaseException | None) -> str:
    """Return what a server, or libpq, says, in a few words without an end.

    libpq tells the whole way to a failure, and in further lines what one might look at.
    """
    told = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    first = next(iter(told.strip().splitlines()), "") or type(error).__name__
    words = first.rpartition(" failed: ")[2].removeprefix("FATAL:")
    return " ".join(words.split()).rstrip(".")[:500]


def parse_address(url: str) -> ServerAddress:
    """Return the parts of `postgresql://user@host/database?schema=team`.

    All parameters but `schema` are libpq's own, e.g. `sslmode=verify-full`.

    Raises:
        JobQueueError: It is none, or names a schema that cannot be.
    """
    try:
        parts = urlsplit(url.strip(), allow_fragments=False)
        host, database = parts.hostname or "localhost", parts.path.strip("/")
    except ValueError as error:
        raise _refusal(str(error)) from error
    if parts.scheme not in _SCHEMES:
        raise _refusal(f"it begins with “{parts.scheme}:”" if parts.scheme else "it is none")
    given = [part for part in parts.query.split("&") if part]
    named = {unquote(key): unquote(value) for key, _, value in (p.partition("=") for p in given)}
    schema = named.get("schema", DEFAULT_SCHEMA)
    if not _SCHEMA.fullmatch(schema):
        raise JobQueueError(
            f"The URL of the job list names the schema “{schema}”, which cannot be.",
            hint="Use small letters, digits and underscores, 40 at most.",
        )
    # The rest is libpq's, byte for byte: it reads a plus sign and a space as what they are.
    rest = "&".join(part for part in given if unquote(part.partition("=")[0]) != "schema")
    plain = f"postgresql://{parts.netloc}{parts.path}{'?' if rest else ''}{rest}"
    suffix = "" if schema == DEFAULT_SCHEMA else f" ({schema})"
    return ServerAddress(plain, schema, f"{named.get('host', host)}/{database}{suffix}")


def _refusal(why: str) -> JobQueueError:
    return JobQueueError(
        f"The URL of the job list cannot be used: {why}.",
        hint="Write it like postgresql://user@host/database, or leave it out: the queue is then "
        "a file in the local folder.",
    )
