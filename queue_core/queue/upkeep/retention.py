"""Clean-up: removes ended jobs that are too old or too many, beside a queue that goes on.

A reading query chooses, short transactions delete, and between two of them everybody else has
their turn. Whatever changes meanwhile is looked at again in the transaction that deletes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from queue_core.paths import LocalFolder, log_files
from queue_core.queue.job_record import OUR_ORIGIN, JobStatus
from queue_core.queue.store import lifecycle
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.database import Database
from queue_core.queue.store.log_place import log_of
from queue_core.queue.values import RetentionPolicy
from queue_core.runner.log.log_lines import delete_log
from queue_core.runner.snapshots.stack_signal import remove_stale_stack_files

BATCH = 500
# A transaction that takes longer than this keeps a job from starting in time: the next is smaller.
_LONG_S = 0.010
_LEAST_BATCH = 20
_LONGEST_PAUSE_S = 0.1
# A log without a row may belong to a row that is just being written, or to one that a person
# brings back from a copy of the database.
_ORPHAN_AGE_S = 24 * 3600.0
_LOG_NAME = re.compile(r"^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?:log|tail[01])$")

_ENDED = tuple(status.value for status in JobStatus if status.is_final)
_ENDED_AT = "COALESCE(finished_at, last_update)"
# Rows that clean-up may take: ours, ended, not pinned, and nobody waits for them.
_REMOVABLE = (
    f"origin = '{OUR_ORIGIN}' AND status IN ({', '.join(repr(status) for status in _ENDED)}) "
    "AND pinned = 0 AND NOT EXISTS (SELECT 1 FROM monitor_dependency d "
    "WHERE d.after_id = task_copy.id)"
)


@dataclass(frozen=True, kw_only=True)
class CleanUpReport:
    """What clean-up has done.

    Attributes:
        removed_for_age: Jobs that ended too long ago.
        removed_for_count: Jobs beyond the number that is kept of their status.
        removed_for_bytes: Jobs whose logs were over the limit of all logs.
        freed_bytes: How much disk their logs and the logs without a job took.
        orphans: Logs that belonged to no job.
        was_stopped: Whether it was told to stop before its end.
        elapsed_s: How long it took.
    """

    removed_for_age: int = 0
    removed_for_count: int = 0
    removed_for_bytes: int = 0
    freed_bytes: int = 0
    orphans: int = 0
    was_stopped: bool = False
    elapsed_s: float = 0.0

    @property
    def removed(self) -> int:
        """All jobs that were removed."""
        return self.removed_for_age + self.removed_for_count + self.removed_for_bytes


def clean_up(
    database: Database,
    folder: LocalFolder,
    policy: RetentionPolicy,
    *,
    batch: int = BATCH,
    should_stop: Callable[[], bool] = lambda: False,
) -> CleanUpReport:
    """Remove ended jobs of ours as *policy* says, with their logs, and logs without a job.

    Waiting, running and pinned jobs, jobs that others wait for, and DashAI's jobs stay. Call it on
    a thread of its own; it may be stopped and called again at any time.

    Args:
        database: The queue's database.
        folder: The local folder.
        policy: What is kept.
        batch: How many jobs one transaction removes at most.
        should_stop: Asked between two transactions.

    Raises:
        JobQueueError: The database cannot be written; what was removed stays removed.
    """
    began = time.monotonic()
    work = _CleanUp(database, folder, batch, should_stop)
    by_age = work.remove(_too_old(policy.max_age_days))
    by_count = work.remove(_too_many(database, policy.max_count))
    by_bytes = work.remove_for_bytes(policy.max_bytes)
    orphans = work.remove_orphans()
    remove_stale_stack_files(folder)
    return CleanUpReport(
        removed_for_age=by_age,
        removed_for_count=by_count,
        removed_for_bytes=by_bytes,
        freed_bytes=work.freed_bytes,
        orphans=orphans,
        was_stopped=work.was_stopped,
        elapsed_s=time.monotonic() - began,
    )


# A condition on `task_copy` with its parameters.
_Choice = tuple[str, tuple[object, ...]]


def _too_old(max_age_days: float | None) -> list[_Choice]:
    if max_age_days is None:
        return []
    oldest = datetime.now(UTC) - timedelta(days=max_age_days)
    return [(f"{_ENDED_AT} < ?", (to_text(oldest),))]


def _too_many(database: Database, max_count: int | None) -> Iterator[_Choice]:
    """Yield what lies behind the newest *max_count* jobs of each status."""
    if max_count is None:
        return
    for status in _ENDED:
        row = database.read_one(
            f"SELECT {_ENDED_AT} AS ended_at, rowid FROM task_copy WHERE status = ? AND "
            f"{_REMOVABLE} ORDER BY ended_at DESC, rowid DESC LIMIT 1 OFFSET ?",
            (status, max_count),
        )
        if row is not None:
            yield (
                f"status = ? AND ({_ENDED_AT}, rowid) <= (?, ?)",
                (status, row["ended_at"], row["rowid"]),
            )


class _CleanUp:
    """One run of clean-up: its pace, and what it has freed."""

    def __init__(
        self, database: Database, folder: LocalFolder, batch: int, should_stop: Callable[[], bool]
    ) -> None:
        self._database = database
        self._folder = folder
        self._most = max(1, batch)
        self._size = self._most
        self._should_stop = should_stop
        self.freed_bytes = 0
        self.was_stopped = False

    def remove(self, choices: Iterable[_Choice]) -> int:
        """Remove the jobs that meet one of the conditions; return how many."""
        removed = 0
        for condition, parameters in choices:
            after = 0
            while self._may_go_on():
                # Without an index each look goes on where the last one ended; with one it would
                # sort all that match.
                rows = self._database.read(
                    f"SELECT rowid FROM task_copy NOT INDEXED WHERE rowid > ? AND {_REMOVABLE} "
                    f"AND {condition} ORDER BY rowid LIMIT ?",
                    (after, *parameters, self._size),
                )
                if not rows:
                    break
                after = rows[-1]["rowid"]
                removed += self._delete([row["rowid"] for row in rows])
        return removed

    def remove_for_bytes(self, max_bytes: int | None) -> int:
        """Remove the jobs that ended first until all logs together fit; return how many."""
        if max_bytes is None or not self._may_go_on():
            return 0
        sizes = _log_sizes(self._folder.logs)
        excess = sum(sizes.values()) - max_bytes
        if excess <= 0:
            return 0
        chosen: list[int] = []
        for rowid, job_id in self._oldest_first(sizes):
            if excess <= 0:
                break
            chosen.append(rowid)
            excess -= sizes[job_id]
        removed = 0
        while chosen and self._may_go_on():
            part, chosen = chosen[: self._size], chosen[self._size :]
            removed += self._delete(part)
        return removed

    def _oldest_first(self, sizes: dict[str, int]) -> Iterator[tuple[int, str]]:
        rows = []
        job_ids = list(sizes)
        for start in range(0, len(job_ids), BATCH):
            part = job_ids[start : start + BATCH]
            rows += self._database.read(
                f"SELECT {_ENDED_AT} AS ended_at, rowid, id FROM task_copy "
                f"WHERE id IN ({','.join('?' * len(part))}) AND {_REMOVABLE}",
                part,
            )
        rows.sort(key=lambda row: (str(row["ended_at"]), row["rowid"]))
        return ((row["rowid"], row["id"]) for row in rows)

    def _delete(self, rowids: list[int]) -> int:
        """Remove these rows as far as they are still removable, then their logs."""
        # What is removed twice after a power cut is no harm, so nobody waits for the disk.
        with self._database.transaction(durable=False) as connection:
            began = time.monotonic()  # waiting for the lock is not holding it
            deleted = lifecycle.forget(connection, rowids, _REMOVABLE)
        self._keep_pace(time.monotonic() - began)
        for job_id in deleted:
            if isinstance(job_id, str):
                self._delete_log(log_of(self._folder.logs, job_id))
        return len(deleted)

    def _keep_pace(self, took_s: float) -> None:
        """Leave the others at least as much time, and choose how many rows come next."""
        if took_s > _LONG_S:
            self._size = max(min(_LEAST_BATCH, self._most), self._size // 2)
        elif took_s < _LONG_S / 3:
            self._size = min(self._most, self._size * 2)
        time.sleep(min(took_s, _LONGEST_PAUSE_S))

    def _delete_log(self, path: Path) -> None:
        freed = sum(_size(file) for file in log_files(path))
        try:
            delete_log(path)
        except OSError:
            return  # it has no job any more, so a later clean-up finds it
        self.freed_bytes += freed

    def remove_orphans(self) -> int:
        """Remove old logs that belong to no job; return how many logs.

        As long as a damaged database lies beside the new one, its logs stay with it.
        """
        if not self._may_go_on() or any(self._folder.root.glob("job_queue.db.damaged-*")):
            return 0
        old = time.time() - _ORPHAN_AGE_S
        candidates = [
            job_id
            for job_id in _log_sizes(self._folder.logs)
            if _newest_change(log_of(self._folder.logs, job_id)) < old
        ]
        orphans = 0
        for start in range(0, len(candidates), BATCH):
            if not self._may_go_on():
                break
            part = candidates[start : start + BATCH]
            marks = ",".join("?" * len(part))
            rows = self._database.read(f"SELECT id FROM task_copy WHERE id IN ({marks})", part)
            for job_id in set(part) - {row["id"] for row in rows}:
                self._delete_log(log_of(self._folder.logs, job_id))
                orphans += 1
        return orphans

    def _may_go_on(self) -> bool:
        self.was_stopped = self.was_stopped or self._should_stop()
        return not self.was_stopped


def _log_sizes(logs: Path) -> dict[str, int]:
    """Return the bytes of each job's log; what is not named like a log is left alone."""
    sizes: dict[str, int] = {}
    for file in (logs / "jobs").glob("*/*"):
        found = _LOG_NAME.match(file.name)
        if found:
            sizes[found[1]] = sizes.get(found[1], 0) + _size(file)
    return sizes


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _newest_change(path: Path) -> float:
    times = []
    for file in log_files(path):
        try:
            times.append(file.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=time.time())
