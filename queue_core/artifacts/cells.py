"""How a value looks outside of the program: one rule for each type, whatever the file's format.

Numbers and truth values are written plainly, `1.5` and `true`. Days and times are written as in
ISO 8601 with a space between them, without zeros behind the last digit of a second:
`2020-01-02 03:04:05.5`; with a time zone, as its clocks show it, with the distance from UTC
behind: `2020-01-02 04:04:05+01:00`. A duration is hours, minutes and seconds: `30:00:00`. Lists
and records are JSON, bytes are hexadecimal digits, a missing value is nothing at all.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

# How many of a unit make a second.
PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def as_texts(column: Any) -> Any:
    """Return the values of a pyarrow array as an array of texts; missing ones stay missing."""
    import pyarrow as pa
    import pyarrow.types as kinds

    column = plain_array(column)
    kind = column.type
    if kinds.is_string(kind):
        return column
    if kinds.is_duration(kind):
        units = column.cast(pa.int64()).to_pylist()
        per_second = PER_SECOND[kind.unit]
        texts = [None if count is None else duration_text(count, per_second) for count in units]
        return pa.array(texts, pa.string())
    if kinds.is_timestamp(kind) or kinds.is_time(kind):
        return _shortened(column.cast(pa.string()))
    if _is_binary(kind):
        return pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())
    if kinds.is_nested(kind):
        texts = [None if v is None else _json(v) for v in values(column)]
        return pa.array(texts, pa.string())
    return column.cast(pa.string())


def values(column: Any) -> list[Any]:
    """Return the values of a pyarrow array as JSON data: what JSON has no form for as its text."""
    import pyarrow as pa
    import pyarrow.compute as compute
    import pyarrow.types as kinds

    column = plain_array(column)
    kind = column.type
    if kinds.is_map(kind):
        pair = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        return [
            None if items is None else {str(item["key"]): item["value"] for item in items}
            for items in values(column.cast(pa.list_(pair)))
        ]
    if kinds.is_struct(kind):
        fields = [values(column.field(place)) for place in range(kind.num_fields)]
        names = [kind.field(place).name for place in range(kind.num_fields)]
        rows = zip(*fields, strict=True) if fields else iter([()] * len(column))
        present = column.is_valid().to_pylist()
        return [
            dict(zip(names, row, strict=True)) if there else None
            for row, there in zip(rows, present, strict=True)
        ]
    if kinds.is_nested(kind):
        items = iter(values(compute.list_flatten(column)))
        lengths = compute.list_value_length(column).to_pylist()
        return [None if n is None else [next(items) for _ in range(n)] for n in lengths]
    if kinds.is_integer(kind) or kinds.is_boolean(kind) or kinds.is_floating(kind):
        found: list[Any] = column.to_pylist()
        return found
    texts: list[Any] = as_texts(column).to_pylist()
    return texts


def plain_array(column: Any) -> Any:
    """Return an array without the ways of storing that make no other values: categories, views."""
    import pyarrow as pa
    import pyarrow.types as kinds

    if isinstance(column.type, pa.BaseExtensionType):
        return plain_array(column.storage)
    if kinds.is_dictionary(column.type):
        return plain_array(column.dictionary_decode())
    if kinds.is_large_string(column.type) or kinds.is_string_view(column.type):
        return column.cast(pa.string())
    if kinds.is_float16(column.type):
        return column.cast(pa.float32())
    if kinds.is_date64(column.type):
        return column.cast(pa.date32())
    return column


def duration_text(count: int, per_second: int) -> str:
    """Return a duration as hours, minutes and seconds, e.g. `30:00:00.5`.

    Args:
        count: How many units it lasts; less than none is a way back.
        per_second: How many units make a second.
    """
    seconds, rest = divmod(abs(count), per_second)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    digits = len(str(per_second)) - 1
    fraction = f".{rest:0{digits}}".rstrip("0") if rest else ""
    return f"{'-' if count < 0 else ''}{hours}:{minute:02}:{second:02}{fraction}"


def _shortened(texts: Any) -> Any:
    """Return times without zeros at the end of a fraction, and with `+01:00` for `+0100`."""
    import pyarrow.compute as compute

    short = compute.replace_substring_regex(
        texts, r"(\.[0-9]*?)0*([+-][0-9:]+|Z)?$", r"\1\2", max_replacements=1
    )
    short = compute.replace_substring_regex(short, r"\.([+-][0-9:]+|Z)?$", r"\1")
    return compute.replace_substring_regex(short, r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2")


def _is_binary(kind: Any) -> bool:
    import pyarrow.types as kinds

    return bool(
        kinds.is_binary(kind)
        or kinds.is_large_binary(kind)
        or kinds.is_fixed_size_binary(kind)
        or kinds.is_binary_view(kind)
    )


def _json(value: Any) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    """Return JSON data with null for what JSON does not know as a number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
