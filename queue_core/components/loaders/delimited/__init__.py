"""Delimited text: CSV, TSV and every other file of rows and separators."""

from __future__ import annotations

from queue_core.components.loaders.delimited.options import SCHEMA
from queue_core.components.registry import Component, ComponentKind

COMPONENTS = (
    Component(
        id="delimited_text",
        kind=ComponentKind.LOADER,
        title="Text table (CSV, TSV)",
        description="Rows of text whose values are separated by commas, tabs or other signs; "
        "also compressed.",
        factory="queue_core.components.loaders.delimited.loader:DelimitedTextLoader",
        schema=SCHEMA,
        options={"suffixes": (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv", ".asc")},
    ),
)
