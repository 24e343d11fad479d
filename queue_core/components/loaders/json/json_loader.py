"""Loads JSON and JSON Lines: nested objects flattened, lists kept as JSON text."""

from __future__ import annotations

import codecs
import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.loaders.files.compression import Compression
from queue_core.components.loaders.files.encodings import (
    Encoding,
    decoded,
    encoding_of,
    guess_notes,
)
from queue_core.components.loaders.files.source import SourceFile, SourceHasher
from queue_core.components.loaders.json import LOADER
from queue_core.components.loaders.json.json_objects import others_note
from queue_core.components.loaders.json.json_records import JsonText, NumberText, Record, records
from queue_core.components.loaders.loading.loader_contract import (
    Detection,
    Finding,
    Loaded,
    Preview,
)
from queue_core.components.loaders.tables.arrow_tables import preview_of
from queue_core.components.loaders.tables.parts import EXACT_FLOAT_INTEGER, Parts
from queue_core.components.progress import ProgressReporter
from queue_core.errors import DataError

BATCH_RECORDS = 20_000
SAMPLE_RECORDS = 2_000
NAMES_SHOWN = 5
INT64 = 2**63


class JsonLoader:
    """Reads JSON record by record."""

    def detect(self, source: SourceFile, options: JsonMapping) -> Detection:
        """Read the first record; see `Loader.detect`."""
        encoding = encoding_of(source, options.get("encoding"))
        shown = self.preview(source, options, 1)
        return Detection(
            path=source.path,
            loader=LOADER,
            options=shown.options,
            findings=(Finding("encoding", encoding.name, encoding.reason), *shown.findings),
            warnings=shown.warnings,
            size_bytes=source.size,
        )

    def preview(self, source: SourceFile, options: JsonMapping, rows: int) -> Preview:
        """Return the first records; see `Loader.preview`."""
        encoding = encoding_of(source, options.get("encoding"))
        flat = _Flattener(flatten=bool(options.get("flatten", True)))
        text = JsonText(
            decoded([source.head], encoding, source.name)
            if source.head_is_all
            else _cut(source.head, encoding),
            source.name,
            is_cut=not source.head_is_all,
        )
        wanted = max(rows, SAMPLE_RECORDS)
        notes = guess_notes(encoding, source.name)
        lists: dict[str, int] = {}
        chosen = options.get("records")
        rows_found = records(text, source.name, notes.append, chosen, lists.update)
        found = list(itertools.islice(rows_found, wanted + 1))
        if not found:
            raise _no_records(source.name, is_cut=not source.head_is_all)
        with tempfile.TemporaryDirectory(prefix="preview-") as folder:
            parts = Parts(Path(folder))
            for batch, mixed in flat.batches(found[:wanted], source.name):
                parts.add(batch, mixed)
            table = parts.reader().read_all()
        findings = _findings(lists, source.name, chosen)
        is_all = source.head_is_all and len(found) <= wanted
        return preview_of(
            source,
            LOADER,
            table.slice(0, rows),
            len(found) if is_all else None,
            options={
                **_used(options, source, encoding),
                **{finding.option: finding.value for finding in findings},
            },
            findings=findings,
            warnings=(*notes, *flat.notes, *parts.notes),
        )

    def load(
        self,
        source: SourceFile,
        options: JsonMapping,
        staging: DatasetStaging,
        progress: ProgressReporter,
        hasher: SourceHasher,
    ) -> Loaded:
        """Store all records; see `Loader.load`."""
        encoding = encoding_of(source, options.get("encoding"))
        flat = _Flattener(flatten=bool(options.get("flatten", True)))
        parts = Parts(staging.scratch)
        notes = guess_notes(encoding, source.name)
        with source.unpacked() as content:
            text = JsonText(
                decoded(content, encoding, source.name),
                source.name,
                packed_bytes=0 if source.compression is Compression.NONE else source.size,
            )
            found = records(text, source.name, notes.append, options.get("records"))
            for batch, mixed in flat.batches(found, source.name):
                parts.add(batch, mixed)
                share = content.read_bytes / source.size
                hasher.follow(share)
                progress.report(0.8 * share, f"reading {share:.0%} · {parts.row_count:,} records")
        if not parts.row_count:
            raise _no_records(source.name, is_cut=False)
        progress.report(0.8, "storing the rows")
        row_count = staging.write_arrow(parts.reader())
        return Loaded(
            options=_used(options, source, encoding),
            rows_read=row_count,
            warnings=(*notes, *flat.notes, *parts.notes),
        )


def _findings(lists: Mapping[str, int], name: str, chosen: str | None) -> tuple[Finding, ...]:
    """Offer the other lists of records of a file that holds several."""
    if chosen is not None or len(lists) < 2:
        return ()
    first, *others = lists
    reason = "it is the first list of records"
    return (Finding("records", first, reason, tuple(others), others_note(name, lists)),)


def _cut(head: bytes, encoding: Encoding) -> Iterator[str]:
    yield codecs.getincrementaldecoder(encoding.name)(errors="strict").decode(head)


def _no_records(name: str, *, is_cut: bool) -> DataError:
    if is_cut:
        return DataError(
            f"{name} cannot be previewed: it is one value of more than 1 MB.",
            hint="It may still load: columns as lists are read whole.",
        )
    return DataError(f"{name} holds no records.", hint="Load a file with at least one.")


def _used(options: JsonMapping, source: SourceFile, encoding: Encoding) -> JsonObject:
    return {
        "flatten": bool(options.get("flatten", True)),
        "records": options.get("records"),
        "encoding": encoding.name,
        "compression": source.compression.value,
        "member": source.member,
    }


class _Flattener:
    """Makes record batches of records.

    Attributes:
        flatten: Whether nested objects become columns.
    """

    def __init__(self, *, flatten: bool) -> None:
        self.flatten = flatten
        self._flattened: dict[str, None] = {}
        self._texts: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to nested values, in sentences."""
        notes = []
        if self._flattened:
            notes.append(f"Nested objects were made columns: {_listed(self._flattened)}.")
        if self._texts:
            notes.append(f"Nested values are kept as JSON text in: {_listed(self._texts)}.")
        return tuple(notes)

    def batches(
        self, found: Iterable[Record], file: str
    ) -> Iterator[tuple[pa.RecordBatch, frozenset[str]]]:
        """Yield record batches of *file*, each with the names of columns of several types.

        Raises:
            DataError: A text holds half of a character.
        """
        rest = iter(found)
        done = 0
        while taken := list(itertools.islice(rest, BATCH_RECORDS)):
            rows = [self._flat(record) for record in taken]
            names = dict.fromkeys(key for row in rows for key in row)
            try:
                "".join(names).encode()
                arrays = {name: _array([row.get(name) for row in rows]) for name in names}
            except UnicodeEncodeError as error:
                raise _half_character(rows, done, file) from error
            done += len(rows)
            mixed = frozenset(name for name, (_, is_mixed) in arrays.items() if is_mixed)
            columns = [array for array, _ in arrays.values()]
            yield pa.RecordBatch.from_arrays(columns, names=list(arrays)), mixed

    def _flat(self, record: Record) -> Record:
        if not any(type(value) in (dict, list) for value in record.values()):
            return record
        flat: Record = {}
        self._flatten_into(flat, record, "")
        return flat

    def _flatten_into(self, flat: Record, record: Record, prefix: str) -> None:
        for key, value in record.items():
            name = f"{prefix}{key}"
            if isinstance(value, dict) and value and self.flatten:
                self._flatten_into(flat, value, f"{name}.")
                continue
            if name in flat:
                raise DataError(
                    f"Two values of one record would be named “{name}”.",
                    hint="Switch flattening off, or rename one of the keys.",
                )
            if isinstance(value, (dict, list)):
                self._texts.setdefault(name)
                value = json.dumps(value, ensure_ascii=False)
            if prefix:
                self._flattened.setdefault(name)
            flat[name] = value


def _half_character(rows: Sequence[Record], before: int, file: str) -> DataError:
    """Return the error for half of a surrogate pair, which is no character."""
    for number, row in enumerate(rows, start=before + 1):
        for name, value in row.items():
            for text in (name, value):
                shown = repr(text)[1:-1]
                if isinstance(text, str) and text != text.encode(errors="replace").decode():
                    return DataError(
                        f"Record {number:,} of {file} holds “{shown[:40]}” in "
                        f"“{ascii(name)[1:-1][:40]}”, which is half of a character.",
                        hint="Correct it, or export the file again.",
                    )
    return DataError(f"{file} holds half of a character.", hint="Export the file again.")


def _listed(names: Mapping[str, None]) -> str:
    quoted = [f"“{name}”" for name in names]
    more = f" and {len(quoted) - NAMES_SHOWN} more" if len(quoted) > NAMES_SHOWN else ""
    return ", ".join(quoted[:NAMES_SHOWN]) + more


def _array(values: list[object]) -> tuple[pa.Array, bool]:
    """Return values as an array of one type, and whether they are of several."""
    kinds = set(map(type, values)) - {type(None)}
    if NumberText in kinds:
        kinds.add(str)  # with other texts or alone: not what the file says they are
    if not kinds:
        return pa.nulls(len(values)), False
    if kinds == {bool}:
        return pa.array(values, pa.bool_()), False
    if kinds == {str}:
        return pa.array(values, pa.string()), False
    if kinds == {int} and all(not isinstance(v, int) or -INT64 <= v < INT64 for v in values):
        return pa.array(values, pa.int64()), False
    if kinds <= {int, float} and float in kinds and _is_exact(values):
        return pa.array(values, pa.float64()), False
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pa.array(texts, pa.string()), True


def _is_exact(values: list[object]) -> bool:
    return all(not isinstance(v, int) or abs(v) <= EXACT_FLOAT_INTEGER for v in values)
