"""Box and violin: medians, quartiles, whiskers and the shape of columns, by group."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import GROUPS, choice, column, integer, number, schema

COMPONENTS = (
    Component(
        id="box_violin",
        kind=ComponentKind.EXPLORER,
        title="Box and violin",
        description="Median, quartiles, whiskers and shape of columns of numbers, by group.",
        factory=f"{__name__}.box_violin_explorer:box_violin",
        schema=schema(
            shape=choice(
                "Shape",
                {"both": "Violin with box", "box": "Box", "violin": "Violin"},
                "What is drawn for each group.",
            ),
            group_by=column("Group by", "Draws one box for each group of this column.", GROUPS),
            groups=integer(
                "Groups",
                "How many of the largest groups are drawn apart.",
                default=12,
                minimum=1,
                maximum=60,
            ),
            whiskers=number(
                "Whiskers",
                "Length of the whiskers at most, as multiples of the box.",
                default=1.5,
                minimum=0.1,
                maximum=10,
            ),
        ),
        column_types=("number", "date", "datetime"),
        options={"most_columns": 36},
    ),
)
