"""The words of the logs of ended jobs: the end of each log, read once, the newest jobs first."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from queue_core.paths import log_files
from queue_core.queue.finding.index_file import IndexFile
from queue_core.queue.store.log_place import log_of
from queue_core.runner.log.logs import read_log

# What is found of a log: why a job failed stands at its end.
MOST_LINES: Final = 500
MOST_CHARACTERS: Final = 30_000
# A step ends after so long: others want the disk, and the lock on the index, too.
_STEP_S: Final = 0.1
_PART: Final = 500

_NOT_READ: Final = (
    "SELECT job, id FROM job WHERE logged = 0 AND status NOT IN ('not_started', 'started') "
    "ORDER BY job DESC LIMIT ?"
)


def index_logs(index: IndexFile, logs: Path) -> bool:
    """Read the logs of some jobs that have ended; return whether none is left."""
    asked = index.read(_NOT_READ, (_PART,))
    if not asked:
        return True
    found: list[tuple[int, str]] = []
    deadline = time.monotonic() + _STEP_S
    for job, job_id in asked:
        found.append((job, _end_of(log_of(logs, job_id)) if isinstance(job_id, str) else ""))
        if time.monotonic() > deadline:
            break
    with index.following, index.transaction(durable=False) as connection:
        connection.executemany(
            "INSERT INTO log_words (rowid, line) VALUES (?, ?)", [pair for pair in found if pair[1]]
        )
        connection.executemany("UPDATE job SET logged = 1 WHERE job = ?", [(j,) for j, _ in found])
    return len(found) == len(asked) < _PART


def _end_of(path: Path) -> str:
    if not any(file.exists() for file in log_files(path)):
        return ""
    lines = [line.text for line in read_log(path, limit=MOST_LINES)]
    return "\n".join(lines)[-MOST_CHARACTERS:]
