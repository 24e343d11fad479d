"""Columns calculated from others by an expression, and values replaced by others."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

COMPONENTS = (
    Component(
        id="calculate_column",
        kind=ComponentKind.CONVERTER,
        title="Calculate column",
        description="Writes the value of an expression over other columns into a column.",
        factory=f"{__name__}.calculate_converter:CalculateColumn",
        schema={
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": "Name of the column, new or not."},
                "expression": {
                    "type": "string",
                    "format": "multiline",
                    "description": "E.g. price * quantity, or if(age >= 18, 'adult', 'child').",
                },
            },
            "required": ["name", "expression"],
        },
        options={"columns": "none"},
    ),
    Component(
        id="replace_values",
        kind=ComponentKind.CONVERTER,
        title="Replace values",
        description="Replaces values by others, or by nothing, in the chosen columns.",
        factory=f"{__name__}.calculate_converter:ReplaceValues",
        schema={
            "type": "object",
            "properties": {
                "values": {
                    "type": "object",
                    "description": 'Old and new values, e.g. {"N/A": null, "M": "male"}.',
                }
            },
            "required": ["values"],
        },
        column_types=("text", "category", "number", "boolean"),
    ),
)
