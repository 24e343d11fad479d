"""Loads Parquet files."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind

LOADER = "parquet"

COMPONENTS = (
    Component(
        id=LOADER,
        kind=ComponentKind.LOADER,
        title="Parquet",
        description="A single Parquet file.",
        factory=f"{__name__}.parquet_loader:ParquetLoader",
        schema={"type": "object", "properties": {}},
        options={"suffixes": (".parquet", ".pq", ".parq")},
    ),
)
