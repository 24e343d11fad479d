"""Loads delimited text: one path for the preview and the job, checked value by value."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.loaders.delimited.date_orders import column_notes, doubtful_dates
from queue_core.components.loaders.delimited.load_run import LoadRun
from queue_core.components.loaders.delimited.options import TextOptions
from queue_core.components.loaders.delimited.plan import TextPlan, plan_text
from queue_core.components.loaders.delimited.remedies import (
    lines_around,
    missing_remedy,
    words_among_numbers,
)
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Loaded,
    Preview,
    PreviewColumn,
)
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError

LOADER = "delimited_text"


class DelimitedTextLoader:
    """Reads CSV, TSV and every other text of rows and separators."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Find out the layout; see `Loader.detect`."""
        plan = plan_text(source, TextOptions.parse(options))
        return Detection(
            path=source.path,
            loader=LOADER,
            options=_all_options(plan, source),
            findings=plan.findings(),
            warnings=plan.warnings,
            size_bytes=source.size,
        )

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first rows, read as the load reads them; see `Loader.preview`."""
        plan = plan_text(source, TextOptions.parse(options))
        shown = Preview(
            path=source.path,
            loader=LOADER,
            options=_all_options(plan, source),
            findings=plan.findings(),
            size_bytes=source.size,
        )
        with tempfile.TemporaryDirectory(prefix="preview-") as folder:
            run = LoadRun(source, plan, Path(folder))
            try:
                found = run.first_rows(rows)
            except DataError as error:
                excerpt = lines_around(plan.head, error.line)
                return replace(shown, error=error, excerpt=tuple(excerpt))
        words = words_among_numbers(run.columns, plan.layout.rows, plan.options)
        return replace(
            shown,
            columns=tuple(PreviewColumn(column.name, column.type) for column in run.columns),
            rows=tuple(found),
            warnings=(
                *plan.warnings,
                *run.notes,
                *doubtful_dates(run.columns),
                *column_notes(run.columns),
            ),
            remedies=tuple(missing_remedy(run.columns, words)),
            estimated_rows=_estimated_rows(source, plan),
            is_complete=source.head_is_all and len(found) < rows,
        )

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all rows; see `Loader.load`."""
        plan = plan_text(source, TextOptions.parse(options))
        run = LoadRun(source, plan, staging.scratch, progress, hasher)
        loaded = run.run(staging)
        return replace(
            loaded,
            options={
                **loaded.options,
                "compression": source.compression.value,
                "member": source.member,
            },
        )


def _all_options(plan: TextPlan, source: SourceFile) -> JsonObject:
    return {
        **plan.used_options(),
        "compression": source.compression.value,
        "member": source.member,
    }


def _estimated_rows(source: SourceFile, plan: TextPlan) -> int | None:
    rows = plan.layout.rows
    if source.head_is_all and len(plan.head) == len(source.head.decode(plan.encoding.name)):
        return len(rows)
    if source.compression.value != "none" or not rows:
        return None
    share = len(plan.head.encode(plan.encoding.name)) / source.size
    return round(len(rows) / max(share, 1e-12))
