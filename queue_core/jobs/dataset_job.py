"""DatasetJob: loads a data file into a stored dataset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlsplit

from queue_core.database.status import EntityKind
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.stored_dataset import StoredDataset
    from queue_core.database.tables.data import Dataset

PATH_KEYS = ("file_path", "path", "url")
_OWN_KEYS = frozenset((*PATH_KEYS, "name", "params", "loader", "dataset_id"))
_REMOTE_SCHEMES = frozenset(("http", "https", "ftp", "s3"))
_PACKED_SUFFIXES = frozenset((".gz", ".bz2", ".xz", ".zst", ".zip"))


class DatasetJob(EntityJob["Dataset"]):
    """Loads one file; what is wrong with it ends in the job's own error.

    Attributes:
        kwargs: `file_path` (or `path`, or `url` with a file's URL), `name`, `loader` (None: found
            out) and `params`, the loader's options. Options may also stand beside them.
    """

    TYPE = "Dataset"
    ENTITY = EntityKind.DATASET
    MORE_PARAMETERS = None  # options of its loader may stand beside its own
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "file_path": {
                "type": "string",
                "title": "File",
                "format": "path",
                "description": "The data file: CSV, Excel, Parquet, Feather, Arrow, JSON or ARFF; "
                "text formats also compressed.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the dataset; empty: the file's name.",
            },
            "loader": {
                "type": ["string", "null"],
                "title": "Format",
                "format": "loader",
                "default": None,
                "advanced": True,
                "description": "How to read the file; empty: as its content shows.",
            },
            "params": {
                "type": "object",
                "title": "Options",
                "default": {},
                "advanced": True,
                "description": "Options of the format, e.g. the delimiter; the rest is found out.",
            },
        },
        "required": ["file_path"],
    }

    _stored: StoredDataset | None = None

    def get_job_name(self) -> str:
        """Return what the user sees in the table."""
        from queue_core.components.loaders.source import printable

        given = self._given_path()
        file = printable(given.name or str(given)) if given else "a dataset"
        return f"Load {self.kwargs.get('name') or file}"

    def create_entity(self, session: Session) -> Dataset:  # noqa: ARG002
        """Return a new dataset; what is wrong with the file or options shows when the job runs."""
        from queue_core.components.loaders.source import printable
        from queue_core.database.tables.data import Dataset

        given = self._given_path()
        if given is not None and not self._is_remote():
            # The job runs in another process, whose working folder is another one.
            self.kwargs["file_path"] = str(given.expanduser().absolute())
        params = self.kwargs.get("params")
        return Dataset(
            name=self._dataset_name(),
            source_path=None if given is None else printable(self._given_text() or ""),
            loader=self.kwargs.get("loader"),
            options=dict(params) if isinstance(params, Mapping) else {},
        )

    def execute(self) -> Mapping[str, Any]:
        """Load the file; the dataset's folder appears when it is complete."""
        from queue_core.components.loaders import load_dataset
        from queue_core.jobs.reporting import JobProgress

        stored = load_dataset(
            self._path(),
            self._options(),
            self.context.folder.datasets / str(self.entity_id),
            JobProgress(self),
            staging_folder=self.temporary_folder / "dataset",
        )
        for warning in stored.warnings:
            self.report_warning(warning)
        self._stored = stored
        return {
            "name": self._dataset_name(),
            "rows": stored.row_count,
            "columns": [{"name": item.name, "type": item.type.value} for item in stored.columns],
            "warnings": list(stored.warnings),
        }

    def store(self, session: Session, entity: Dataset, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Write what is known of the dataset to its row."""
        from queue_core.database.provenance import provenance_of
        from queue_core.library.datasets import describe_dataset

        stored = self._stored
        assert stored is not None
        made_by = stored.metadata["made_by"]
        entity.source_hash = stored.source_hash
        describe_dataset(entity, stored)
        entity.loader = made_by["loader"]
        entity.options = dict(made_by["options"])
        entity.provenance = provenance_of(
            libraries=("fastexcel", "liac-arff", "zstandard"),
            source=dict(stored.metadata["source"]),
            loader=made_by["loader"],
            options=dict(made_by["options"]),
            rows_read=made_by["rows_read"],
            rows_rejected=made_by["rows_rejected"],
        )

    def _path(self) -> Path:
        given = self._given_path()
        if given is None:
            raise ParameterError(
                "The job names no file to load.",
                parameter="file_path",
                hint="Give the path of a data file.",
            )
        if self._is_remote():
            raise DataError(
                f"{self._given_text()} is an address on a network, not a file.",
                hint="Download it first, then load the file.",
            )
        return given

    def _given_path(self) -> Path | None:
        text = self._given_text()
        if text is None:
            return None
        parts = urlsplit(text)
        return Path(unquote(parts.path)) if parts.scheme == "file" else Path(text)

    def _given_text(self) -> str | None:
        given = next((self.kwargs[key] for key in PATH_KEYS if self.kwargs.get(key)), None)
        return None if given is None else str(given)

    def _is_remote(self) -> bool:
        return urlsplit(self._given_text() or "").scheme in _REMOTE_SCHEMES

    def _dataset_name(self) -> str:
        from queue_core.components.loaders.source import printable

        given = self._given_path()
        name = self.kwargs.get("name") or (_plain_name(given) if given else "dataset")
        return printable(str(name))

    def _options(self) -> dict[str, Any]:
        """Return the loader's options: those in `params`, and those beside it."""
        params = self.kwargs.get("params") or {}
        if not isinstance(params, Mapping):
            raise ParameterError(
                "The parameter “params” of a dataset job must be an object.",
                parameter="params",
                hint='Write it as {"delimiter": ";"}.',
            )
        beside = {key: value for key, value in self.kwargs.items() if key not in _OWN_KEYS}
        loader = {"loader": self.kwargs["loader"]} if self.kwargs.get("loader") else {}
        return {**beside, **params, **loader}


def _plain_name(path: Path) -> str:
    """Return a file's name without its suffixes: `flights` of `flights.csv.gz`."""
    plain = Path(path.name)
    if plain.suffix.lower() in _PACKED_SUFFIXES:
        plain = plain.with_suffix("")
    return plain.stem or path.name
