"""All columns of `task_copy` in one list, made from the one description of each.

What people see stands in `JobRecord`, what only the queue needs in `_INNER`. The table, the
queries, the reading of rows and the search for damaged ones are made from this list.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Final, get_args, get_origin, get_type_hints

from queue_core.queue.job_record import JobRecord
from queue_core.queue.store.stored import Reader, Stored, json_texts, number, text, whole

# The columns of DashAI 0.10, in its order; the table begins with them.
DASHAI_COLUMNS: Final = (
    "id", "task_type", "job_name", "enqueued_at", "status", "last_update", "error_msg", "pid",
    "progress", "progress_message", "job_blob", "entity_marked",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Its name in the table.
        declaration: Its SQL type with default.
        read: Makes the attribute of a stored value that is not NULL.
        attribute: The attribute of `JobRecord` that it becomes; empty for an inner one.
        is_heavy: Whether lists leave it out.
    """

    name: str
    declaration: str
    read: Reader
    attribute: str = ""
    is_heavy: bool = False


def _blob(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} instead of bytes")
    return value


def _labels(value: object) -> str:
    try:
        json_texts(value)
    except RecursionError as error:
        raise ValueError from error
    return str(value)


_INNER: Final = (
    Column("job_blob", "BLOB", _blob),
    Column("entity_marked", "INTEGER NOT NULL DEFAULT 0", whole),
    Column("run_seconds", "REAL", number),
    Column("paused_seconds", "REAL NOT NULL DEFAULT 0", number),
    # What failures that are alike have in common; see `failures.fingerprint`.
    Column("fingerprint", "TEXT", text),
    # Where its submitter works, for people; what is executed is signed with the job.
    Column("environment", "TEXT", text),
    # The entity of the main database that the job makes, and whether it is still to be given up
    # when the job ends without its own help.
    Column("entity_kind", "TEXT", text),
    Column("entity_id", "INTEGER", whole),
    Column("entity_open", "INTEGER NOT NULL DEFAULT 0", whole),
    # Huey's message for a waiting job.
    Column("message_id", "INTEGER", whole),
    # Who runs it; see `store.owner`.
    Column("owner", "TEXT", text),
    Column("owner_host", "TEXT", text),
    # Its place among the waiting ones, how many jobs it waits for, and what it does if one fails.
    Column("position", "REAL", number),
    Column("blocked_by", "INTEGER NOT NULL DEFAULT 0", whole),
    Column("after_policy", "TEXT", text),
    Column("schedule_id", "TEXT", text),
    Column("retry_delay_s", "REAL", number),
    # Whose used process may run it; NULL: a fresh one.
    Column("reuse_key", "TEXT", text),
    # What it asks of the worker that runs it; see `store.labels`.
    Column("labels", "TEXT", _labels),
    # What it was handed over to its place with: nothing was, before this is written.
    Column("ticket", "TEXT", text),
)


def _shown() -> tuple[Column, ...]:
    hints = get_type_hints(JobRecord, include_extras=True)
    found = []
    for item in dataclasses.fields(JobRecord):
        hint = hints[item.name]
        if get_origin(hint) is Annotated:
            stored = next(part for part in get_args(hint)[1:] if isinstance(part, Stored))
            found.append(
                Column(
                    stored.column or item.name, stored.declaration, stored.read, item.name,
                    stored.is_heavy,
                )
            )  # fmt: skip
    return tuple(found)


SHOWN: Final = _shown()
COLUMNS: Final = {column.name: column for column in (*SHOWN, *_INNER)}
# What `SELECT` names for a whole record, and for one of a list.
WHOLE: Final = ", ".join(("rowid", *(column.name for column in SHOWN)))
LIGHT: Final = ", ".join(("rowid", *(f"NULL AS {c.name}" if c.is_heavy else c.name for c in SHOWN)))


def storage_classes(column: Column) -> tuple[str, ...]:
    """Return what `typeof` may say of a good value of a column."""
    kind = column.declaration.partition(" ")[0]
    return {
        "INTEGER": ("integer", "null"),
        "REAL": ("real", "integer", "null"),
        "BLOB": ("blob", "null"),
    }.get(kind, ("text", "null"))
