"""Loads ARFF files, dense and sparse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from queue_core.components.column_types import ColumnType
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.loaders.arff import LOADER
from queue_core.components.loaders.arff.arff_rows import parse_arff, text_lines
from queue_core.components.loaders.arff.arff_values import ArffValues, Attribute
from queue_core.components.loaders.files.encodings import decoded, encoding_of, guess_notes
from queue_core.components.loaders.files.line_limit import limited_lines
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Finding,
    Loaded,
    Preview,
    PreviewColumn,
)
from queue_core.components.loaders.tables.arrow_tables import preview_of
from queue_core.components.loaders.tables.parts import Parts
from queue_core.components.progress import ProgressReporter


class ArffLoader:
    """Reads ARFF files row by row."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Read the declarations; see `Loader.detect`."""
        encoding = encoding_of(source, options.get("encoding"))
        shown = self.preview(source, options, 1)
        return Detection(
            path=source.path,
            loader=LOADER,
            options=shown.options,
            findings=(Finding("encoding", encoding.name, encoding.reason),),
            warnings=shown.warnings,
            size_bytes=source.size,
        )

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first rows; see `Loader.preview`."""
        encoding = encoding_of(source, options.get("encoding"))
        with source.unpacked() as content:
            text = decoded(content, encoding, source.name)
            lines = text_lines(limited_lines(text, source.name))
            values = ArffValues(source.name)
            attributes, batches = parse_arff(lines, values, rows)
            table = pa.Table.from_batches([next(batches)])
        shown = preview_of(
            source,
            LOADER,
            table.slice(0, rows),
            None,
            options=_used(source, encoding.name),
            warnings=(
                *guess_notes(encoding, source.name),
                *values.notes,
                *values.left_out_notes(),
            ),
        )
        nominal = _nominal(attributes)
        columns = tuple(
            PreviewColumn(item.name, ColumnType.CATEGORY if item.name in nominal else item.type)
            for item in shown.columns
        )
        return replace(shown, columns=columns)

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all rows; see `Loader.load`."""
        encoding = encoding_of(source, options.get("encoding"))
        parts = Parts(staging.scratch)
        values = ArffValues(source.name)
        with source.unpacked() as content:
            text = decoded(content, encoding, source.name)
            lines = text_lines(limited_lines(text, source.name))
            attributes, batches = parse_arff(lines, values)
            for batch in batches:
                parts.add(batch)
                share = content.read_bytes / source.size
                hasher.follow(share)
                progress.report(0.8 * share, f"reading {share:.0%} · {parts.row_count:,} rows")
        progress.report(0.8, "storing the rows")
        row_count = staging.write_arrow(parts.reader())
        notes = [*guess_notes(encoding, source.name), *values.notes, *values.left_out_notes()]
        if not row_count:
            notes.append(f"{source.name} has attributes and no rows.")
        return Loaded(
            options=_used(source, encoding.name),
            rows_read=row_count,
            warnings=(*notes, *parts.notes),
            types=dict.fromkeys(_nominal(attributes), ColumnType.CATEGORY),
        )


def _used(source: SourceFile, encoding: str) -> JsonObject:
    return {
        "encoding": encoding,
        "compression": source.compression.value,
        "member": source.member,
    }


def _nominal(attributes: Sequence[Attribute]) -> frozenset[str]:
    return frozenset(item.name for item in attributes if item.type == "nominal")
