"""Loads JSON and JSON Lines: nested objects flattened, lists kept as JSON text."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.loaders.common_options import COMPRESSION, ENCODING, MEMBER

LOADER = "json"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="JSON, JSON Lines",
        description="Records as objects, one a line or in an array, or columns as lists; "
        "also compressed.",
        factory=f"{__name__}.json_loader:JsonLoader",
        schema={
            "type": "object",
            "properties": {
                "flatten": {
                    "type": "boolean",
                    "default": True,
                    "title": "Flatten objects",
                    "description": "Make a column of each value of a nested object, named like "
                    "“address.city”; else it is kept as JSON text.",
                },
                "records": {
                    "type": ["string", "null"],
                    "format": "part",
                    "default": None,
                    "title": "List of records",
                    "description": "Which list of a file with several tables is read, by its key; "
                    "empty: the first.",
                },
                "encoding": ENCODING,
                "compression": COMPRESSION,
                "member": MEMBER,
            },
        },
        options={"suffixes": (".json", ".jsonl", ".ndjson", ".geojson")},
    ),
)
