"""From a path to a stored dataset: what every loader's work begins and ends with."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from queue_core.components.component import Component, ComponentKind
from queue_core.components.dataset_writer import DatasetStaging, storage_errors
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.loaders.files.content import Content, content_of
from queue_core.components.loaders.files.source import (
    SourceFile,
    SourceHasher,
    printable,
    reading_errors,
)
from queue_core.components.loaders.loading.loader_contract import (
    DEFAULT_PREVIEW_ROWS,
    Detection,
    Loaded,
    Loader,
    Preview,
)
from queue_core.components.loaders.tables.native_errors import native_errors
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import ProgressReporter, Silence, Span
from queue_core.components.registry import get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError

READING_SHARE = 0.84
LEAST_COLUMNS = 2


def detect(path: Path, options: JsonMapping | None = None) -> Detection:
    """Return what the file at *path* is and how it would be read.

    Args:
        path: The file.
        options: What the user chose; it overrides what is found. `loader` names the loader.

    Raises:
        DataError: It cannot be read; the message says why.
        ParameterError: An option is unknown or out of its bounds.
    """
    source, content, component, complete = _opened(path, options or {})
    with _native_errors(source, component):
        detection = _loader(component).detect(source, complete)
    return replace(
        detection,
        path=path,
        loader=component.id,
        options={**complete, **detection.options},
        warnings=(*content.warnings, *detection.warnings),
    )


def preview(
    path: Path, options: JsonMapping | None = None, rows: int = DEFAULT_PREVIEW_ROWS
) -> Preview:
    """Return the first rows of the file at *path* as `load_dataset` would store them.

    Reads a bounded part of the file. Why a file cannot be read is in `Preview.error`.

    Raises:
        ParameterError: An option is unknown or out of its bounds.
    """
    found = Preview(path)
    try:
        source, content, component, complete = _opened(path, options or {})
        found = Preview(path, loader=component.id, options=complete, size_bytes=source.size)
        with _native_errors(source, component):
            shown = _loader(component).preview(source, complete, rows)
    except DataError as error:
        return replace(found, error=error)
    return replace(
        shown,
        path=path,
        loader=component.id,
        options={**complete, **shown.options},
        warnings=(*content.warnings, *shown.warnings),
    )


def load_dataset(
    path: Path,
    options: JsonMapping | None,
    destination: Path,
    progress: ProgressReporter | None = None,
    *,
    staging_folder: Path | None = None,
) -> StoredDataset:
    """Store the file at *path* as the dataset *destination*, completely or not at all.

    Args:
        path: The file.
        options: What the user chose; the rest is found out.
        destination: The dataset's folder.
        progress: Told the fraction done and the phase.
        staging_folder: Where it is built, on the disk of *destination*; None: beside it.

    Raises:
        DataError: The file cannot be read, or not without changing its data silently.
        ParameterError: An option is unknown or out of its bounds.
    """
    progress = progress or Silence()
    source, content, component, complete = _opened(path, options or {})
    reading = Span(progress, 0.0, READING_SHARE)
    closing = Span(progress, READING_SHARE, 1.0)
    with (
        _native_errors(source, component),
        storage_errors(destination),
        DatasetStaging(destination, folder=staging_folder) as staging,
        SourceHasher(source) as hasher,
    ):
        loaded = _loader(component).load(source, complete, staging, reading, hasher)
        closing.report(0.0, "describing the columns")

        def source_facts() -> JsonMapping:
            closing.report(1.0, "checking the source")
            return _facts(source, hasher)

        return staging.finish(
            types=loaded.types,
            warnings=(*content.warnings, *loaded.warnings),
            made_by=_made_by(component, complete, loaded),
            source=source_facts,
            on_progress=lambda fraction: closing.report(0.95 * fraction, "describing the columns"),
        )


def _opened(path: Path, options: JsonMapping) -> tuple[SourceFile, Content, Component, JsonObject]:
    """Open the file, choose the loader, and complete the options."""
    path = path.expanduser()
    given = {key: value for key, value in options.items() if key != "loader"}
    source = SourceFile.open(path, compression=given.get("compression"), member=given.get("member"))
    chosen = options.get("loader")
    content = Content(str(chosen)) if chosen else content_of(source, given.get("encoding"))
    component = get_component(ComponentKind.LOADER, content.loader)
    properties = component.schema.get("properties", {})
    # What concerns the packing is for all loaders; one that reads packed files only as they are
    # on disk does not list it.
    known = {
        key: value
        for key, value in given.items()
        if key in properties or key not in ("compression", "member")
    }
    complete = complete_parameters(component.schema, known, owner=component.title)
    if content.broken_promise:
        _require_table(source, content, component, complete)
    return source, content, component, complete


def _require_table(
    source: SourceFile, content: Content, component: Component, complete: JsonMapping
) -> None:
    """Make sure that a text named as a workbook and the like holds a table all the same.

    Raises:
        DataError: It has no two columns, or no row.
    """
    cause: DataError | None = None
    try:
        shown = _loader(component).preview(source, complete, 1)
        if len(shown.columns) >= LEAST_COLUMNS and shown.rows:
            return
    except DataError as error:
        cause = error
    raise DataError(
        f"{source.name} is not {content.broken_promise}, in spite of its name, and its text is "
        "no table.",
        hint="Download or export it again; if it is a text of one column, rename it to .csv.",
    ) from cause


def _native_errors(source: SourceFile, component: Component) -> AbstractContextManager[None]:
    return native_errors(
        source.name,
        f"It was read as “{component.title}”: check that it is one, and export it again.",
    )


def _loader(component: Component) -> Loader:
    return cast(Loader, component.load()())


def _made_by(component: Component, complete: JsonMapping, loaded: Loaded) -> JsonObject:
    return {
        "loader": component.id,
        "options": {**complete, **loaded.options},
        "rows_read": loaded.rows_read,
        "rows_rejected": loaded.rows_rejected,
    }


def _facts(source: SourceFile, hasher: SourceHasher) -> JsonObject:
    digest = hasher.finish()
    source.require_unchanged()
    with reading_errors(source.path):
        absolute = (source.origin or source.path).absolute()
    modified = datetime.fromtimestamp(source.modified_ns / 1e9, UTC)
    return {
        "path": printable(absolute),
        "name": source.path.name,
        "member": source.member,
        "bytes": source.size,
        "modified_at": modified.isoformat(timespec="seconds"),
        "hash": digest,
    }
