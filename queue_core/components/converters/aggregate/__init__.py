"""One row for each group of rows, with summaries of their values."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

COMPONENTS = (
    Component(
        id="group_and_aggregate",
        kind=ComponentKind.CONVERTER,
        title="Group and aggregate",
        description="Puts the rows that are alike in the chosen columns into one, with summaries.",
        factory=f"{__name__}.aggregate_converter:GroupAndAggregate",
        schema={
            "type": "object",
            "properties": {
                "summaries": {
                    "type": "array",
                    "items": {"type": "string"},
                    "default": ["rows = count()"],
                    "description": "E.g. mean(price), or total = sum(price * quantity).",
                }
            },
        },
        options={"columns": "optional"},
    ),
)
