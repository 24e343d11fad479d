"""Delimited text: CSV, TSV and every other file of rows and separators."""

from __future__ import annotations

from enum import StrEnum

from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.common_options import COMPRESSION, ENCODING, MEMBER
from queue_core.components.loaders.files.encoding_names import ALTERNATIVES, UTF8
from queue_core.components.loaders.tables.text_rows import FIXED_WIDTH, WHITESPACE


class BadRows(StrEnum):
    """What happens to rows that have not as many values as there are columns."""

    ERROR = "error"
    SKIP = "skip"
    FILL = "fill"


SCHEMA: JsonMapping = {
    "type": "object",
    "properties": {
        "delimiter": {
            "type": ["string", "null"],
            "default": None,
            "title": "Delimiter",
            "examples": [",", ";", "tab", "|", WHITESPACE, FIXED_WIDTH],
            "description": "What separates the values; empty: found out. "
            f"“tab”, “{WHITESPACE}” (runs of spaces) and “{FIXED_WIDTH}” (columns that begin "
            "at the same place of every line) may be written as words.",
        },
        "encoding": {**ENCODING, "examples": [UTF8, *ALTERNATIVES]},
        "header": {
            "type": ["boolean", "null"],
            "default": None,
            "title": "First line holds the names",
            "empty-title": "As found",
            "description": "Whether the first line of the table names its columns; "
            "empty: found out.",
        },
        "decimal": {
            "enum": [None, ".", ","],
            "enum-titles": ["As found", ".", ","],
            "default": None,
            "title": "Decimal sign",
            "description": "What stands before the fraction of a number; empty: found out.",
        },
        "thousands": {
            "enum": [None, "", ",", ".", " ", "'"],
            "enum-titles": ["As found", "None", ",", ".", "Space", "'"],
            "default": None,
            "title": "Thousands separator",
            "description": "What stands between groups of three digits; empty: found out.",
        },
        "date_order": {
            "enum": [None, "day_first", "month_first"],
            "enum-titles": ["As found", "Day first", "Month first"],
            "default": None,
            "title": "Order of dates",
            "description": "How 01/02/2024 is meant; empty: found out, day first where both fit.",
        },
        "quote": {
            "enum": [None, '"', "'", ""],
            "enum-titles": ["As found", '"', "'", "None"],
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
            "empty-title": "As found",
            "description": "Lines before the table (remarks, titles); empty: found out.",
        },
        "bad_rows": {
            "enum": [item.value for item in BadRows],
            "enum-titles": ["Stop with an error", "Leave them out", "Fill short ones"],
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
        "compression": COMPRESSION,
        "member": MEMBER,
    },
}

COMPONENTS = (
    Component(
        id="delimited_text",
        kind=ComponentKind.LOADER,
        title="Text table (CSV, TSV)",
        description="Rows of text whose values are separated by commas, tabs or other signs; "
        "also compressed.",
        factory=f"{__name__}.delimited_loader:DelimitedTextLoader",
        schema=SCHEMA,
        options={"suffixes": (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv", ".asc")},
    ),
)
