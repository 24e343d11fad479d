"""Loads ARFF files, dense and sparse."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

LOADER = "arff"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="ARFF (Weka)",
        description="A Weka file with declared columns, dense or sparse; also compressed.",
        factory=f"{__name__}.arff_loader:ArffLoader",
        schema={
            "type": "object",
            "properties": {
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
        options={"suffixes": (".arff",)},
    ),
)
