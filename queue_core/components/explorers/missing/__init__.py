"""Missing values: how many in which columns, and which ones are missing together."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

COMPONENTS = (
    Component(
        id="missing_values",
        kind=ComponentKind.EXPLORER,
        title="Missing values",
        description="How many values are missing where, and which ones are missing together.",
        factory=f"{__name__}.missing_explorer:missing_values",
    ),
)
