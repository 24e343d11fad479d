"""Fills a local folder with jobs of every kind and state, through the queue's own code."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from queue_core.jobs.base import BaseJob
from queue_core.paths import log_path
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.store import handover, lifecycle
from queue_core.queue.store.clock import to_text
from queue_core.queue.store.owner import Owner
from queue_core.queue.worker_name import worker_name
from queue_core.runner.log.log_lines import LOGGING
from queue_core.runner.log.log_records import encode_packets
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome

TRACEBACK = """Traceback (most recent call last):
  File "/home/ana/study/prepare.py", line 41, in load
    table = read(path, header=True)
  File "/home/ana/study/.venv/lib/python3.11/site-packages/pandas/io/parsers.py", line 1026, in read
    return _read(filepath, kwds)
  File "/home/ana/study/.venv/lib/python3.11/site-packages/pandas/io/parsers.py", line 620, in _read
    parser = TextFileReader(filepath, **kwds)
ValueError: Error tokenizing data: Expected 5 fields in line 104, saw 6

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/home/ana/study/prepare.py", line 52, in run
    table = load(self.kwargs["path"])
  File "/home/ana/study/prepare.py", line 44, in load
    raise DataError(f"Line 104 of {path.name} has 6 values where the header has 5.") from error
queue_core.errors.DataError: Line 104 of iris.csv has 6 values where the header has 5.
"""


@dataclass(frozen=True)
class Seed:
    """One job to store.

    Attributes:
        name: What the user sees.
        kind: Name of the job's class.
        end: How it ended; None: it waits, or runs where `progress` is set.
        seconds: How long it ran.
        ago_s: How long ago it started.
        progress: Percent, of a running job; -1: unknown.
        phase: Its phase.
        error: What went wrong.
        params: Its parameters.
        result: What it returned.
    """

    name: str
    kind: str = "DatasetJob"
    end: EndReason | None = None
    seconds: float = 4.2
    ago_s: float = 600
    progress: float | None = None
    phase: str = ""
    error: ErrorReport | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None


def _job(kind: str, name: str, params: Mapping[str, Any]) -> BaseJob:
    """Return a job whose class has this name, as real ones are called."""

    class Stored(BaseJob):
        def run(self) -> None:
            time.sleep(0)

    Stored.__name__ = Stored.__qualname__ = kind
    return Stored(name=name, **params)


LINE_104 = ErrorReport(
    "DataError", "Line 104 of iris.csv has 6 values where the header has 5.",
    "Correct it, or choose under “Rows of another length” (bad_rows) to leave such rows out or to "
    "fill short ones; the "
    "delimiter or quote may be another, too.", TRACEBACK,
    ({"type": "ValueError", "message": "Expected 5 fields in line 104, saw 6"},),
)  # fmt: skip
NO_MEMORY = ErrorReport(
    "MemoryLimit", "Memory limit 4.0 GiB exceeded, peak 4.1 GiB, during “Training LightGBM”.",
    "Raise the job's memory limit, or work on fewer rows or columns.",
)  # fmt: skip
PENGUINS = {
    "rows": 344,
    "columns": [{"name": "species", "type": "category"}, {"name": "bill_length", "type": "float"}],
}

SCENE: tuple[Seed, ...] = (
    Seed("Explore penguins", "ExplorerJob", EndReason.FINISHED, 4.2, 4000),
    Seed("penguins.csv", end=EndReason.FINISHED, seconds=0.8, ago_s=3600, result=PENGUINS,
         params={"file_path": "/home/ana/data/penguins.csv", "loader": "delimited",
                 "options": {"delimiter": ",", "encoding": "utf-8", "decimal": "."}}),
    Seed("Scale numeric columns of penguins", "ConverterJob", EndReason.FINISHED, 1.9, 3000),
    Seed("Random forest on penguins", "ModelJob", EndReason.FINISHED, 61, 2700,
         params={"model": "random_forest", "n_estimators": 300, "max_depth": None, "seed": 0},
         result={"model": "random_forest", "metrics": {"accuracy": 0.9605, "f1_macro": 0.95}}),
    Seed("Gradient boosting, 5 folds", "ModelJob", EndReason.RAISED, 734, 2400, error=NO_MEMORY),
    Seed("Predict test split", "PredictJob", EndReason.FINISHED, 0.4, 1500),
    Seed("Why does the forest say Adelie?", "ExplainerJob", EndReason.CANCELLED, 12, 1400),
    Seed("Summarise the study", "GenerativeJob", EndReason.INTERRUPTED, 95, 1200),
    Seed("データセット_売上_2026年第1四半期_最終版.csv", end=EndReason.FINISHED, seconds=2.3,
         ago_s=900),
    Seed("Ελληνικά δεδομένα και متغيرات عربية — " + "a very long name " * 6, end=EndReason.FINISHED,
         seconds=3.3, ago_s=800),
    Seed("iris.csv", end=EndReason.RAISED, seconds=3.1, ago_s=180, error=LINE_104,
         params={"file_path": "/home/ana/data/iris.csv", "loader": "delimited"}),
    Seed("flights.csv", progress=62, phase="reading flights.csv · 1.1 of 1.8 GB", ago_s=33,
         params={"file_path": "/home/ana/data/flights.csv"}),
    Seed("Permutation importance of the forest", "ExplainerJob", progress=-1,
         phase="shuffling “bill_length”", ago_s=7),
    Seed("Train forest on iris", "ModelJob"),
    Seed("taxi_2025_*.parquet"),
    Seed("Correlations of flights", "ExplorerJob"),
)  # fmt: skip


def seed_folder(root: Path, seeds: tuple[Seed, ...] = SCENE, *, copies: int = 0) -> list[str]:
    """Store *seeds*, then *copies* more of the ended ones below them; return the ids put."""
    queue = HueyJobQueue(root)
    owner = Owner(root)
    owner.hold()  # as long as this process runs: what is called running must seem to
    try:
        ended = [seed for seed in seeds if seed.end is not None]
        rows = [ended[i % len(ended)] for i in range(copies)] + list(seeds)
        ids = [queue.put(_job(seed.kind, seed.name, seed.params)) for seed in rows]
        with queue._database.transaction() as connection:
            for number, (job_id, seed) in enumerate(zip(ids, rows, strict=True)):
                older_s = (len(rows) - number) * 40 if number < copies else 0
                _place(connection, job_id, seed, owner.text, older_s=older_s)
        for job_id, seed in zip(ids[copies:], seeds, strict=True):
            _write_log(queue.folder.logs, job_id, seed)
        return ids
    finally:
        queue.close()


def _place(connection: Any, job_id: str, seed: Seed, owner: str, *, older_s: float) -> None:
    now = datetime.now(UTC)
    started = now - timedelta(seconds=seed.ago_s + older_s)
    put = started - timedelta(seconds=2) if seed.end or seed.progress is not None else now
    connection.execute("UPDATE task_copy SET enqueued_at = ? WHERE id = ?", (to_text(put), job_id))
    if seed.end is None and seed.progress is None:
        return
    connection.execute(
        "DELETE FROM task WHERE id = (SELECT message_id FROM task_copy WHERE id = ?)", (job_id,)
    )
    connection.execute(
        "UPDATE task_copy SET status = 'started', started_at = ?, message_id = NULL, owner = ?, "
        "pid = 4711, worker = ?, progress = ?, progress_message = ?, memory_bytes = 412000000 "
        "WHERE id = ?",
        (to_text(started), owner, worker_name(1),
         None if seed.progress in (None, -1) else seed.progress, seed.phase, job_id),
    )  # fmt: skip
    if seed.end is not None:
        result = None if seed.result is None else json.dumps(seed.result)
        outcome = Outcome(
            seed.end, seed.seconds, result, seed.error, peak_memory_bytes=612_000_000,
            cpu_time_s=seed.seconds * 0.9,
        )  # fmt: skip
        claim = handover.Claim(
            job_id, 1, owner, to_text(started), "", b"", None, None, 1, None, None
        )
        lifecycle.end(connection, handover.EndedAttempt(claim, outcome))


def _write_log(folder: Path, job_id: str, seed: Seed) -> None:
    if seed.end is None and seed.progress is None:
        return
    log = LogWriter(log_path(folder, job_id), attempt=1, limit_bytes=2**20)
    log.note(f"Started in process 4711: {seed.kind}")
    log.feed("stdout", b"Reading 150 rows\nDetected delimiter: comma, encoding: utf-8\n")
    log.feed_records(_record(30, "Column species holds 3 empty values"))
    if seed.error is not None:
        log.feed_records(_record(40, seed.error.message))
        log.feed("stderr", seed.error.traceback.encode())
    log.note("Ended" if seed.end else "Running")
    log.close()


def _record(level: int, text: str) -> bytes:
    return b"".join(encode_packets(level=level, source=LOGGING, text=text, text_id=0))
