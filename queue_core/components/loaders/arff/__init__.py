"""Loads ARFF files, dense and sparse."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.loaders.common_options import COMPRESSION, ENCODING, MEMBER

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
                "encoding": ENCODING,
                "compression": COMPRESSION,
                "member": MEMBER,
            },
        },
        options={"suffixes": (".arff",)},
    ),
)
