"""The records of one JSON value that holds a whole table, in the shapes that programs write.

An object may hold columns (as lists, or as objects by row number), rows by their id, what pandas
writes as `split`, lists of records besides other things, or rows as lists with their names
elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from queue_core.components.json_data import JsonObject
from queue_core.components.loaders.tables.header import has_header
from queue_core.components.loaders.tables.text_rows import Row
from queue_core.components.normal_form import unique_names
from queue_core.errors import DataError

Record = JsonObject
OnNote = Callable[[str], None]
OnLists = Callable[[dict[str, int]], None]
NAMES_SHOWN = 5
MOST_LEVELS = 5
NAME_KEYS = ("columns", "fields", "headers", "header", "names")


def as_record(value: Any, number: int, name: str) -> Record:
    """Return a value of a text of records as an object."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {f"column_{place}": item for place, item in enumerate(value, start=1)}
    if isinstance(value, (str, int, float)):
        return {"value": value}
    raise DataError(
        f"Record {number:,} of {name} is null, not an object.",
        hint="Each record must be an object, a list or a value.",
    )


def header_names(rows: Sequence[Any]) -> list[str] | None:
    """Return the names that the first of several lists holds; None: it holds none."""
    if len(rows) < 2 or not all(isinstance(row, list) for row in rows):
        return None
    first = rows[0]
    if not first or not all(isinstance(value, str) for value in first):
        return None
    table = [Row(tuple(map(_text, row)), 0, 0) for row in rows if len(row) == len(first)]
    # A row that is short or long is refused where it is read.
    if len(table) * 2 <= len(rows) or not has_header(table, len(first))[0]:
        return None
    return [str(value) for value in first]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def named_rows(rows: Iterable[Any], names: Sequence[str], name: str) -> Iterator[Record]:
    """Yield lists of values as records of these names."""
    unique, _notes = unique_names(names)
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(unique):
            raise DataError(
                f"Row {number:,} of {name} has not as many values as there are columns.",
                hint="Export the file again.",
            )
        yield dict(zip(unique, row, strict=True))


def object_records(
    value: Record,
    name: str,
    on_note: OnNote,
    chosen: str | None = None,
    on_lists: OnLists = lambda _lists: None,
) -> Iterator[Record]:
    """Yield the records of a single object.

    Args:
        value: The object.
        name: The file, for messages.
        on_note: Told what is not in the records, in a sentence.
        chosen: Key of the list that is read, where there are several.
        on_lists: Told the keys of these lists and their sizes, where the first one is read.
    """
    tables = record_lists(value)
    if chosen is not None and chosen not in tables:
        raise DataError(
            f"{name} has no list of records named “{chosen}”.",
            hint=f"It has: {_quoted(tables)}." if tables else "Leave the choice empty.",
        )
    columns = list(value.values())
    if chosen is not None:
        yield from _inner_records(value, chosen, tables, name, on_note)
    elif isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        names, notes = unique_names([str(column) for column in value["columns"]])
        for note in notes:
            on_note(note)
        yield from named_rows(value["data"], names, name)
    elif columns and all(isinstance(c, dict) and _is_numbered(c) for c in columns):
        yield from _from_numbered(value)
    elif len(rows := _lists_of_rows(value)) == 1 and _are_named_rows(value, rows[0]):
        yield from _inner_rows(value, rows[0], name, on_note)
    elif columns and all(isinstance(c, list) for c in columns) and _are_columns(value, tables):
        yield from _from_lists(value, name)
    elif tables:
        on_lists(tables)
        if len(tables) > 1:
            on_note(others_note(name, tables))
        yield from _inner_records(value, next(iter(tables)), tables, name, on_note)
    elif len(rows) == 1:
        yield from _inner_rows(value, rows[0], name, on_note)
    elif _is_keyed(columns) and _are_columns_by_key(columns):
        on_note(f"The rows of {name} are read with their keys in the column “key”.")
        yield from _from_columns_by_key(value)
    elif _is_keyed(columns):
        on_note(f"The records of {name} are read with their keys in the column “key”.")
        own = "key" if not any("key" in record for record in columns) else "record key"
        for key, record in value.items():
            yield {own: key, **record}
    elif inner := nested_records(value):
        path, records = inner
        on_note(f"The records in “{path}” were read; what stands beside them was left out.")
        yield from records
    else:
        yield value


def nested_records(value: Any, depth: int = MOST_LEVELS) -> tuple[str, list[Record]] | None:
    """Return the only list of records within objects within an object, and where it stands."""
    if not isinstance(value, dict) or not depth:
        return None
    found = [(key, value[key]) for key, length in record_lists(value).items() if length > 1]
    for key, item in value.items():
        inner = nested_records(item, depth - 1)
        found += [(f"{key}.{inner[0]}", inner[1])] if inner else []
    return found[0] if len(found) == 1 else None


def record_lists(value: Any) -> dict[str, int]:
    """Return the keys of an object that hold lists of records, and how many each has."""
    if not isinstance(value, dict):
        return {}
    return {
        key: len(item)
        for key, item in value.items()
        if isinstance(item, list) and item and all(isinstance(record, dict) for record in item)
    }


def others_note(name: str, tables: Mapping[str, int]) -> str:
    """Return what is said of a file with several lists of records when nobody chose one."""
    counts = ", ".join(f"“{key}” ({count:,} records)" for key, count in tables.items())
    return (
        f"{name} holds {len(tables)} tables: {counts}; “{next(iter(tables))}” was read. "
        "Choose another one with “records”."
    )


def _are_columns(value: Mapping[str, list[Any]], tables: Mapping[str, int]) -> bool:
    """Return whether lists are columns of one table, not tables of their own."""
    if len(value) == 1:
        return True
    lengths = {len(column) for column in value.values()}
    return not tables or (len(lengths) == 1 and len(tables) < len(value))


def _inner_records(
    value: Record, chosen: str, tables: Mapping[str, int], name: str, on_note: OnNote
) -> Iterator[Record]:
    """Yield the records of one of the lists of an object, and say what is left out."""
    others = [key for key in value if key != chosen and key not in tables]
    if others:
        on_note(
            f"The records in “{chosen}” were read; what stands beside them was left out: "
            f"{_quoted(others)}."
        )
    for number, item in enumerate(value[chosen], start=1):
        yield as_record(item, number, name)


def _lists_of_rows(value: Record) -> list[str]:
    return [
        key
        for key, item in value.items()
        if isinstance(item, list) and item and all(isinstance(row, list) for row in item)
    ]


def _are_named_rows(value: Record, key: str) -> bool:
    """Return whether lists are rows: alone in the object, or as wide as a list of names beside."""
    widths = {len(row) for row in value[key]}
    if len(widths) > 1 or not max(widths):
        return False
    names = [_as_names(value.get(other)) for other in NAME_KEYS]
    return len(value) == 1 or any(found is not None and len(found) in widths for found in names)


def _are_columns_by_key(columns: Sequence[Record]) -> bool:
    """Return whether objects are columns, not records: each is of one type, its keys are not."""
    if any(len({type(v) for v in column.values() if v is not None}) > 1 for column in columns):
        return False
    keys = dict.fromkeys(key for column in columns for key in column)
    by_key = [{type(c.get(key)) for c in columns if c.get(key) is not None} for key in keys]
    return any({str} < types for types in by_key)


def _from_columns_by_key(value: Mapping[str, Record]) -> Iterator[Record]:
    own = "record key" if "key" in value else "key"
    for key in dict.fromkeys(key for column in value.values() for key in column):
        yield {own: key, **{name: column.get(key) for name, column in value.items()}}


def _inner_rows(value: Record, key: str, name: str, on_note: OnNote) -> Iterator[Record]:
    """Yield rows that are lists, named by a list of columns elsewhere in the object."""
    rows = value[key]
    others = [other for other in value if other != key]
    names = _names_for(value, max(map(len, rows)))
    on_note(
        f"The rows in “{key}” were read"
        + (", with the names that stand beside them" if names else "")
        + (f"; the rest was left out: {_quoted(others)}." if others else ".")
    )
    names = names or header_names(rows[:NAMES_SHOWN])
    if names is not None and len(rows) and rows[0] == names:
        rows = rows[1:]
    if names is not None and all(len(row) == len(names) for row in rows):
        yield from named_rows(rows, names, name)
    else:
        for number, row in enumerate(rows, start=1):
            yield as_record(row, number, name)


def _names_for(value: Any, width: int) -> list[str] | None:
    """Return the names of *width* columns that an object holds under “columns”, however deep."""
    if not isinstance(value, dict):
        return None
    for key in NAME_KEYS:
        found = _as_names(value.get(key))
        if found is not None and len(found) == width:
            return found
    inner = (_names_for(item, width) for item in value.values())
    return next((names for names in inner if names is not None), None)


def _as_names(items: Any) -> list[str] | None:
    if not isinstance(items, list) or not items:
        return None
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return [str(name) for name in names] if all(isinstance(n, str) for n in names) else None


def _is_keyed(values: Sequence[Any]) -> bool:
    """Return whether these are records of one kind: objects with about the same keys."""
    if len(values) < 2 or not all(isinstance(item, dict) and item for item in values):
        return False
    keys = [set(item) for item in values]
    return len(set.union(*keys)) < 2 * max(map(len, keys)) and bool(set.intersection(*keys))


def _from_lists(value: Mapping[str, list[Any]], name: str) -> Iterator[Record]:
    if len(value) == 1:
        (only,) = value.values()
        if only and all(isinstance(item, dict) for item in only):
            yield from only
            return
    lengths = {key: len(column) for key, column in value.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(
            f"“{key}” has {length:,}" for key, length in list(lengths.items())[:NAMES_SHOWN]
        )
        raise DataError(
            f"The lists of {name} are not of one length: {shown}.",
            hint="Export the file again, or as one object per row.",
        )
    for row in zip(*value.values(), strict=True):
        yield dict(zip(value, row, strict=True))


def _is_numbered(column: Record) -> bool:
    return bool(column) and all(key.isdigit() for key in column)


def _from_numbered(value: Mapping[str, Record]) -> Iterator[Record]:
    numbers = dict.fromkeys(key for column in value.values() for key in column)
    for number in sorted(numbers, key=int):
        yield {key: column.get(number) for key, column in value.items()}


def _quoted(names: Iterable[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    more = f" and {len(quoted) - NAMES_SHOWN} more" if len(quoted) > NAMES_SHOWN else ""
    return ", ".join(itertools.islice(quoted, NAMES_SHOWN)) + more
