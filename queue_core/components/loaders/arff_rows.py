"""Rows of an ARFF file as record batches, in the types that it declares."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from queue_core.errors import DataError

BATCH_ROWS = 20_000
_ATTRIBUTE = re.compile(
    r"""(@attribute\s+(?:'(?:[^'\\]|\\.)*'|"[^"]*"|\S+))\s+(.+)""", re.IGNORECASE
)
_NUMBER_TYPES = frozenset(("numeric", "real", "integer"))
_DATE_SIGNS = (
    ("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"),
    ("'", ""),
)  # fmt: skip
_DEFAULT_DATE = "yyyy-MM-dd'T'HH:mm:ss"


@dataclass(frozen=True)
class Attribute:
    """A declared column.

    Attributes:
        name: Its name.
        type: `nominal`, `string`, `date` or a type of numbers.
        format: Format of its dates, as `strptime` has it.
    """

    name: str
    type: str
    format: str = ""


def text_lines(blocks: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text that comes in blocks."""
    rest = ""
    for block in blocks:
        *lines, rest = (rest + block).split("\n")
        yield from lines
    if rest:
        yield rest


def parse_arff(
    lines: Iterator[str], name: str, batch_rows: int = BATCH_ROWS
) -> tuple[list[Attribute], Iterator[Any]]:
    """Return the declared columns, and the rows as record batches; there is at least one.

    Raises:
        DataError: A line cannot be read (also while iterating).
    """
    import arff

    declared: list[tuple[str, str]] = []
    decoder = arff.ArffDecoder()
    with _arff_errors(name):
        found = decoder.decode(_declarations(lines, declared, name), return_type=arff.DENSE_GEN)
    attributes = [
        Attribute(attribute, *types)
        for (attribute, _), types in zip(found["attributes"], declared, strict=True)
    ]
    if not attributes:
        raise DataError(f"{name} declares no attributes.", hint="Check that the file is whole.")
    return attributes, _batches(attributes, found["data"], decoder, name, batch_rows)


@contextmanager
def _arff_errors(name: str, decoder: Any = None) -> Iterator[None]:
    """Turn what the parser raises into a `DataError` that names the line."""
    import arff

    try:
        yield
    except arff.ArffException as error:
        if decoder is not None and error.line < 0:
            error.line = decoder._current_line  # noqa: SLF001 - not set while rows are read
        words = str(error).rstrip(".")
        raise DataError(
            f"{name} cannot be read as ARFF: {words[:1].lower()}{words[1:]}.",
            hint="Correct this line, then load the file again.",
        ) from error


def _declarations(
    lines: Iterator[str], declared: list[tuple[str, str]], name: str
) -> Iterator[str]:
    """Pass lines on, noting the declared types; all but nominal ones are read as text.

    The parser would round 1.5 in an INTEGER column and knows no dates: conversion is ours.
    """
    in_header = True
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if in_header and stripped.lower().startswith("@attribute"):
            found = _ATTRIBUTE.match(stripped)
            if found is not None:
                declared.append(_declared_type(found[2].strip(), number, name))
                kept = found[2] if declared[-1][0] == "nominal" else "STRING"
                yield f"{' '.join(found[1].split(None, 1))} {kept}"
                continue
        elif in_header and stripped.lower().startswith("@data"):
            in_header = False
        yield line.replace("\t", " ") if in_header else line


def _declared_type(text: str, line: int, name: str) -> tuple[str, str]:
    words = text.split(None, 1)
    kind = words[0].lower()
    if text.startswith("{"):
        return "nominal", ""
    if kind in _NUMBER_TYPES or kind == "string":
        return kind, ""
    if kind == "date":
        pattern = words[1].strip().strip("\"'") if len(words) > 1 else _DEFAULT_DATE
        for sign, replacement in _DATE_SIGNS:
            pattern = pattern.replace(sign, replacement)
        return kind, pattern
    raise DataError(
        f"Line {line:,} of {name} declares an attribute of the type {words[0]}, "
        "which cannot be loaded.",
        hint="Types that can be loaded are numeric, real, integer, string, date and nominal.",
    )


def _batches(
    attributes: Sequence[Attribute],
    rows: Iterator[list[Any]],
    decoder: Any,
    name: str,
    batch_rows: int,
) -> Iterator[Any]:
    import pyarrow as pa

    names = [item.name for item in attributes]
    first = True
    while True:
        with _arff_errors(name, decoder):
            taken = list(itertools.islice(rows, batch_rows))
        if not taken and not first:
            return
        first = False
        columns = list(zip(*taken, strict=True)) if taken else [()] * len(names)
        arrays = [
            _converted(item, values, name) for item, values in zip(attributes, columns, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, names=names)


def _converted(attribute: Attribute, values: Sequence[str | None], name: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pa.array(values, pa.string())
    try:
        if attribute.type in _NUMBER_TYPES:
            return _numbers(array)
        if attribute.type == "date":
            return pc.strptime(array, attribute.format, "us")
    except pa.ArrowInvalid as error:
        noun = "a number" if attribute.type in _NUMBER_TYPES else "a date"
        raise DataError(
            f"The attribute “{attribute.name}” of {name} holds a value that is not {noun}: "
            f"{str(error).splitlines()[0]}.",
            hint="Correct the value, or declare the attribute as string.",
        ) from error
    return array


def _numbers(array: Any) -> Any:
    """Return texts as integers where all are whole, else as floats."""
    import pyarrow as pa

    if array.null_count == len(array):
        return pa.nulls(len(array))
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        return array.cast(pa.float64())
