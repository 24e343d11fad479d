"""Stored tables block by block, as the texts that viewers show.

The window asks for these in another process, so arguments and results are JSON data, and the
libraries are imported by the functions that need them.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from queue_core.artifacts.cells import as_texts

CELL_CHARACTERS = 200
GROUPS_KEPT = 4


def warm_up() -> bool:
    """Import what the first page of a table needs, and make it work once."""
    import pyarrow as pa
    import pyarrow.parquet
    import pyarrow.types

    return bool(as_texts(pa.array([1.5])) and pyarrow.parquet and pyarrow.types)


def table_facts(path: str) -> dict[str, Any]:
    """Return `{"columns": [{"name", "type", "is_number"}], "row_count"}` of a Parquet file."""
    import pyarrow.types as types

    file = _file(path, _stamp(path))
    columns = [
        {
            "name": field.name,
            "type": str(field.type),
            "is_number": types.is_integer(field.type) or types.is_floating(field.type)
            or types.is_decimal(field.type),
        }
        for field in file.schema_arrow
    ]  # fmt: skip
    return {"columns": columns, "row_count": file.metadata.num_rows}


def table_block(
    path: str, offset: int, limit: int, first_column: int, column_count: int
) -> list[list[str | None]]:
    """Return a block of cells as texts, row by row; None is a missing value."""
    import pyarrow as pa

    stamp = _stamp(path)
    file = _file(path, stamp)
    names = file.schema_arrow.names[first_column : first_column + column_count]
    pieces = []
    start = 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if start >= offset + limit:
            break
        if start + rows > offset:
            table = _row_group(path, stamp, group, first_column, column_count)
            first = max(offset - start, 0)
            pieces.append(table.slice(first, offset + limit - start - first))
        start += rows
    if not pieces or not names:
        return []
    table = pa.concat_tables(pieces)
    columns = [_texts(table.column(index)) for index in range(len(names))]
    return [list(cells) for cells in zip(*columns, strict=True)]


def notebook_table(root: str, notebook_id: int, after_steps: int | None = None) -> str:
    """Return the Parquet file with a notebook's rows after its steps, made anew if need be.

    Args:
        root: The local folder.
        notebook_id: Which notebook.
        after_steps: After how many of its steps; None for all.

    Raises:
        JobError: They are not there and cannot be computed.
    """
    from queue_core.database.finding import find
    from queue_core.database.session import read_session
    from queue_core.database.tables import Notebook
    from queue_core.library.notebooks import open_notebook
    from queue_core.paths import LocalFolder

    folder = LocalFolder(Path(root))
    with read_session(folder) as session:
        notebook = find(session, Notebook, notebook_id)
        return str(open_notebook(folder, notebook, after_steps=after_steps).parquet_path)


def _stamp(path: str) -> int:
    return os.stat(path).st_mtime_ns  # noqa: PTH116 - one call, path is text


@lru_cache(maxsize=8)
def _file(path: str, _stamp: int) -> Any:
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(path)


@lru_cache(maxsize=GROUPS_KEPT)
def _row_group(path: str, stamp: int, group: int, first_column: int, column_count: int) -> Any:
    file = _file(path, stamp)
    names = file.schema_arrow.names[first_column : first_column + column_count]
    return file.read_row_group(group, columns=names).select(names)


def _texts(column: Any) -> list[str | None]:
    """Return values as texts that fit into a cell of a table."""
    import pyarrow.types as kinds

    kind = column.type
    if kinds.is_float64(kind):
        return [None if value is None else f"{value:.10g}" for value in column.to_pylist()]
    if kinds.is_binary(kind) or kinds.is_large_binary(kind):
        return [None if v is None else f"{len(v)} bytes" for v in column.to_pylist()]
    texts: list[str | None] = []
    for piece in column.chunks:
        texts += [None if text is None else _cut(text) for text in as_texts(piece).to_pylist()]
    return texts


def _cut(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"
