"""DuckDB as the engine below loaders and statistics: limits set, downloads off, progress read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from queue_core.components.sql_text import literal

Connection: TypeAlias = duckdb.DuckDBPyConnection
Row: TypeAlias = tuple[Any, ...]

DEFAULT_MEMORY_MB = 768
PROGRESS_INTERVAL_S = 0.05


def connect(
    *,
    memory_mb: int = DEFAULT_MEMORY_MB,
    threads: int | None = None,
    spill_folder: Path | None = None,
) -> Connection:
    """Return a connection that stays within *memory_mb* and this machine.

    Args:
        memory_mb: How much memory its buffers may take, in MB.
        threads: How many threads it uses; None for one per processor.
        spill_folder: Where it puts what does not fit into memory; None: it fails instead.
    """
    connection = duckdb.connect()
    statements = [
        # WORKAROUND: what is not in the wheel would be fetched from the network in mid-query.
        "SET autoinstall_known_extensions=false",
        "SET autoload_known_extensions=false",
        f"SET memory_limit='{memory_mb}MB'",
        f"SET temp_directory={literal(str(spill_folder) if spill_folder else '')}",
        "SET enable_progress_bar=true",
        "SET enable_progress_bar_print=false",
        "SET progress_bar_time=0",
        "SET TimeZone='UTC'",
    ]
    if threads is not None:
        statements.append(f"SET threads={threads}")
    for statement in statements:
        connection.execute(statement)
    return connection


def execute(
    connection: Connection, sql: str, on_progress: Callable[[float], None] | None = None
) -> list[Row]:
    """Run *sql* and return its rows, telling *on_progress* the engine's fraction, 0 to 1.

    The fraction never falls. Whatever the query raises is raised here.
    """
    if on_progress is None:
        return _rows(connection.execute(sql))
    outcome: list[list[Row] | BaseException] = []

    def run() -> None:
        try:
            outcome.append(_rows(connection.execute(sql)))
        except BaseException as error:  # noqa: BLE001 - crosses the thread, raised below
            outcome.append(error)

    thread = threading.Thread(target=run, name="engine-query")
    thread.start()
    highest = 0.0
    try:
        while thread.is_alive():
            thread.join(PROGRESS_INTERVAL_S)
            percent = connection.query_progress()  # -1: not known
            if percent / 100 > highest:
                highest = min(percent / 100, 1.0)
                on_progress(highest)
    except BaseException:
        connection.interrupt()
        thread.join()
        raise
    (found,) = outcome
    if isinstance(found, BaseException):
        raise found
    return found


def _rows(result: Connection) -> list[Row]:
    return result.fetchall() if result.description else []
