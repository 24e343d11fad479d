"""Signs the jobs of an earlier version anew, so that they run and can be repeated."""

from __future__ import annotations

import json
import logging
from typing import Final

from queue_core.errors import JobQueueError, UntrustedBlobError
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store.connection import Connection, Row
from queue_core.queue.store.database import Database
from queue_core.queue.store.serializer import OLD_MAGIC, Errand, Signer

logger = logging.getLogger(__name__)

# The first version whose signature covers all that is executed.
_WHOLE_SIGNATURES: Final = 4
# Ended jobs that can still be repeated after the update; waiting ones are signed anew in any case.
_MOST_ENDED: Final = 10_000


def sign_anew(database: Database, signer: Signer, version: int) -> int:
    """Give the jobs and schedules of an earlier version today's signature; return how many.

    Args:
        database: The queue's database.
        signer: Signs them, if their old signature is ours.
        version: The version of the file before it was completed.

    Raises:
        JobQueueError: The database cannot be written.
    """
    if version >= _WHOLE_SIGNATURES:
        return 0

    def write(connection: Connection) -> int:
        return sum(
            _sign_table(connection, signer, query, table)
            for table, query in (("task_copy", _JOBS), ("monitor_schedule", _SCHEDULES))
        )

    return database.write(write)


_FIELDS: Final = "id, job_blob, environment"
_JOBS: Final = (
    f"SELECT {_FIELDS} FROM task_copy WHERE origin = '{OUR_ORIGIN}' AND job_blob IS NOT NULL "
    "AND (status IN ('not_started', 'started') OR rowid > "
    f"(SELECT MAX(rowid) - {_MOST_ENDED} FROM task_copy))"
)
_SCHEDULES: Final = f"SELECT {_FIELDS} FROM monitor_schedule"


def _sign_table(connection: Connection, signer: Signer, query: str, table: str) -> int:
    count = 0
    for row in connection.execute(query).fetchall():
        try:
            signed = _signed(signer, row)
        except (UntrustedBlobError, JobQueueError, ValueError, TypeError, AttributeError) as error:
            logger.info("%s: %s", row["id"], error)
            continue
        if signed is not None:
            connection.execute(f"UPDATE {table} SET job_blob = ? WHERE id = ?", (signed, row["id"]))
            count += 1
    return count


def _signed(signer: Signer, row: Row) -> bytes | None:
    blob = row["job_blob"]
    if not isinstance(blob, bytes) or not blob.startswith(OLD_MAGIC):
        return None
    environment = json.loads(row["environment"] or "{}")
    errand = Errand(
        payload=signer.verify_old(blob),
        cwd=environment.get("cwd"),
        import_path=tuple(environment.get("path", ())),
        changes=environment.get("changes", {}),
    )
    return signer.sign(errand, row["id"])
