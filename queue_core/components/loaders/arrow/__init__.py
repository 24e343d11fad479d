"""Loads Arrow files and streams; Feather is their other name."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

LOADER = "arrow"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="Feather, Arrow",
        description="A Feather file, or an Arrow file or stream.",
        factory=f"{__name__}.arrow_loader:ArrowLoader",
        schema={"type": "object", "properties": {}},
        options={"suffixes": (".feather", ".arrow", ".arrows", ".ipc")},
    ),
)
