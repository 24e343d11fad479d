"""What the index needs of a list on a server, in a file of this machine: the index attaches it.

It is kept by the server's change feed, as the index is by its own; where that has forgotten what
is needed, a pass goes through the server's table in parts. It can be deleted at any time, too.

Any number of threads and programs keep the same file. Each reads the server first and writes then;
so what it writes counts only where the copy still stands where it stood before.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from queue_core.errors import JobQueueError
from queue_core.queue.finding.following import PART_ROWS, Progress
from queue_core.queue.finding.index_file import READ_COLUMNS
from queue_core.queue.finding.remade_file import RemadeFile
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.feed import KEPT_CHANGES
from queue_core.queue.store.schema import DAMAGED_ID

# Without the index a long list takes longer than this.
_PATIENCE_S: Final = 2.0
_FEW_ROWS: Final = 1_000
_MOST_CHANGES: Final = 2_000
_MANY: Final = 500
_COLUMNS: Final = ("rowid", *(name for name in READ_COLUMNS if name != "rowid"))
_NAMES: Final = ", ".join(_COLUMNS)
_STATEMENTS: Final = (
    f"CREATE TABLE task_copy (rowid INTEGER PRIMARY KEY, {', '.join(_COLUMNS[1:])})",
    "CREATE INDEX task_id ON task_copy (id)",
    "CREATE TABLE monitor_change (seq INTEGER PRIMARY KEY, job_id TEXT NOT NULL, deleted INTEGER)",
    "CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID",
)
_TABLES: Final = ("task_copy", "monitor_change", "state")
# Whatever the index comes to read is copied, and a copy that lacks it is made anew.
VERSION: Final = zlib.crc32("\n".join(_STATEMENTS).encode()) >> 1
_PUT: Final = (
    f"INSERT OR REPLACE INTO task_copy ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_STATE: Final = "SELECT key, value FROM state"
_FEED: Final = (
    "SELECT (SELECT min(seq) FROM monitor_change), (SELECT max(seq) FROM monitor_change), "
    "(SELECT job_id FROM monitor_change WHERE seq = ?)"
)


class OtherListError(JobQueueError):
    """The server's list is not the one that was copied: it was restored, or has lost changes."""


class _State(NamedTuple):
    """Where the copy stands.

    Attributes:
        passed: 1 where a pass has come to its end, so that the feed is enough.
        done: The last row that the pass under way has copied; 0: it begins.
        cursor: The last change that is in the copy, or the newest one when the pass began.
    """

    passed: int = 0
    done: int = 0
    cursor: int = 0


class Mirror(RemadeFile):
    """A copy of a list on a server.

    Args:
        path: The copy.
        source: The list.
    """

    def __init__(self, path: Path, source: Database) -> None:
        super().__init__(path, version=VERSION, tables=_TABLES, statements=_STATEMENTS)
        self._source = source
        self._following = threading.Lock()

    def follow(self) -> bool:
        """Take over what the server's feed tells; return whether it is the same list now.

        Raises:
            OtherListError: It is the copy of another list.
            JobQueueError: The list or the copy cannot be used.
        """
        if not self._following.acquire(timeout=_PATIENCE_S):
            return False
        try:
            return self._follow()
        finally:
            self._following.release()

    def _follow(self) -> bool:
        state = self._state()
        if not state.passed and self._is_short():
            self._pass_on(state)
            state = self._state()
        if not state.passed:
            return False
        # Asked for after the state: what another program has taken over meanwhile is no riddle.
        newest = self._feed(state)
        if newest == state.cursor:
            return True
        if newest > state.cursor + _MOST_CHANGES:
            return False  # steps do it, and do not keep anybody waiting
        return self._take(state, newest)

    def _is_short(self) -> bool:
        row = self._source.read_one("SELECT max(rowid) FROM task_copy")
        return row is None or (row[0] or 0) <= _FEW_ROWS

    def step(self) -> Progress:
        """Bring the copy nearer to the list; to be called until it is complete.

        Raises:
            OtherListError: It is the copy of another list.
            JobQueueError: The list or the copy cannot be used.
        """
        with self._following:
            state = self._state()
            if not state.passed:
                return self._pass_on(state)
            newest = self._feed(state)
            if newest == state.cursor:
                return Progress(1, 1, is_complete=True)
            upto = min(newest, state.cursor + _MOST_CHANGES)
            is_taken = self._take(state, upto)
            return Progress(1, 1, is_complete=is_taken and upto == newest)

    def _pass_on(self, state: _State) -> Progress:
        """Copy a part of the table."""
        if not state.done:
            begun = _State(cursor=self._newest())
            if not self._put(state, begun):
                return Progress(0, 1)
            state = begun
        rows = self._source.read(
            f"SELECT {_NAMES} FROM task_copy WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (state.done, PART_ROWS),
        )
        last = rows[-1]["rowid"] if len(rows) == PART_ROWS else None
        row = self._source.read_one(
            "SELECT max(rowid), (SELECT job_id FROM monitor_change WHERE seq = ?) FROM task_copy",
            (state.cursor,),
        )
        most, job_id = (0, None) if row is None else (int(row[0] or 0), row[1])

        def write(connection: Connection) -> None:
            """Replace a part of the copy; behind the last one the index is told to compare."""
            span = (state.done, last if last is not None else 1 << 62)
            connection.execute("DELETE FROM task_copy WHERE rowid > ? AND rowid <= ?", span)
            connection.executemany(_PUT, [tuple(row) for row in rows])
            if last is None:
                connection.execute("DELETE FROM monitor_change")
                connection.execute(
                    "INSERT INTO monitor_change VALUES (?, ?, 1)", (state.cursor, job_id or "")
                )

        after = state._replace(passed=int(last is None), done=last or 0)
        if not self._put(state, after, write):
            return Progress(state.done, state.done + 1)
        return Progress(1, 1) if last is None else Progress(last, max(most, last + 1))

    def _take(self, state: _State, upto: int) -> bool:
        """Take over some of what the feed tells; return whether it is in the copy now.

        Where the feed has forgotten what is needed, the next step begins a pass.
        """
        changes = self._source.read(
            "SELECT seq, job_id, deleted FROM monitor_change WHERE seq > ? AND seq <= ? "
            "ORDER BY seq", (state.cursor, upto),
        )  # fmt: skip
        oldest = self._source.read_one("SELECT min(seq) FROM monitor_change")
        if oldest is None or (oldest[0] or 0) > state.cursor + 1:
            self._put(state, state._replace(passed=0, done=0))
            return False
        ids = sorted({row["job_id"] for row in changes})
        rows = self._rows(name for name in ids if not name.startswith(DAMAGED_ID))

        def write(connection: Connection) -> None:
            connection.executemany("DELETE FROM task_copy WHERE id = ?", [(name,) for name in ids])
            connection.executemany(_PUT, [tuple(row) for row in rows])
            connection.executemany(
                "INSERT OR REPLACE INTO monitor_change VALUES (?, ?, ?)",
                [tuple(row) for row in changes],
            )
            connection.execute("DELETE FROM monitor_change WHERE seq <= ?", (upto - KEPT_CHANGES,))

        return self._put(state, state._replace(cursor=upto), write)

    def _put(
        self, before: _State, after: _State, write: Callable[[Connection], None] | None = None
    ) -> bool:
        """Write, unless the copy has moved since *before* was read; return whether it was done."""

        def change(connection: Connection) -> bool:
            if _state_in(connection.execute(_STATE).fetchall()) != before:
                return False
            if write is not None:
                write(connection)
            connection.executemany(
                "INSERT OR REPLACE INTO state VALUES (?, ?)", list(after._asdict().items())
            )
            return True

        return self.write(change, durable=False)

    def _rows(self, names: Iterable[str]) -> list[Any]:
        wanted, found = list(names), []
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            marks = ",".join("?" * len(part))
            found += self._source.read(
                f"SELECT {_NAMES} FROM task_copy WHERE id IN ({marks})", part
            )
        return found

    def _state(self) -> _State:
        return _state_in(self.read(_STATE))

    def _newest(self) -> int:
        row = self._source.read_one("SELECT max(seq) FROM monitor_change")
        return 0 if row is None else int(row[0] or 0)

    def _feed(self, state: _State) -> int:
        """Return the newest number of the server's feed.

        Numbers of a list that was restored, or whose server has lost what its disk did not have,
        are given a second time: the last change that was copied must be the same one there.

        Raises:
            OtherListError: It is not.
        """
        row = self._source.read_one(_FEED, (state.cursor,))
        oldest, newest, theirs = (0, 0, None) if row is None else (row[0] or 0, row[1] or 0, row[2])
        row = self.read_one("SELECT job_id FROM monitor_change WHERE seq = ?", (state.cursor,))
        own = row[0] if row is not None and oldest <= state.cursor else ""
        if newest < state.cursor or (own and own != theirs):
            raise OtherListError(f"The list {self._source.name} is not the one of the copy.")
        return int(newest)


def forget(connection: Connection) -> None:
    """Begin again: what is known here is of another list.

    Args:
        connection: One that sees the copy as `queue`.
    """
    connection.execute("DELETE FROM queue.monitor_change")
    connection.execute("DELETE FROM queue.state")


def _state_in(rows: Iterable[Any]) -> _State:
    return _State(**{row[0]: int(row[1] or 0) for row in rows})
