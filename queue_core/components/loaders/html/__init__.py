"""Loads a table of a web page, as many programs save it under the name of a workbook."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.loaders.common_options import ENCODING

LOADER = "html_table"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="Table of a web page (HTML)",
        description="A table of an HTML page; also one that is named as a workbook.",
        factory=f"{__name__}.html_loader:HtmlLoader",
        schema={
            "type": "object",
            "properties": {
                "table": {
                    "type": ["integer", "null"],
                    "minimum": 1,
                    "default": None,
                    "title": "Table",
                    "description": "Number of the table on the page, from 1; empty: the largest.",
                },
                "header": {
                    "type": ["boolean", "null"],
                    "default": None,
                    "title": "First row holds the names",
                    "description": "Whether the first row of the table names its columns; "
                    "empty: found out.",
                },
                "encoding": ENCODING,
            },
        },
        options={"suffixes": (".html", ".htm")},
    ),
)
