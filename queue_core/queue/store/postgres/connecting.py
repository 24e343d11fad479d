"""Opens connections to the server, set up as each of them must be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from queue_core.errors import MissingPackageError
from queue_core.queue.store.postgres.dialect import translate
from queue_core.server_address import ServerAddress

try:
    import psycopg
    from psycopg import pq
except ImportError as error:
    raise MissingPackageError("psycopg", extra="team", feature="A shared job list") from error

Driver = psycopg.Connection["ServerRow"]

# Who waits for the disk says so: see `ServerDatabase.sync`.
_SETTINGS: Final = {"synchronous_commit": "off"}
_SHAPES: Final[dict[tuple[str, ...], type[ServerRow]]] = {}


class ServerRow(tuple[Any, ...]):
    """A row of an answer: values by number and by name, as SQLite's rows have them."""

    places: ClassVar[Mapping[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return tuple.__getitem__(self, self.places[key])
        return tuple.__getitem__(self, key)

    def keys(self) -> Iterable[str]:
        """Return the names."""
        return self.places.keys()


def _row_maker(cursor: psycopg.Cursor[Any]) -> Any:
    names = tuple(column.name for column in cursor.description or ())
    shape = _SHAPES.get(names)
    if shape is None:
        places = {name: number for number, name in reversed(list(enumerate(names)))}
        shape = type("ServerRow", (ServerRow,), {"places": places})
        if len(_SHAPES) < 1_000:
            _SHAPES[names] = shape
    return shape


def connect(address: ServerAddress) -> Driver:
    """Return a new connection in autocommit mode.

    Raises:
        psycopg.Error: The server does not answer, or does not let us in.
    """
    connection: Driver = psycopg.Connection.connect(
        address.conninfo(address.schema, _SETTINGS),
        autocommit=True,
        row_factory=_row_maker,
        cursor_factory=psycopg.RawCursor,
    )  # fmt: skip
    return connection


class ServerConnection:
    """A connection that understands the queue's statements.

    Args:
        driver: The driver's connection.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        status = self.driver.info.transaction_status
        return status in (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)

    @property
    def is_idle(self) -> bool:
        """Whether it waits for the next statement, in no transaction."""
        return self.driver.info.transaction_status == pq.TransactionStatus.IDLE

    @property
    def has_failed(self) -> bool:
        """Whether the open transaction can only be rolled back."""
        return self.driver.info.transaction_status == pq.TransactionStatus.INERROR

    def execute(self, sql: str, parameters: Any = (), /) -> psycopg.Cursor[ServerRow]:
        """Run a statement."""
        text, names = translate(sql)
        return self.driver.execute(text.encode(), _values(parameters, names))

    def executemany(self, sql: str, parameters: Any, /) -> psycopg.Cursor[ServerRow]:
        """Run a statement once for each set of parameters."""
        text, names = translate(sql)
        cursor = self.driver.cursor()
        cursor.executemany(text.encode(), [_values(part, names) for part in parameters])
        return cursor

    def command(self, *statements: str) -> None:
        """Run statements of PostgreSQL's own, without parameters, on one way there and back."""
        self.driver.execute("; ".join(statements).encode(), prepare=False)


def _values(parameters: Any, names: Sequence[str]) -> list[object]:
    given: Iterator[object] = iter([parameters[name] for name in names] if names else parameters)
    # Truth values are numbers in the tables.
    return [int(value) if isinstance(value, bool) else value for value in given]
