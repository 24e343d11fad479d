"""What every loader gets and gives: detection, preview, load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from queue_core.components.column_types import ColumnType
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError

DEFAULT_PREVIEW_ROWS = 50


@dataclass(frozen=True)
class Finding:
    """One thing that was found out about a file, and how sure that is.

    Attributes:
        option: The loader's option that overrides it.
        value: What was found, as that option takes it.
        reason: Why, in a few words.
        alternatives: What else it could be.
        note: The warning that only tells of these; who offers them to choose from needs none.
    """

    option: str
    value: Any
    reason: str
    alternatives: tuple[Any, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Detection:
    """What a file is and how it would be read.

    Attributes:
        path: The file.
        loader: Id of the loader that reads it.
        options: Every option with the value that would be used.
        findings: Those options that were found out.
        warnings: What the user should know before loading.
        size_bytes: Size of the file.
    """

    path: Path
    loader: str
    options: JsonMapping
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    size_bytes: int = 0


@dataclass(frozen=True)
class PreviewColumn:
    """A column as the first rows show it.

    Attributes:
        name: As it will be stored.
        type: As the first rows suggest; a category shows only when all rows are read.
    """

    name: str
    type: ColumnType


@dataclass(frozen=True)
class Preview:
    """The first rows of a file as the load would store them, or why it would fail.

    Attributes:
        path: The file.
        loader: Id of the loader; empty where none fits.
        options: Every option with the value that was used.
        columns: The columns in order.
        rows: The first rows, each a tuple of Python values (None: missing).
        findings: What was found out about the file.
        warnings: What is done to the data.
        estimated_rows: About how many rows the file has; None if that is not known.
        is_complete: Whether `rows` are all there are.
        error: Why the file cannot be read with these options.
        excerpt: The lines around the one that is at fault, with their numbers.
        remedies: Options with values that would read more of it as it was meant.
        size_bytes: Size of the file.
    """

    path: Path
    loader: str = ""
    options: JsonMapping = field(default_factory=dict)
    columns: tuple[PreviewColumn, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    estimated_rows: int | None = None
    is_complete: bool = False
    error: DataError | None = None
    excerpt: tuple[tuple[int, str], ...] = ()
    remedies: tuple[tuple[str, object], ...] = ()
    size_bytes: int = 0


@dataclass(frozen=True)
class Loaded:
    """What a loader did.

    Attributes:
        options: Every option with the value that was used.
        warnings: What was done to the data, in sentences.
        types: Column types that the file states itself, by column name.
        rows_read: Rows found in the source, the rejected ones included.
        rows_rejected: Rows left out, all of them kept in the file of rejected rows.
    """

    options: JsonMapping
    rows_read: int
    rows_rejected: int = 0
    warnings: tuple[str, ...] = ()
    types: Mapping[str, ColumnType] = field(default_factory=dict)


class Loader(Protocol):
    """Reads one kind of file."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Find out how *source* is to be read; *options* override what is found.

        Raises:
            DataError: The file cannot be read.
        """

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first *rows* rows; reads a bounded part of the file.

        Raises:
            DataError: The file cannot be read.
        """

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Write all rows to `staging.data_path`, telling *hasher* how far the reading is.

        Raises:
            DataError: The file cannot be read, or not without changing its data silently.
        """
