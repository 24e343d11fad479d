"""DatasetJob: loads a data file into a stored dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.provenance import provenance_of
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.dataset import DatasetRequest
from queue_core.library.datasets import columns_of, describe_dataset
from queue_core.naming import default_name


class DatasetJob(EntityJob[Dataset, DatasetRequest]):
    """Loads one file; what is wrong with it ends in the job's own error.

    Attributes:
        kwargs: `file_path` (or `path`, or `url` with a file's URL), `name`, `loader` (None: found
            out) and `params`, the loader's options. Options may also stand beside them.
    """

    ENTITY = EntityKind.DATASET
    REQUEST = DatasetRequest

    _stored: StoredDataset | None = None

    def get_job_name(self) -> str:
        """Return what the user sees in the table."""
        from queue_core.components.loaders.files.source import printable

        given = self.request.given_path
        file = printable(given.name or str(given)) if given else default_name("a dataset")
        return default_name("Load {file}", file=self.request.name or file)

    def create_entity(self, session: Session) -> Dataset:  # noqa: ARG002
        """Return a new dataset; what is wrong with the file or options shows when the job runs."""
        from queue_core.components.loaders.files.source import printable

        given = self.request.given_path
        if given is not None and not self.request.is_remote:
            # The job runs in another process, whose working folder is another one.
            self.settle(file_path=str(given.expanduser().absolute()))
        return Dataset(
            name=printable(self.request.dataset_name),
            source_path=None if given is None else printable(self.request.text or ""),
            loader=self.request.loader,
            options=dict(self.request.params),
        )

    def execute(self) -> Mapping[str, Any]:
        """Load the file; the dataset's folder appears when it is complete."""
        from queue_core.components.loaders import load_dataset
        from queue_core.components.loaders.files.source import printable

        stored = load_dataset(
            self.request.file,
            self.request.options,
            self.context.folder.datasets / str(self.entity_id),
            JobProgress(self),
            staging_folder=self.temporary_folder / "dataset",
        )
        for warning in stored.warnings:
            self.report_warning(warning)
        self._stored = stored
        return {
            "name": printable(self.request.dataset_name),
            "rows": stored.row_count,
            "columns": columns_of(stored),
            "warnings": list(stored.warnings),
        }

    def store(self, session: Session, entity: Dataset, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Write what is known of the dataset to its row."""
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
