"""Batches whose columns and types may differ, made into one table when the last one is known.

A file that declares no types can show a fraction, a text or a new column in its last row. Its
batches are kept on disk as they come, and cast to what fits all of them at the end: no value is
read twice, and memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from queue_core.components.loaders.tables.date_forms import may_be_moment
from queue_core.components.loaders.tables.readings import Kind
from queue_core.components.loaders.tables.text_columns import (
    ARROW_TYPES,
    TextReading,
    converted,
    first_unfit,
    read_texts,
    text_column_notes,
    typed_column_notes,
)
from queue_core.components.loaders.tables.value_notes import missing_note, text_note

EXACT_FLOAT_INTEGER = 2**53
MOMENTS = frozenset(kind for kind in Kind if kind.is_moment)
KEPT_VALUES = 1_000


@dataclass
class _Column:
    """What is known of a column so far.

    Attributes:
        type: The type that fits all batches; None: no value yet.
        largest: The largest whole number, regardless of sign.
        moment: How all its texts are read as dates or times; None: they are not.
        is_mixed: Whether batches disagree so that it became text.
        notes: Why its texts stay texts though they look like dates.
    """

    type: pa.DataType | None = None
    largest: int = 0
    moment: TextReading | None = None
    is_mixed: bool = False
    notes: list[str] = field(default_factory=list)


class Parts:
    """A growing table on disk.

    Attributes:
        row_count: Its rows.
    """

    def __init__(self, folder: Path) -> None:
        self.row_count = 0
        self._folder = folder
        self._files: list[Path] = []
        self._columns: dict[str, _Column] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be made text, in sentences."""
        notes = [note for column in self._columns.values() for note in column.notes]
        for name, column in self._columns.items():
            if column.moment is not None:
                notes += typed_column_notes(name, column.moment.reading)
        mixed = [f"“{name}”" for name, column in self._columns.items() if column.is_mixed]
        if mixed:
            more = f" and {len(mixed) - 5} more" if len(mixed) > 5 else ""
            listed = f"{', '.join(mixed[:5])}{more}"
            notes.insert(0, f"Values of several types are kept as text in: {listed}.")
        return tuple(notes)

    def add(self, batch: pa.RecordBatch, mixed: frozenset[str] = frozenset()) -> None:
        """Take a `pyarrow.RecordBatch`.

        Args:
            batch: Its columns are of the types null, boolean, int64, float64 or string, or of
                types that all batches share.
            mixed: Columns that are text because of values of several types.
        """
        for name, array in zip(batch.schema.names, batch.columns, strict=True):
            known = self._columns.get(name)
            if known is None:
                known = self._columns[name] = _Column()
            _learn(known, array, name, self.row_count)
            known.is_mixed = known.is_mixed or name in mixed
        path = self._folder / f"part-{len(self._files)}.arrow"
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_file(path, batch.schema, options=options) as writer:
            writer.write_batch(batch)
        self._files.append(path)
        self.row_count += batch.num_rows

    def reader(self) -> pa.RecordBatchReader:
        """Return everything as a `pyarrow.RecordBatchReader`; each part is deleted once read."""
        schema = pa.schema([(name, _final(column)) for name, column in self._columns.items()])
        return pa.RecordBatchReader.from_batches(schema, self._cast(schema))

    def _cast(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for path in self._files:
            with pa.ipc.open_file(path) as file:
                batch = file.get_batch(0)
                arrays = [
                    _fitted(batch, field.name, field.type, self._columns[field.name].moment)
                    for field in schema
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            path.unlink()


def _learn(known: _Column, array: pa.Array, name: str, before: int) -> None:
    if kinds.is_null(array.type):
        return
    if kinds.is_integer(array.type):
        ends = pc.min_max(array).as_py()
        known.largest = max(known.largest, abs(ends["min"] or 0), abs(ends["max"] or 0))
    if known.type is None:
        known.type = array.type
        _learn_moment(known, array, name, before, is_first=True)
    elif known.type.equals(array.type):
        _learn_moment(known, array, name, before, is_first=False)
    elif {str(known.type), str(array.type)} == {"int64", "double"}:
        known.type = pa.float64()
    else:
        known.type, known.moment, known.is_mixed = pa.string(), None, True
    if kinds.is_floating(known.type) and known.largest > EXACT_FLOAT_INTEGER:
        known.type, known.is_mixed = pa.string(), True


def _learn_moment(
    known: _Column, array: pa.Array, name: str, before: int, *, is_first: bool
) -> None:
    """Find out whether all texts so far are dates or times, or say why they are not."""
    if not kinds.is_string(array.type) or array.null_count == len(array):
        return
    if not is_first:
        if known.moment is None:
            return
        if (position := first_unfit(array, known.moment)) < 0:
            known.moment = _with_open_orders(known.moment, array)
            return
        place, value = f"record {before + position + 1:,}", array[position].as_py()
        known.notes.append(text_note(name, known.moment.reading.kind, place, value))
        known.moment = None
        return
    unique = pc.unique(array.drop_null()).to_pylist()
    found = read_texts(unique, kinds=MOMENTS)
    if not found.is_text and converted(array, found) is not None:
        known.moment = found
        known.notes += [missing_note([name], [word]) for word in found.missing]
    elif any(map(may_be_moment, unique[:KEPT_VALUES])):
        known.notes += text_column_notes(
            name, array, lambda position: f"record {before + position + 1:,}", ()
        )


def _with_open_orders(found: TextReading, array: pa.Array) -> TextReading:
    """Return the reading with the orders of dates that these texts leave open, too."""
    reading = found.reading
    left = tuple(
        style
        for style in reading.ambiguous
        if converted(array, replace(found, reading=replace(reading, style=style))) is not None
    )
    return replace(found, reading=replace(reading, ambiguous=left))


def _final(column: _Column) -> pa.DataType:
    if column.type is None:
        return pa.string()
    return ARROW_TYPES[column.moment.reading.kind] if column.moment else column.type


def _fitted(
    batch: pa.RecordBatch, name: str, wanted: pa.DataType, moment: TextReading | None
) -> pa.Array:
    position = batch.schema.get_field_index(name)
    if position < 0:
        return pa.nulls(batch.num_rows, wanted)
    array = batch.column(position)
    if moment is not None and kinds.is_string(array.type):
        array = converted(array, moment)
    return array if array.type.equals(wanted) else array.cast(wanted)
