"""Batches whose columns and types may differ, made into one table when the last one is known.

A file that declares no types can show a fraction, a text or a new column in its last row. Its
batches are kept on disk as they come, and cast to what fits all of them at the end: no value is
read twice, and memory holds one batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

EXACT_FLOAT_INTEGER = 2**53
FIRST_US = -62_135_596_800_000_000  # 0001-01-01
END_US = 253_402_300_800_000_000  # 10000-01-01
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_ISO_FORMS = {
    "date": f"^{_DATE}$",
    "datetime": f"^{_DATE}{_CLOCK}$",
    "instant": f"^{_DATE}{_CLOCK}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})$",
}


@dataclass
class _Column:
    """What is known of a column so far.

    Attributes:
        type: The type that fits all batches; None: no value yet.
        largest: The largest whole number, regardless of sign.
        moment: Which ISO form all its texts have; None: another one.
        is_mixed: Whether batches disagree so that it became text.
    """

    type: pa.DataType | None = None
    largest: int = 0
    moment: str | None = None
    is_mixed: bool = False


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
        mixed = [f"“{name}”" for name, column in self._columns.items() if column.is_mixed]
        if not mixed:
            return ()
        more = f" and {len(mixed) - 5} more" if len(mixed) > 5 else ""
        return (f"Values of several types are kept as text in: {', '.join(mixed[:5])}{more}.",)

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
            _learn(known, array)
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
                arrays = [_fitted(batch, field.name, field.type) for field in schema]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            path.unlink()


def _learn(known: _Column, array: pa.Array) -> None:
    if kinds.is_null(array.type):
        return
    if kinds.is_integer(array.type):
        ends = pc.min_max(array).as_py()
        known.largest = max(known.largest, abs(ends["min"] or 0), abs(ends["max"] or 0))
    if known.type is None:
        known.type = array.type
        known.moment = _moment(array)
    elif known.type.equals(array.type):
        known.moment = known.moment if known.moment and known.moment == _moment(array) else None
    elif {str(known.type), str(array.type)} == {"int64", "double"}:
        known.type = pa.float64()
    else:
        known.type, known.moment, known.is_mixed = pa.string(), None, True
    if kinds.is_floating(known.type) and known.largest > EXACT_FLOAT_INTEGER:
        known.type, known.is_mixed = pa.string(), True


def _moment(array: pa.Array) -> str | None:
    """Return which ISO form all texts of an array have and can be read as."""
    if not kinds.is_string(array.type) or array.null_count == len(array):
        return None
    first = array.drop_null()[:1]
    for form, expression in _ISO_FORMS.items():
        if pc.all(pc.match_substring_regex(first, expression)).as_py():
            fits = pc.all(pc.match_substring_regex(array, expression)).as_py()
            try:
                return form if fits and _is_shown(array.cast(_MOMENTS[form]())) else None
            except pa.ArrowInvalid:
                return None  # e.g. the 31st of February
    return None


def _is_shown(moments: pa.Array) -> bool:
    """Return whether all are of the years 1 to 9999, which is what Python can show."""
    days = moments.cast(pa.timestamp("us")).cast(pa.int64())
    return bool(pc.all(pc.and_(pc.less_equal(FIRST_US, days), pc.less(days, END_US))).as_py())


def _date_type() -> pa.DataType:
    return pa.date32()


def _datetime_type() -> pa.DataType:
    return pa.timestamp("us")


def _instant_type() -> pa.DataType:
    return pa.timestamp("us", tz="UTC")


_MOMENTS = {"date": _date_type, "datetime": _datetime_type, "instant": _instant_type}


def _final(column: _Column) -> pa.DataType:
    if column.type is None:
        return pa.string()
    return _MOMENTS[column.moment]() if column.moment else column.type


def _fitted(batch: pa.RecordBatch, name: str, wanted: pa.DataType) -> pa.Array:
    position = batch.schema.get_field_index(name)
    if position < 0:
        return pa.nulls(batch.num_rows, wanted)
    array = batch.column(position)
    return array if array.type.equals(wanted) else array.cast(wanted)
