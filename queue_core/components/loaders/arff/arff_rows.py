"""Rows of an ARFF file as record batches, in the types that it declares."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import arff
import pyarrow as pa

from queue_core.components.loaders.arff.arff_values import (
    DEFAULT_DATE,
    NUMBER_TYPES,
    ArffValues,
    Attribute,
    date_format,
)
from queue_core.errors import DataError

BATCH_ROWS = 20_000
_ATTRIBUTE = re.compile(
    r"""(@attribute\s+(?:'(?:[^'\\]|\\.)*'|"[^"]*"|\S+))\s+(.+)""", re.IGNORECASE
)


def text_lines(blocks: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text that comes in blocks; a file of old Macs has no line feeds."""
    rest = ""
    is_old = None
    for block in blocks:
        is_old = "\r" in block and "\n" not in block if is_old is None else is_old
        if is_old:
            block = block.replace("\r", "\n")
        *lines, rest = (rest + block).split("\n")
        yield from lines
    if rest:
        yield rest


def parse_arff(
    lines: Iterator[str], values: ArffValues, batch_rows: int = BATCH_ROWS
) -> tuple[list[Attribute], Iterator[pa.RecordBatch]]:
    """Return the declared columns, and the rows as record batches; there is at least one.

    Raises:
        DataError: A line cannot be read (also while iterating).
    """
    name = values.name
    declared: list[tuple[str, str]] = []
    decoder = arff.ArffDecoder()
    with _arff_errors(name, decoder):
        found = decoder.decode(_declarations(lines, declared, name), return_type=arff.DENSE_GEN)
    if len(found["attributes"]) != len(declared):
        raise DataError(
            f"{name} declares an attribute in a way that cannot be read.",
            hint="Write each as “@attribute name type”, the name in quotes if it has spaces.",
        )
    attributes = [
        Attribute(attribute, *types)
        for (attribute, _), types in zip(found["attributes"], declared, strict=True)
    ]
    if not attributes:
        raise DataError(f"{name} declares no attributes.", hint="Check that the file is whole.")
    for position, item in enumerate(attributes):
        if item.type in ("string", "date"):
            decoder._conversors[position] = _text_of(item.name, values)  # noqa: SLF001
    return attributes, _batches(attributes, found["data"], decoder, values, batch_rows)


def _text_of(name: str, values: ArffValues) -> Callable[[Any], str | None]:
    """Return what makes a text of a value; the parser gives 0 for one that a row leaves out."""

    def text(value: Any) -> str | None:
        if value == 0:
            values.left_out.setdefault(name)
            return None
        return str(value)

    return text


@contextmanager
def _arff_errors(name: str, decoder: Any = None) -> Iterator[None]:
    """Turn what the parser raises into a `DataError` that names the line."""
    try:
        yield
    except (arff.ArffException, ValueError, LookupError, TypeError, AttributeError) as error:
        # The parser stumbles over some lines without a sentence of its own.
        line = getattr(error, "line", -1)
        if line < 0:
            line = decoder._current_line if decoder is not None else -1  # noqa: SLF001
        raise DataError(
            f"{name} cannot be read as ARFF: {_words(error, line)}.",
            hint="Correct this line, then load the file again.",
        ) from error


def _words(error: Exception, line: int) -> str:
    """Return what is wrong, with the line; some of the parser's errors cannot say it."""
    words = ""
    if isinstance(error, arff.ArffException):
        with suppress(Exception):  # its own message may not fit what it is filled with
            error.line = line
            words = str(error).strip().rstrip(".")
    if not words:
        place = f"line {line:,}" if line > 0 else "a line of it"
        words = f"{place} is not one of an ARFF file"
    return f"{words[:1].lower()}{words[1:]}"


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
    if kind in NUMBER_TYPES or kind == "string":
        return kind, ""
    if kind == "date":
        declared = _unquoted(words[1].strip()) if len(words) > 1 else DEFAULT_DATE
        found = date_format(declared)
        if found is None:
            raise DataError(
                f"Line {line:,} of {name} declares dates as “{declared}”, which cannot be read.",
                hint="Declare the attribute as string, or write its dates as yyyy-MM-dd.",
            )
        return kind, found
    raise DataError(
        f"Line {line:,} of {name} declares an attribute of the type {words[0]}, "
        "which cannot be loaded.",
        hint="Types that can be loaded are numeric, real, integer, string, date and nominal.",
    )


def _batches(
    attributes: Sequence[Attribute],
    rows: Iterator[list[Any]],
    decoder: Any,
    values: ArffValues,
    batch_rows: int,
) -> Iterator[pa.RecordBatch]:
    names = [item.name for item in attributes]
    done = 0
    first = True
    while True:
        with _arff_errors(values.name, decoder):
            taken = list(itertools.islice(rows, batch_rows))
        if not taken and not first:
            return
        first = False
        columns = list(zip(*taken, strict=True)) if taken else [()] * len(names)
        arrays = [
            values.array(item, texts, done) for item, texts in zip(attributes, columns, strict=True)
        ]
        done += len(taken)
        yield pa.RecordBatch.from_arrays(arrays, names=names)


def _unquoted(text: str) -> str:
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote:
            return text[1:-1].replace(f"\\{quote}", quote)
    return text
