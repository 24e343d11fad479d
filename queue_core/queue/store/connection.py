"""What the queue's SQL is run on: the small surface that both databases have.

The statements are SQLite's, in the part of it that `postgres.dialect` can say in PostgreSQL's
words. What only one of them knows stays in its own modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Parameters = Sequence[object] | Mapping[str, object]


class Row(Protocol):
    """A row of an answer; values by name and by number."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return one value."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values."""

    def __len__(self) -> int:
        """Return how many values there are."""

    def keys(self) -> Iterable[str]:
        """Return the names."""


class Cursor(Protocol):
    """What a statement has come to."""

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""

    def fetchone(self) -> Any:
        """Return the next row; None behind the last."""

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the rows."""


class Connection(Protocol):
    """An open transaction, as whoever changes rows sees it."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor:
        """Run a statement."""

    def executemany(self, sql: str, parameters: Any, /) -> Cursor:
        """Run a statement once for each set of parameters."""
