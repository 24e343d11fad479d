"""Reads what estimates are made of: what ran, what runs, what waits, and how big the data is."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from queue_core.queue.estimates import Forecast, History, Likeness, Running, forecast
from queue_core.queue.job_record import OUR_ORIGIN
from queue_core.queue.store import schema
from queue_core.queue.store.database import Database

# What is asked again within this time gets the same answer: a page of waiting jobs asks for each.
FRESH_S = 2.0
# What is learnt from changes slowly, and reading it costs more.
HISTORY_FRESH_S = 10.0
MOST_RAN = 3000
MOST_WAITING = 500
MOST_DATASETS = 1000

_COMPONENTS: Final = ("model", "explorer", "converter", "explainer", "generator", "loader")
_SOURCES: Final = ("dataset_id", "notebook_id", "run_id", "file_path", "path", "script")
_KEYS: Final = (*_COMPONENTS, *_SOURCES)
# Parameters that are no JSON, or are huge, say nothing.
_READABLE = "json_valid(params) AND length(params) < 100000"
_PARAMS = ", ".join(
    f"CASE WHEN {_READABLE} THEN json_extract(params, '$.{key}') END AS {key}" for key in _KEYS
)
_RAN = (
    f"SELECT task_type, run_seconds, {_PARAMS} FROM (SELECT task_type, run_seconds, params "
    "FROM task_copy WHERE status = 'finished' ORDER BY rowid DESC LIMIT ?) AS ran "
    "WHERE run_seconds IS NOT NULL"
)
_RUNS = (
    f"SELECT id, task_type, progress, paused, "
    f"(julianday('now') - julianday(started_at)) * 86400.0 AS elapsed, {_PARAMS} "
    "FROM task_copy WHERE status = 'started' AND origin = ?"
)
_WAITS = (
    f"SELECT id, task_type, {_PARAMS} FROM {schema.READY_ROWS} WHERE {schema.READY} "
    f"ORDER BY {schema.RUN_ORDER} LIMIT ?"
)
_ROWS = (
    "SELECT json_extract(result, '$.id') AS id, json_extract(result, '$.rows') AS rows FROM "
    "(SELECT result FROM task_copy WHERE task_type = 'DatasetJob' ORDER BY rowid DESC LIMIT ?) "
    "AS made WHERE json_valid(result)"
)


class Forecaster:
    """Says when jobs will have ended; kept for a moment, for many ask at once.

    Args:
        database: The queue's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._known: tuple[float, int, Forecast] | None = None
        self._history: tuple[float, History, Mapping[int, int]] | None = None

    def forecast(self, workers: int) -> Forecast:
        """Return what will be, *workers* jobs at once."""
        with self._lock:
            now_s = time.monotonic()
            if self._known is not None:
                read_s, for_workers, known = self._known
                if for_workers == workers and now_s - read_s < FRESH_S:
                    return known
            found = self._read(now_s, workers)
            self._known = (now_s, workers, found)
            return found

    def _read(self, now_s: float, workers: int) -> Forecast:
        runs = self._database.read(_RUNS, (OUR_ORIGIN,))
        waits = self._database.read(_WAITS, (time.time(), MOST_WAITING + 1))
        if not runs and not waits:
            return Forecast()
        history, rows = self._learn(now_s)
        running = [
            Running(row["id"], _likeness(row, rows), _number(row["elapsed"]) or 0.0,
                    _number(row["progress"]))
            for row in runs if not row["paused"] and isinstance(row["id"], str)
        ]  # fmt: skip
        waiting = [(str(row["id"]), _likeness(row, rows)) for row in waits]
        found = forecast(history, running, waiting[:MOST_WAITING], workers)
        stands = len(running) < len(runs) or len(waiting) > MOST_WAITING
        return Forecast(found.running, found.starts, None, found.unknown) if stands else found

    def _learn(self, now_s: float) -> tuple[History, Mapping[int, int]]:
        if self._history is None or now_s - self._history[0] >= HISTORY_FRESH_S:
            rows = {
                number: count
                for row in self._database.read(_ROWS, (MOST_DATASETS,))
                if (number := _whole(row["id"])) is not None
                and (count := _whole(row["rows"])) is not None
            }
            ran = self._database.read(_RAN, (MOST_RAN,))
            history = History.of(
                (_likeness(row, rows), seconds)
                for row in ran
                if (seconds := _number(row["run_seconds"])) is not None
            )
            self._history = (now_s, history, rows)
        return self._history[1], self._history[2]


def _likeness(row: Any, rows: Mapping[int, int]) -> Likeness:
    component = next((str(row[key]) for key in _COMPONENTS if row[key] is not None), "")
    source = next((f"{key}={row[key]}" for key in _SOURCES if row[key] is not None), "")
    dataset = _whole(row["dataset_id"])
    count = None if dataset is None else rows.get(dataset)
    return Likeness(str(row["task_type"]), component[:200], source[:500], count)


def _whole(value: object) -> int | None:
    """Return a whole number out of JSON, which a server hands over as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if type(value) is int else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
