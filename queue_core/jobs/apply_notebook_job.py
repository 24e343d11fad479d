"""ApplyNotebookJob: a notebook's table as a dataset, or its fitted steps done to new data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from queue_core.components.progress import ProgressReporter, Span
from queue_core.components.registry import ComponentKind, get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.provenance import inputs_of, provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Notebook
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.converter_job import LIBRARIES
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.apply_notebook import ApplyNotebookRequest
from queue_core.library.datasets import columns_of, describe_dataset, open_dataset
from queue_core.library.steps import applied_steps
from queue_core.naming import default_name

_CONVERTED = 0.95


class ApplyNotebookJob(EntityJob[Dataset, ApplyNotebookRequest]):
    """Makes a dataset with the steps of a notebook, as they were fitted there.

    Attributes:
        kwargs: `notebook_id`; `new_data_id`, the dataset to convert (None: the notebook's own table
            is saved); `name`.
    """

    ENTITY = EntityKind.DATASET
    REQUEST = ApplyNotebookRequest

    _stored: StoredDataset | None = None
    _made_from: tuple[Dataset | Notebook, ...] = ()

    def create_entity(self, session: Session) -> Dataset:
        """Return a new dataset, derived from what is converted."""
        notebook = self._notebook(session)
        source = self._new_data(session) or notebook.dataset
        name = default_name("{source}, converted", source=source.name)
        self.settle(name=self.request.name or name)
        data = {source.id: source, notebook.dataset_id: notebook.dataset}.values()
        return Dataset(
            name=self.request.name,
            derived_from_id=source.id,
            provenance=inputs_of(*data, notebook, notebook_id=notebook.id),
        )

    def execute(self) -> Mapping[str, Any]:
        """Convert the table and store it as a dataset."""
        from queue_core.components.converters.notebooks.notebook import copy_dataset

        progress = JobProgress(self)
        notebook_id, table, skipped = self._converted(Span(progress, 0.0, _CONVERTED))
        for sentence in (*table.warnings, *skipped):
            self.report_warning(sentence)
        place = self.context.folder.datasets / str(self.entity_id)
        self._stored = copy_dataset(table, place, self.temporary_folder)
        progress.report(1.0, "Done")
        return {
            "name": self.request.name,
            "notebook_id": notebook_id,
            "rows": table.row_count,
            "columns": columns_of(table),
            "warnings": [*table.warnings, *skipped],
        }

    def store(self, session: Session, entity: Dataset, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Describe the new dataset."""
        assert self._stored is not None
        describe_dataset(entity, self._stored)
        entity.provenance = provenance_of(
            *self._made_from, libraries=LIBRARIES, notebook_id=result["notebook_id"]
        )

    def _converted(self, progress: ProgressReporter) -> tuple[int, StoredDataset, list[str]]:
        """Return the notebook's id, the converted table, and a sentence for each step left out."""
        from queue_core.library.notebooks import (
            notebook_turn,
            open_notebook,
            states_of,
            step_of,
        )

        folder = self.context.folder
        with read_session(folder) as session:
            notebook = self._notebook(session)
            new = self._new_data(session)
            data = (notebook.dataset,) if new is None else (new, notebook.dataset)
            self._made_from = (*data, notebook)
            # Computes what is not stored any more, fitted steps included.
            own = open_notebook(folder, notebook)
            steps = [step_of(converter) for converter in applied_steps(notebook.converters)]
            base = open_dataset(folder, notebook.dataset)
            new_table = None if new is None else open_dataset(folder, new)
        if new_table is None:
            return notebook.id, own, []
        if not steps:
            raise DataError("The notebook has no steps.", hint="Add a step to it first.")
        states = states_of(folder, notebook.id, self.temporary_folder)
        with notebook_turn(folder, notebook.id):
            table, left_out = states.apply(base, steps, new_table, progress)
        titles = (get_component(ComponentKind.CONVERTER, s.converter).title for s in left_out)
        return (
            notebook.id,
            table,
            [f"“{title}” is for training data and was left out." for title in titles],
        )

    def _notebook(self, session: Session) -> Notebook:
        if self.request.notebook_id is None:
            raise ParameterError(
                "No notebook was named.", parameter="notebook_id", hint="Set notebook_id."
            )
        return find(session, Notebook, self.request.notebook_id)

    def _new_data(self, session: Session) -> Dataset | None:
        number = self.request.new_data_id
        return None if number is None else find(session, Dataset, number)
