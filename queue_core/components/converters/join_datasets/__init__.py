"""Two tables side by side, row by row where their keys agree."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

_MATCHED = ("left", "inner", "full")

COMPONENTS = (
    Component(
        id="join_datasets",
        kind=ComponentKind.CONVERTER,
        title="Join dataset",
        description="Adds the columns of another dataset to the rows whose keys agree.",
        factory=f"{__name__}.join_datasets_converter:JoinDatasets",
        schema={
            "type": "object",
            "properties": {
                "dataset_id": {
                    "type": "integer",
                    "format": "dataset",
                    "description": "The other dataset.",
                },
                "on": {
                    "type": "array",
                    "items": {"type": "string"},
                    "format": "columns",
                    "minItems": 1,
                    "description": "The key columns here.",
                },
                "other_on": {
                    "type": "array",
                    "items": {"type": "string"},
                    "default": [],
                    "description": "Their names in the other dataset, if they differ.",
                },
                "how": {
                    "type": "string",
                    "enum": [*_MATCHED, "semi", "anti"],
                    "enum-titles": [
                        "all rows from here",
                        "only rows with a partner",
                        "all rows of both",
                        "rows from here with a partner, no new columns",
                        "rows from here without a partner",
                    ],
                    "default": "left",
                    "description": "Which rows the result has.",
                },
                "suffix": {
                    "type": "string",
                    "default": "_other",
                    "description": "Behind names that both datasets have.",
                },
            },
            "required": ["dataset_id", "on"],
        },
        options={"columns": "none", "other_datasets": ("dataset_id",)},
    ),
)
