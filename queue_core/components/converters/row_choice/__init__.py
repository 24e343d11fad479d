"""Which rows a table has, and in which order."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

COMPONENTS = (
    Component(
        id="filter_rows",
        kind=ComponentKind.CONVERTER,
        title="Filter rows",
        description="Keeps the rows for which a condition is true.",
        factory=f"{__name__}.row_choice_converter:FilterRows",
        schema={
            "type": "object",
            "properties": {
                "condition": {
                    "type": "string",
                    "format": "multiline",
                    "description": "E.g. price > 10 and city in ['Rome', 'Oslo'].",
                }
            },
            "required": ["condition"],
        },
        options={"columns": "none"},
    ),
    Component(
        id="drop_missing",
        kind=ComponentKind.CONVERTER,
        title="Drop rows with missing values",
        description="Drops the rows in which a chosen column, or all of them, have no value.",
        factory=f"{__name__}.row_choice_converter:DropMissing",
        schema={
            "type": "object",
            "properties": {
                "how": {
                    "type": "string",
                    "enum": ["any", "all"],
                    "enum-titles": ["any of them is missing", "all of them are missing"],
                    "default": "any",
                    "description": "Drop a row if any of the columns is missing, or only if all.",
                }
            },
        },
        options={"new_data": "skip"},
    ),
    Component(
        id="drop_duplicates",
        kind=ComponentKind.CONVERTER,
        title="Drop duplicates",
        description="Keeps one of the rows that are alike in the chosen columns.",
        factory=f"{__name__}.row_choice_converter:DropDuplicates",
        schema={
            "type": "object",
            "properties": {
                "keep": {
                    "type": "string",
                    "enum": ["first", "last"],
                    "default": "first",
                    "description": "Which of the rows is kept.",
                }
            },
        },
        options={"new_data": "skip"},
    ),
    Component(
        id="sample_rows",
        kind=ComponentKind.CONVERTER,
        title="Sample rows",
        description="Draws rows at random without replacement; their order stays.",
        factory=f"{__name__}.row_choice_converter:SampleRows",
        schema={
            "type": "object",
            "properties": {
                "by": {
                    "type": "string",
                    "enum": ["share", "rows"],
                    "enum-titles": ["a share of the rows", "a number of rows"],
                    "default": "share",
                    "description": "How the size of the sample is given.",
                },
                "share": {
                    "type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.1,
                    "depends-on": {"by": "share"}, "description": "Share of the rows, 0 to 1.",
                },
                "rows": {
                    "type": "integer", "minimum": 1, "default": 1000,
                    "depends-on": {"by": "rows"}, "description": "Number of rows.",
                },
            },
        },
        options={"columns": "none", "new_data": "skip"},
    ),
    Component(
        id="sort_rows",
        kind=ComponentKind.CONVERTER,
        title="Sort rows",
        description="Sorts the rows by the chosen columns; missing values come last.",
        factory=f"{__name__}.row_choice_converter:SortRows",
        schema={
            "type": "object",
            "properties": {
                "descending": {
                    "type": "array",
                    "items": {"type": "string"},
                    "format": "columns",
                    "default": [],
                    "description": "Those of the columns that fall instead of rising.",
                }
            },
        },
        options={"columns": "required"},
    ),
)  # fmt: skip
