"""Columns in another type."""

from __future__ import annotations

from queue_core.components.column_types import ColumnType
from queue_core.components.component import Component, ComponentKind

SQL_TYPES = {
    ColumnType.INTEGER: "BIGINT",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.TEXT: "VARCHAR",
    ColumnType.CATEGORY: "VARCHAR",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.TIME: "TIME",
}

COMPONENTS = (
    Component(
        id="change_type",
        kind=ComponentKind.CONVERTER,
        title="Change type",
        description="Changes the type of the chosen columns, e.g. from text to number or date.",
        factory=f"{__name__}.cast_type_converter:ChangeType",
        schema={
            "type": "object",
            "properties": {
                "type": {
                    "type": "string",
                    "enum": [item.value for item in SQL_TYPES],
                    "description": "The new type.",
                },
                "date_format": {
                    "type": ["string", "null"],
                    "default": None,
                    "depends-on": {"type": ["date", "datetime"]},
                    "description": "How the dates are written, e.g. %d/%m/%Y; empty: 2024-05-31.",
                },
                "decimal_sign": {
                    "type": "string",
                    "enum": [".", ","],
                    "default": ".",
                    "depends-on": {"type": ["integer", "float"]},
                    "description": "The sign before the decimals; the other one parts thousands.",
                },
                "on_error": {
                    "type": "string",
                    "enum": ["missing", "error"],
                    "enum-titles": ["become missing", "stop with an error"],
                    "default": "missing",
                    "description": "What to do with values that do not fit.",
                },
            },
            "required": ["type"],
        },
        options={"columns": "required"},
    ),
)
