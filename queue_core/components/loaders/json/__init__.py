"""Loads JSON and JSON Lines: nested objects flattened, lists kept as JSON text."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

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
                "encoding": {
                    "type": ["string", "null"],
                    "default": None,
                    "title": "Encoding",
                    "description": "How bytes become characters; empty: found out.",
                },
                "compression": {
                    "enum": [None, "none", "gzip", "bzip2", "xz", "zstd", "zip"],
                    "default": None,
                    "title": "Compression",
                    "description": "How the file is packed; empty: what its first bytes say.",
                },
                "member": {
                    "type": ["string", "null"],
                    "default": None,
                    "title": "File in the archive",
                    "description": "Which file of a zip archive is loaded.",
                },
            },
        },
        options={"suffixes": (".json", ".jsonl", ".ndjson", ".geojson")},
    ),
)
