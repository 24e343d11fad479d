"""What the helper process does for result viewers: pages of tables, exports, pictures. No Qt."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

CELL_CHARACTERS = 200
PX_PER_INCH = 96
NARROWEST_PLOT_PX = 180
GROUPS_KEPT = 4
EXPORT_ROWS = 50_000


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


def notebook_table(root: str, notebook_id: int) -> str:
    """Return the Parquet file with a notebook's rows after its steps, made anew if need be.

    Raises:
        JobError: They are not there and cannot be computed.
    """
    from queue_core.database.session import read_session
    from queue_core.jobs.notebook_steps import find_notebook, open_notebook
    from queue_core.paths import LocalFolder

    folder = LocalFolder(Path(root))
    with read_session(folder) as session:
        return str(open_notebook(folder, find_notebook(session, notebook_id)).parquet_path)


def export_table(source: str, target: str) -> int:
    """Write a Parquet file as what *target* ends in (.csv or .parquet); return its rows.

    Raises:
        DataError: The rows do not fit, or the file cannot be written.
    """
    from queue_core.errors import DataError

    try:
        return _exporter(Path(target).suffix.lower())(Path(source), Path(target))
    except OSError as error:
        raise DataError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another folder, or make room on the disk.",
        ) from error


def export_figure(source: str, target: str, theme: str) -> None:
    """Draw a stored figure into a .png, .svg or .pdf file.

    Raises:
        DataError: It cannot be read or written.
    """
    from queue_core.artifacts.figure_json import figure_from_json
    from queue_core.artifacts.renderer import ImageFormat, render
    from queue_core.artifacts.themes import Theme
    from queue_core.errors import DataError

    figure = figure_from_json(Path(source).read_text(encoding="utf-8"))
    image_format = ImageFormat(Path(target).suffix.lower().lstrip("."))
    picture = render(figure, theme=Theme(theme), image_format=image_format, dots_per_inch=300)
    try:
        _replace(Path(target), lambda temporary: temporary.write_bytes(picture))
    except OSError as error:
        raise DataError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Choose another folder, or make room on the disk.",
        ) from error


def fitted_figure(source: str, width_px: int, theme: str) -> str:
    """Return a stored figure as SVG, drawn anew for a narrow place: fewer plots side by side.

    Letters keep their size, so that they can be read; the figure grows downwards.
    """
    from queue_core.artifacts.figure_json import figure_from_json
    from queue_core.artifacts.renderer import render
    from queue_core.artifacts.themes import Theme

    figure = figure_from_json(Path(source).read_text(encoding="utf-8"))
    # In a matrix of plots, or where widths are chosen, the columns mean something.
    means_something = bool(figure.column_ratios) or len(figure.panels) == figure.columns**2
    room = figure.columns if means_something else width_px // NARROWEST_PLOT_PX
    columns = max(1, min(figure.columns, room))
    size = fitted_size(figure.width_in, figure.height_in, width_px / PX_PER_INCH)
    if columns < figure.columns:
        plots = len(figure.panels)
        growth = -(-plots // columns) / -(-plots // figure.columns)
        plot_ratio = (figure.height_in * growth) / (figure.width_in * columns / figure.columns)
        figure = dataclasses.replace(figure, columns=columns, column_ratios=())
        size = (size[0], size[0] * plot_ratio)
    return render(figure, size=size, theme=Theme(theme)).decode()


def fitted_size(width_in: float, height_in: float, room_in: float) -> tuple[float, float]:
    """Return the size of a figure in a place of *room_in* inches: narrower, but not as flat."""
    shrink = min(1.0, room_in / width_in)
    return width_in * shrink, height_in * max(shrink, shrink**0.5 * 0.85)


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
    import pyarrow.types as types

    is_float = types.is_floating(column.type)
    return [None if value is None else _text(value, is_float) for value in column.to_pylist()]


def _text(value: Any, is_float: bool) -> str:
    if is_float:
        return f"{value:.10g}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = str(value)
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"


def _exporter(suffix: str) -> Callable[[Path, Path], int]:
    from queue_core.errors import DataError

    exporters = {".csv": _export_csv, ".parquet": _export_parquet}
    if suffix not in exporters:
        raise DataError(
            f"“{suffix}” is not a format that tables can be exported to.",
            hint="Let the name end in .csv or .parquet.",
        )
    return exporters[suffix]


def _export_csv(source: Path, target: Path) -> int:
    import pyarrow.csv as arrow_csv
    import pyarrow.parquet as parquet

    file = parquet.ParquetFile(source)

    def write(temporary: Path) -> None:
        with arrow_csv.CSVWriter(temporary, file.schema_arrow) as writer:
            for batch in file.iter_batches(batch_size=EXPORT_ROWS):
                writer.write_batch(batch)

    _replace(target, write)
    return int(file.metadata.num_rows)


def _export_parquet(source: Path, target: Path) -> int:
    import shutil

    import pyarrow.parquet as parquet

    _replace(target, lambda temporary: shutil.copyfile(source, temporary))
    return int(parquet.ParquetFile(target).metadata.num_rows)


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    """Write to a temporary name beside *target* and move it into place."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        write(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
