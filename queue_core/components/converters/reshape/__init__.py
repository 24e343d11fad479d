"""Long tables made wide, and wide ones long."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

SUMMARIES = {
    "first": "first({0} ORDER BY {row})",
    "count": "count({0})",
    "sum": "sum(CAST({0} AS DOUBLE))",
    "mean": "avg(CAST({0} AS DOUBLE))",
    "min": "min({0})",
    "max": "max({0})",
}

COMPONENTS = (
    Component(
        id="pivot",
        kind=ComponentKind.CONVERTER,
        title="Pivot",
        description="Makes a column of each value of a column, and one row of each group.",
        factory=f"{__name__}.reshape_converter:Pivot",
        schema={
            "type": "object",
            "properties": {
                "names_from": {
                    "type": "string",
                    "format": "column",
                    "description": "The column whose values become columns.",
                },
                "values_from": {
                    "type": "string",
                    "format": "column",
                    "description": "The column that fills them.",
                },
                "summary": {
                    "type": "string",
                    "enum": list(SUMMARIES),
                    "default": "first",
                    "description": "What to do where several values meet in one cell.",
                },
            },
            "required": ["names_from", "values_from"],
        },
        options={"columns": "optional"},
    ),
    Component(
        id="unpivot",
        kind=ComponentKind.CONVERTER,
        title="Unpivot",
        description="Makes two columns, names and values, of the chosen columns.",
        factory=f"{__name__}.reshape_converter:Unpivot",
        schema={
            "type": "object",
            "properties": {
                "names_to": {
                    "type": "string",
                    "default": "name",
                    "description": "Name of the column with the old columns' names.",
                },
                "values_to": {
                    "type": "string",
                    "default": "value",
                    "description": "Name of the column with the values.",
                },
                "drop_missing": {
                    "type": "boolean",
                    "default": False,
                    "description": "Leave out rows without a value.",
                },
            },
        },
        options={"columns": "required"},
    ),
)
