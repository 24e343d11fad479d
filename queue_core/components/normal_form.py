"""The one form in which columns are stored, whatever library made them.

Storage keeps every value: decimals stay decimals and large integers stay exact. Only what tables
of rows cannot hold is rewritten: nested values become JSON text, dictionaries become their values,
and not-a-number becomes missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from queue_core.components.arrow_types import column_type_of
from queue_core.components.column_types import ColumnType
from queue_core.errors import DataError


@dataclass(frozen=True)
class NormalForm:
    """How batches of one schema become batches of the stored schema.

    Attributes:
        schema: The stored `pyarrow.Schema`.
        types: The column types that the source states (categories of a dictionary), by name.
        notes: What is rewritten, in sentences.
    """

    schema: pa.Schema
    types: Mapping[str, ColumnType]
    notes: tuple[str, ...]

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return *batch* (`pyarrow.RecordBatch`) in the stored form."""
        arrays = [
            _to_stored(batch.column(position), field) for position, field in enumerate(self.schema)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def normal_form(schema: pa.Schema) -> NormalForm:
    """Return how columns of *schema* (`pyarrow.Schema`) are stored."""
    names, notes = unique_names(schema.names)
    fields = []
    types: dict[str, ColumnType] = {}
    nested = []
    for name, field in zip(names, schema, strict=True):
        stored = _stored_type(field.type)
        fields.append(pa.field(name, stored))
        if kinds.is_dictionary(field.type) and column_type_of(stored) is ColumnType.TEXT:
            types[name] = ColumnType.CATEGORY
        if _is_nested(field.type):
            nested.append(name)
    if nested:
        notes = (*notes, f"{_columns(nested)} nested values; they are kept as JSON text.")
    return NormalForm(pa.schema(fields), types, notes)


_INVISIBLE = re.compile("[\x00\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ROW_NUMBER = "file_row_number"
DAY_S = 86_400
FIRST_DAY = -719_162  # 0001-01-01
END_DAY = 2_932_897  # 10000-01-01


def unique_names(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Return *names* made non-empty and unique, and sentences that say which ones changed.

    Names that differ in case only count as equal, as they do in SQL.
    """
    cleaned = [_visible(name) for name in names]
    changed = [
        f"“{after}” (column {position})"
        for position, (name, after) in enumerate(zip(names, cleaned, strict=True), start=1)
        if name != after
    ]
    names = cleaned
    used: set[str] = {name.casefold() for name in names if name.strip()}
    # The engine numbers the rows of a file under this name.
    seen: set[str] = {_ROW_NUMBER}
    result: list[str] = []
    repeated: list[str] = []
    empty: list[str] = []
    reserved: list[str] = []
    for position, name in enumerate(names, start=1):
        chosen = name
        if not name.strip():
            chosen = _free_name(f"column_{position}", used)
            empty.append(f"column {position} is now “{chosen}”")
        elif name.casefold() in seen:
            chosen = _free_name(name, used, start=2)
            (reserved if name.casefold() == _ROW_NUMBER else repeated).append(
                f"“{name}” (column {position}) is now “{chosen}”"
            )
        used.add(chosen.casefold())
        seen.add(chosen.casefold())
        result.append(chosen)
    notes = []
    if changed:
        notes.append(f"Characters that cannot be seen were left out of names: {_listed(changed)}.")
    if reserved:
        notes.append(f"A column has a name that is needed for row numbers: {_listed(reserved)}.")
    if repeated:
        notes.append(f"Some columns have the same name: {_listed(repeated)}.")
    if empty:
        notes.append(f"Some columns have no name: {_listed(empty)}.")
    return result, tuple(notes)


def _visible(name: str) -> str:
    """Return a name without what cannot be seen in it: two that look alike are alike.

    Joiners of letters stay where they join some, as in Persian.
    """
    if name.isascii() and name.isprintable():
        return name
    return _INVISIBLE.sub("", name).replace("\u00a0", " ").strip("\u200c\u200d")


def _free_name(name: str, used: Iterable[str], start: int = 1) -> str:
    taken = set(used)
    if start == 1 and name.casefold() not in taken:
        return name
    number = max(start, 2)
    while f"{name}_{number}".casefold() in taken:
        number += 1
    return f"{name}_{number}"


def _listed(parts: Sequence[str], limit: int = 5) -> str:
    more = f" and {len(parts) - limit} more" if len(parts) > limit else ""
    return ", ".join(parts[:limit]) + more


def _columns(names: Sequence[str]) -> str:
    quoted = _listed([f"“{name}”" for name in names])
    return f"Column {quoted} holds" if len(names) == 1 else f"Columns {quoted} hold"


def _is_nested(arrow_type: pa.DataType) -> bool:
    is_nested = kinds.is_nested(arrow_type) or kinds.is_union(arrow_type)
    return bool(is_nested and not kinds.is_run_end_encoded(arrow_type))


def _stored_type(arrow_type: pa.DataType) -> pa.DataType:
    if isinstance(arrow_type, pa.BaseExtensionType):
        return _stored_type(arrow_type.storage_type)
    if kinds.is_dictionary(arrow_type) or kinds.is_run_end_encoded(arrow_type):
        return _stored_type(arrow_type.value_type)
    if _is_nested(arrow_type) or kinds.is_null(arrow_type) or kinds.is_interval(arrow_type):
        return pa.string()
    if kinds.is_large_string(arrow_type) or kinds.is_string_view(arrow_type):
        return pa.string()
    if kinds.is_uint64(arrow_type):
        return arrow_type
    if kinds.is_integer(arrow_type):
        return pa.int64()
    if kinds.is_floating(arrow_type):
        return pa.float64()
    if kinds.is_date(arrow_type):
        return pa.date32()
    if kinds.is_time(arrow_type):
        return pa.time64("us") if arrow_type.unit != "ns" else arrow_type
    if kinds.is_large_binary(arrow_type) or kinds.is_binary_view(arrow_type):
        return pa.binary()
    return arrow_type


def _to_stored(array: pa.Array, field: pa.Field) -> pa.Array:
    stored = field.type
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if kinds.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    if _is_nested(array.type) or kinds.is_interval(array.type):
        return _json_texts(array, field)
    if not array.type.equals(stored):
        array = array.cast(stored)
    if kinds.is_floating(stored):
        is_nan = pc.is_nan(array)
        if pc.any(is_nan).as_py():
            array = pc.if_else(is_nan, pa.scalar(None, stored), array)
    elif kinds.is_string(stored):
        _require_utf8(array, field.name)
    elif kinds.is_timestamp(stored) or kinds.is_date(stored):
        _require_calendar(array, field.name)
    elif kinds.is_time(stored):
        _require_clock(array, field.name)
    return array


def _json_texts(array: pa.Array, field: pa.Field) -> pa.Array:
    try:
        return pa.array([_as_json(value) for value in array.to_pylist()], field.type)
    except (ValueError, OverflowError) as error:  # e.g. two fields of one name, or the year 40000
        words = str(error).splitlines()[0].rstrip(".")
        raise DataError(
            f"Column “{field.name}” holds nested values that JSON cannot: "
            f"{words[:1].lower()}{words[1:]}.",
            hint="Leave this column out, or make columns of its parts first.",
        ) from error


def _require_utf8(array: pa.Array, name: str) -> None:
    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        raise DataError(
            f"Column “{name}” holds bytes that are no UTF-8 text.",
            hint="Write the file again with its texts in UTF-8, or the column as binary.",
        ) from error


def _require_calendar(array: pa.Array, name: str) -> None:
    """Refuse moments that neither Python's calendar nor the engine has."""
    if kinds.is_date(array.type):
        first, end = FIRST_DAY, END_DAY
    else:
        ticks = DAY_S * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[array.type.unit]
        first, end = FIRST_DAY * ticks, END_DAY * ticks
    number = pa.int32() if kinds.is_date(array.type) else pa.int64()
    ends = pc.min_max(array.cast(number)).as_py()
    if ends["min"] is not None and not first <= ends["min"] <= ends["max"] < end:
        raise DataError(
            f"Column “{name}” holds a date before the year 1 or after the year 9999.",
            hint="Correct it, or write the column as text.",
        )


def _require_clock(array: pa.Array, name: str) -> None:
    """Refuse times of day that no clock shows."""
    ticks = DAY_S * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[array.type.unit]
    number = pa.int32() if array.type.bit_width == 32 else pa.int64()
    ends = pc.min_max(array.cast(number)).as_py()
    if ends["min"] is not None and not 0 <= ends["min"] <= ends["max"] < ticks:
        raise DataError(
            f"Column “{name}” holds a time of day before 0 or after 24 o'clock.",
            hint="Correct it, or write the column as text.",
        )


def _as_json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
