"""Duplicates: rows that are equal in all or in chosen columns."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.parameter_schemas import integer, schema

COMPONENTS = (
    Component(
        id="duplicates",
        kind=ComponentKind.EXPLORER,
        title="Duplicates",
        description="Rows that are equal in all columns, or in the chosen ones.",
        factory=f"{__name__}.duplicates_explorer:duplicates",
        schema=schema(
            groups=integer(
                "Groups",
                "How many groups of equal rows are listed, the largest first.",
                default=200,
                minimum=1,
                maximum=10_000,
            ),
        ),
    ),
)
