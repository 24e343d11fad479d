"""The options of text tables: what the user may override, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from queue_core.components.column_types import ColumnType
from queue_core.components.loaders.delimited.rows import WHITESPACE
from queue_core.components.loaders.delimited.table import BadRows
from queue_core.components.loaders.encodings import ALTERNATIVES, UTF8
from queue_core.errors import ParameterError

MAX_DELIMITER_CHARACTERS = 4
DELIMITER_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "space": " ",
    "spaces": WHITESPACE,
    WHITESPACE: WHITESPACE,
}

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "delimiter": {
            "type": ["string", "null"],
            "default": None,
            "title": "Delimiter",
            "examples": [",", ";", "tab", "|", WHITESPACE],
            "description": "What separates the values; empty: found out. "
            f"“tab” and “{WHITESPACE}” (runs of spaces) may be written as words.",
        },
        "encoding": {
            "type": ["string", "null"],
            "default": None,
            "title": "Encoding",
            "examples": [UTF8, *ALTERNATIVES],
            "description": "How bytes become characters; empty: found out.",
        },
        "header": {
            "type": ["boolean", "null"],
            "default": None,
            "title": "First line holds the names",
            "description": "Whether the first line of the table names its columns; "
            "empty: found out.",
        },
        "decimal": {
            "enum": [None, ".", ","],
            "default": None,
            "title": "Decimal sign",
            "description": "What stands before the fraction of a number; empty: found out.",
        },
        "thousands": {
            "enum": [None, "", ",", ".", " ", "'"],
            "default": None,
            "title": "Thousands separator",
            "description": "What stands between groups of three digits; empty: found out.",
        },
        "date_order": {
            "enum": [None, "day_first", "month_first"],
            "default": None,
            "title": "Order of dates",
            "description": "How 01/02/2024 is meant; empty: found out, day first where both fit.",
        },
        "quote": {
            "enum": [None, '"', "'", ""],
            "default": None,
            "title": "Quote",
            "description": "What encloses values that hold separators; empty: found out.",
        },
        "missing_words": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "default": None,
            "title": "Words for missing values",
            "description": "Words that stand for no value, besides nothing at all; "
            "empty: NA, NaN, null and the like, where the file uses them.",
        },
        "skip_rows": {
            "type": ["integer", "null"],
            "minimum": 0,
            "default": None,
            "title": "Lines to skip",
            "description": "Lines before the table (remarks, titles); empty: found out.",
        },
        "bad_rows": {
            "enum": [item.value for item in BadRows],
            "default": BadRows.ERROR.value,
            "title": "Rows of another length",
            "description": "What happens to rows with more or fewer values than columns: stop "
            "with an error, leave them out, or fill short ones with missing values. Rows left out "
            "are kept in a file beside the dataset.",
        },
        "column_types": {
            "type": ["object", "null"],
            "default": None,
            "title": "Types of columns",
            "description": "Types that are not to be found out, by column name, "
            'e.g. {"zip": "text"}.',
        },
        "compression": {
            "enum": [None, "none", "gzip", "bzip2", "xz", "zstd", "zip"],
            "default": None,
            "title": "Compression",
            "description": "How the file is packed; empty: what its first bytes say.",
        },
        "member": {
            "type": ["string", "null"],
            "default": None,
            "title": "File in the archive",
            "description": "Which file of a zip archive is loaded.",
        },
    },
}


@dataclass(frozen=True)
class TextOptions:
    """What the user chose; None where it is to be found out."""

    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    decimal: str | None = None
    thousands: str | None = None
    date_order: str | None = None
    quote: str | None = None
    missing_words: tuple[str, ...] | None = None
    skip_rows: int | None = None
    bad_rows: BadRows = BadRows.ERROR
    column_types: Mapping[str, ColumnType] = field(default_factory=dict)

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> TextOptions:
        """Return the options that *values* (complete and of the right types) mean.

        Raises:
            ParameterError: They contradict each other or name an unknown type.
        """
        delimiter = values.get("delimiter") or None
        words = values.get("missing_words")
        found = cls(
            delimiter=None if delimiter is None else DELIMITER_NAMES.get(delimiter, delimiter),
            encoding=values.get("encoding") or None,
            header=values.get("header"),
            decimal=values.get("decimal"),
            thousands=values.get("thousands"),
            date_order=values.get("date_order"),
            quote=values.get("quote"),
            missing_words=None if words is None else tuple(words),
            skip_rows=values.get("skip_rows"),
            bad_rows=BadRows(values.get("bad_rows") or BadRows.ERROR),
            column_types=_column_types(values.get("column_types") or {}),
        )
        found._check()
        return found

    def _check(self) -> None:
        delimiter = self.delimiter or ","
        is_long = len(delimiter) > MAX_DELIMITER_CHARACTERS and delimiter != WHITESPACE
        if is_long or set(delimiter) & set('\n\r"'):
            raise ParameterError(
                f"“{self.delimiter}” cannot separate values.",
                parameter="delimiter",
                hint="Give one to four characters, “tab” or “whitespace”.",
            )
        if self.decimal is not None and self.decimal == self.thousands:
            raise ParameterError(
                f"“{self.decimal}” cannot be both the decimal sign and the thousands separator.",
                parameter="thousands",
                hint="Choose different ones.",
            )


def _column_types(values: Mapping[str, Any]) -> dict[str, ColumnType]:
    unusable = (ColumnType.OTHER, ColumnType.DURATION)
    usable = [item.value for item in ColumnType if item not in unusable]
    for name, value in values.items():
        if value not in usable:
            raise ParameterError(
                f"“{value}” is not a type that column “{name}” can have.",
                parameter="column_types",
                hint=f"Choose one of: {', '.join(usable)}.",
            )
    return {name: ColumnType(value) for name, value in values.items()}
