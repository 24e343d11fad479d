"""Rows of jobs that run at another place: taken for it, followed, adopted, given back.

They have the same life as all others (`lifecycle`). What differs is who claims them, and that they
outlive the program that does: a running one whose program is gone is followed by the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from queue_core.errors import UntrustedBlobError
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.clock import host_id, now_text
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.handover import Claim, claim_of
from queue_core.queue.store.lifecycle import CLAIM
from queue_core.queue.store.messages import add_message, forget_message
from queue_core.queue.store.schema import AWAY, AWAY_ROWS, RUN_ORDER

_NO_PLACE: Final = "The settings have no place named"
UNFOLLOWED: Final = "The settings do not have its place any more, so nobody follows it."
_DEMAND: Final = "cores, asked_memory_bytes, gpus"
_NEXT: Final = (
    f"SELECT rowid, id, message_id, {_DEMAND} FROM {AWAY_ROWS} WHERE {AWAY} AND place = ? "
    f"AND (not_before IS NULL OR not_before <= ?) ORDER BY {RUN_ORDER} LIMIT 1"
)
_RUNS: Final = f"status = 'started' AND origin = '{OUR_ORIGIN}' AND place IS NOT NULL"
_CLAIMED: Final = (
    "id, attempt, owner, started_at, task_type, job_blob, timeout_s, memory_limit_bytes, "
    "max_attempts, retry_delay_s, reuse_key, place"
)


@dataclass(frozen=True)
class Waiting:
    """The job that is next for a place.

    Attributes:
        rowid: Its row.
        job_id: The job.
        cores: What it asks for.
        memory_bytes: What it asks for; 0 where it does not say.
        gpus: What it asks for.
    """

    rowid: int
    job_id: str
    cores: int
    memory_bytes: int
    gpus: int


@dataclass(frozen=True)
class Handed:
    """A claimed job, and what it was handed over with.

    Attributes:
        claim: What was claimed.
        demand: The row that was next.
        ticket: Digest of its ticket; None where nothing was handed over yet.
    """

    claim: Claim
    demand: Waiting
    ticket: str | None


def next_for(database: Database, place: str, now_s: float) -> Waiting | None:
    """Return the job that is next for a place."""
    row = database.read_one(_NEXT, (place, now_s))
    return None if row is None or not isinstance(row["id"], str) else _waiting(row)


def at_unknown_places(
    database: Database, known: Sequence[str], signed_place: Callable[[object, str], str | None]
) -> list[tuple[int, str | None]]:
    """Return the rows that wait for a place that is not known, and the place they were put for.

    Each row is returned once, until it is told so by `note_unknown`.

    Args:
        database: The queue's database.
        known: The places of the settings.
        signed_place: Returns the place that a stored job is signed for; raises where it is not.
    """
    found: list[tuple[int, str | None]] = []
    for row in database.read(
        f"SELECT rowid, id, job_blob FROM {AWAY_ROWS} WHERE {AWAY} "
        f"AND place NOT IN ({','.join('?' * len(known))}) "
        f"AND (place_note IS NULL OR place_note NOT LIKE '{_NO_PLACE}%')",
        tuple(known),
    ):
        try:
            place = signed_place(row["job_blob"], row["id"])
        except (UntrustedBlobError, TypeError, AttributeError):
            place = None  # it ends in error when it is claimed here
        found.append((row["rowid"], place))
    return found


def unfollowed(database: Database, known: Sequence[str]) -> list[str]:
    """Return the jobs that run at places that are not known, and that no program follows."""
    rows = database.read(
        f"SELECT id, owner FROM task_copy WHERE {_RUNS} "
        f"AND place NOT IN ({','.join('?' * len(known))}) AND place_note IS NOT ?",
        (*known, UNFOLLOWED),
    )
    return [
        row["id"] for row in rows
        if isinstance(row["id"], str) and not database.owner_is_alive(row["owner"])
    ]  # fmt: skip


def note_unknown(connection: Connection, rowid: int, place: str | None) -> bool:
    """Let a waiting job wait for the place that it was put for, which the settings do not have."""
    text = None if place is None else f"The settings have no place named {place}."
    return _changed(
        connection,
        "UPDATE task_copy SET place = ?, place_note = ?, last_update = ? "
        "WHERE rowid = ? AND status = 'not_started'",
        (place, text, now_text(), rowid),
    )


def claim(
    connection: Connection, job: Waiting, owner: str, place: str, now_s: float
) -> Claim | None:
    """Take a job for its place, as long as it is still the next one; mark it started."""
    row = connection.execute(_NEXT, (place, now_s)).fetchone()
    if row is None or row["rowid"] != job.rowid:
        return None
    forget_message(connection, row["message_id"])
    found = connection.execute(
        CLAIM, {"now": now_text(), "owner": owner, "host": host_id(), "pid": None,
                "worker": None, "rowid": job.rowid},
    ).fetchone()  # fmt: skip
    return None if found is None else claim_of(found, None)


def handed_over(connection: Connection, claimed: Claim, ticket: str) -> bool:
    """Note what a job is handed over with, before it is."""
    return _changed(
        connection,
        "UPDATE task_copy SET ticket = ? WHERE id = ? AND owner = ? AND attempt = ? "
        "AND status = 'started'",
        (ticket, claimed.job_id, claimed.owner, claimed.attempt),
    )


def began(connection: Connection, claimed: Claim, moment: str) -> bool:
    """Store when a machine has begun a job: until then it has only waited there."""
    return _changed(
        connection,
        "UPDATE task_copy SET started_at = ?, last_update = ? WHERE id = ? AND owner = ? "
        "AND attempt = ? AND status = 'started' AND started_at IS NOT ?",
        (moment, now_text(), claimed.job_id, claimed.owner, claimed.attempt, moment),
    )


def give_back(connection: Connection, claimed: Claim, why: str) -> bool:
    """Let a job wait again that could not be handed over: this attempt has not begun."""
    row = connection.execute(
        "SELECT rowid, requested, priority FROM task_copy WHERE id = ? AND owner = ? "
        "AND attempt = ? AND status = 'started'",
        (claimed.job_id, claimed.owner, claimed.attempt),
    ).fetchone()
    if row is None or row["requested"] == "cancel":
        return False
    message_id = add_message(connection, claimed.job_id.encode(), row["priority"])
    return _changed(
        connection,
        "UPDATE task_copy SET status = 'not_started', started_at = NULL, owner = NULL, "
        "owner_host = NULL, requested = NULL, ticket = NULL, node = NULL, place_note = ?, "
        "message_id = ?, last_update = ? WHERE rowid = ?",
        (why, message_id, now_text(), row["rowid"]),
    )


def ended_among(database: Database, job_ids: Iterable[str]) -> list[str]:
    """Return which of these are jobs of ours that have ended."""
    marks = "SELECT status FROM task_copy WHERE id = ? AND origin = ?"
    found = ((job_id, database.read_one(marks, (job_id, OUR_ORIGIN))) for job_id in job_ids)
    return [
        job_id for job_id, row in found
        if row is not None and row["status"] not in ("not_started", "started")
    ]  # fmt: skip


def counts_at(database: Database, place: str) -> tuple[int, int]:
    """Return how many jobs run at a place, and how many wait for it."""
    row = database.read_one(
        f"SELECT (SELECT COUNT(*) FROM task_copy WHERE {_RUNS} AND place = ?) AS running, "
        f"(SELECT COUNT(*) FROM {AWAY_ROWS} WHERE {AWAY} AND place = ?) AS waiting",
        (place, place),
    )
    return (0, 0) if row is None else (row["running"], row["waiting"])


def counts_by_node(database: Database, place: str) -> dict[str, int]:
    """Return how many jobs run on each machine of a place."""
    rows = database.read(
        f"SELECT node, COUNT(*) AS jobs FROM task_copy WHERE {_RUNS} AND place = ? "
        "AND node IS NOT NULL GROUP BY node",
        (place,),
    )
    return {row["node"]: row["jobs"] for row in rows if isinstance(row["node"], str)}


def ids_at(database: Database, place: str, limit: int) -> list[str]:
    """Return the jobs that run at a place, then those that wait for it, as they will run."""
    rows = database.read(
        f"SELECT id FROM task_copy WHERE {_RUNS} AND place = ? ORDER BY started_at LIMIT ?",
        (place, limit),
    )
    rows += database.read(
        f"SELECT id FROM {AWAY_ROWS} WHERE {AWAY} AND place = ? ORDER BY {RUN_ORDER} LIMIT ?",
        (place, limit - len(rows)),
    )
    return [row["id"] for row in rows if isinstance(row["id"], str)]


def running_at(database: Database, place: str) -> list[Row]:
    """Return the rows of the jobs that run at a place."""
    return database.read(
        f"SELECT rowid, {_CLAIMED}, {_DEMAND}, message_id, ticket FROM task_copy "
        f"WHERE {_RUNS} AND place = ?",
        (place,),
    )


def adopt(connection: Connection, row: Row, owner: str) -> Handed | None:
    """Follow a running job whose program is gone; None where somebody else does by now."""
    found = connection.execute(
        "UPDATE task_copy SET owner = ?, owner_host = ?, pid = NULL, last_update = ? "
        f"WHERE rowid = ? AND {_RUNS} AND owner IS ? RETURNING {_CLAIMED}, ticket",
        (owner, host_id(), now_text(), row["rowid"], row["owner"]),
    ).fetchone()
    if found is None or not isinstance(found["id"], str):
        return None
    ticket = found["ticket"] if isinstance(found["ticket"], str) else None
    return Handed(claim_of(found, None), _waiting(row), ticket)


def reassert(connection: Connection, claimed: Claim) -> bool:
    """Put back the status of a job that runs and that another program has closed."""
    return _changed(
        connection,
        "UPDATE task_copy SET status = 'started', error_msg = NULL, owner = ?, last_update = ? "
        "WHERE id = ? AND attempt = ? AND (status != 'started' OR owner IS NOT ?)",
        (claimed.owner, now_text(), claimed.job_id, claimed.attempt, claimed.owner),
    )


def note(connection: Connection, job_id: str, node: str | None, text: str | None) -> bool:
    """Store where a job is, and what there is to say of it there."""
    return _changed(
        connection,
        "UPDATE task_copy SET node = COALESCE(?, node), place_note = ?, last_update = ? "
        "WHERE id = ? AND status IN ('not_started', 'started') "
        "AND (place_note IS NOT ? OR (CAST(? AS TEXT) IS NOT NULL AND node IS NOT ?))",
        (node, text, now_text(), job_id, text, node, node),
    )


def _waiting(row: Row) -> Waiting:
    def count(name: str, least: int) -> int:
        value = row[name]
        return value if isinstance(value, int) and value > least else least

    return Waiting(
        row["rowid"], row["id"], count("cores", 1), count("asked_memory_bytes", 0), count("gpus", 0)
    )


def _changed(connection: Connection, sql: str, parameters: tuple[object, ...]) -> bool:
    return connection.execute(sql, parameters).rowcount > 0
