"""What the index needs of a list on a server, in a file of this machine: the index attaches it.

It is kept by the server's change feed, as the index is by its own; where that has forgotten what
is needed, a pass goes through the server's table in parts. It can be deleted at any time, too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from queue_core.queue.finding.following import PART_ROWS, Progress
from queue_core.queue.finding.index_file import READ_COLUMNS
from queue_core.queue.finding.remade_file import RemadeFile
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import Database
from queue_core.queue.store.feed import KEPT_CHANGES
from queue_core.queue.store.schema import DAMAGED_ID

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
_NEWEST: Final = "SELECT max(seq) FROM monitor_change"


class Mirror(RemadeFile):
    """A copy of a list on a server.

    Args:
        path: The copy.
        source: The list.
    """

    def __init__(self, path: Path, source: Database) -> None:
        super().__init__(path, version=VERSION, tables=_TABLES, statements=_STATEMENTS)
        self._source = source

    def follow(self) -> bool:
        """Take over what the server's feed tells; return whether it is the same list now."""
        if not self._state("passed") and not self._is_ready_at_once():
            return False
        newest, cursor = self._newest(), self._state("cursor")
        if newest == cursor:
            return True
        if not cursor < newest <= cursor + _MOST_CHANGES:
            return False  # steps do it, and do not keep anybody waiting
        return self._take(cursor, newest)

    def _is_ready_at_once(self) -> bool:
        row = self._source.read_one("SELECT max(rowid) FROM task_copy")
        return (row is None or (row[0] or 0) <= _FEW_ROWS) and self.step().is_ready

    def step(self) -> Progress:
        """Bring the copy nearer to the list; to be called until it is complete."""
        if self._state("passed"):
            newest, cursor = self._newest(), self._state("cursor")
            upto = min(newest, cursor + _MOST_CHANGES)
            if newest == cursor or self._take(cursor, upto):
                return Progress(1, 1, is_complete=upto == newest)
        done = self._state("done")
        if not done:
            newest = self._newest()
            self.write(lambda c: _keep(c, "cursor", newest), durable=False)
        rows = self._source.read(
            f"SELECT {_NAMES} FROM task_copy WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (done, PART_ROWS),
        )
        last = rows[-1]["rowid"] if len(rows) == PART_ROWS else None
        self.write(lambda c: self._put_part(c, done, last, rows), durable=False)
        total = self._source.read_one("SELECT max(rowid) FROM task_copy")
        most = int(total[0] or 0) if total is not None else 0
        return Progress(1, 1) if last is None else Progress(last, max(most, last + 1))

    def _put_part(self, connection: Connection, done: int, last: int | None, rows: Any) -> None:
        """Replace a part of the copy; behind the last one the index is told to compare."""
        span = (done, last if last is not None else 1 << 62)
        connection.execute("DELETE FROM task_copy WHERE rowid > ? AND rowid <= ?", span)
        connection.executemany(_PUT, [tuple(row) for row in rows])
        _keep(connection, "done", last or 0)
        if last is not None:
            return
        _keep(connection, "passed", 1)
        connection.execute("DELETE FROM monitor_change")
        cursor = connection.execute("SELECT value FROM state WHERE key = 'cursor'").fetchone()[0]
        connection.execute("INSERT INTO monitor_change VALUES (?, '', 1)", (cursor,))

    def _take(self, cursor: int, upto: int) -> bool:
        """Take over some of what the feed tells; False where it has forgotten what is needed."""
        oldest = self._source.read_one("SELECT min(seq) FROM monitor_change")
        if upto < cursor or oldest is None or (oldest[0] or 0) > cursor + 1:
            self.write(lambda c: _keep(c, "passed", 0), durable=False)
            return False
        changes = self._source.read(
            "SELECT seq, job_id, deleted FROM monitor_change WHERE seq > ? AND seq <= ? "
            "ORDER BY seq", (cursor, upto),
        )  # fmt: skip
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
            _keep(connection, "cursor", upto)

        self.write(write, durable=False)
        return True

    def _rows(self, names: Iterable[str]) -> list[Any]:
        wanted, found = list(names), []
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            marks = ",".join("?" * len(part))
            found += self._source.read(
                f"SELECT {_NAMES} FROM task_copy WHERE id IN ({marks})", part
            )
        return found

    def _state(self, key: str) -> int:
        row = self.read_one("SELECT value FROM state WHERE key = ?", (key,))
        return 0 if row is None else int(row[0] or 0)

    def _newest(self) -> int:
        row = self._source.read_one(_NEWEST)
        return 0 if row is None else int(row[0] or 0)


def _keep(connection: Connection, key: str, value: int) -> None:
    connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, value))
