"""ApplyNotebookJob: a notebook's table as a dataset, or its fitted steps done to new data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from queue_core.database.finding import find
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Notebook
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.stored_dataset import StoredDataset

_CONVERTED = 0.95


class ApplyNotebookJob(EntityJob["Dataset"]):
    """Makes a dataset with the steps of a notebook, as they were fitted there.

    Attributes:
        kwargs: `notebook_id`; `new_data_id`, the dataset to convert (None: the notebook's own table
            is saved); `name`.
    """

    TYPE = "Apply notebook"
    ENTITY = EntityKind.DATASET
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "notebook_id": {
                "type": "integer",
                "title": "Notebook",
                "format": "notebook",
                "description": "The notebook whose steps are done.",
            },
            "new_data_id": {
                "type": ["integer", "null"],
                "title": "New data",
                "format": "dataset",
                "default": None,
                "description": "The dataset to convert; empty: save the notebook's own table.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the new dataset.",
            },
        },
        "required": ["notebook_id"],
    }

    _stored: StoredDataset | None = None
    _made_from: tuple[Dataset, ...] = ()

    def create_entity(self, session: Session) -> Dataset:
        """Return a new dataset, derived from what is converted."""
        notebook = self._notebook(session)
        source = self._new_data(session) or notebook.dataset
        name = self.kwargs.get("name") or f"{source.name}, converted"
        self.kwargs["name"] = name
        return Dataset(name=name, derived_from_id=source.id)

    def execute(self) -> Mapping[str, Any]:
        """Convert the table and store it as a dataset."""
        from queue_core.components.converters.notebook import copy_dataset
        from queue_core.components.progress import Span
        from queue_core.components.registry import ComponentKind, get_component
        from queue_core.database.session import read_session
        from queue_core.jobs.reporting import JobProgress
        from queue_core.library.datasets import open_dataset
        from queue_core.library.notebooks import (
            applied_steps,
            notebook_turn,
            open_notebook,
            states_of,
            step_of,
        )

        folder, progress = self.context.folder, JobProgress(self)
        with read_session(folder) as session:
            notebook = self._notebook(session)
            new = self._new_data(session)
            self._made_from = (notebook.dataset,) if new is None else (new, notebook.dataset)
            # Computes what is not stored any more, fitted steps included.
            table = open_notebook(folder, notebook)
            steps = [step_of(converter) for converter in applied_steps(notebook.converters)]
            base = open_dataset(folder, notebook.dataset)
            new_table = None if new is None else open_dataset(folder, new)
        skipped: list[str] = []
        if new_table is not None:
            if not steps:
                raise DataError("The notebook has no steps.", hint="Add a step to it first.")
            states = states_of(folder, notebook.id, self.temporary_folder)
            with notebook_turn(folder, notebook.id):
                table, left_out = states.apply(
                    base, steps, new_table, Span(progress, 0.0, _CONVERTED)
                )
            titles = (get_component(ComponentKind.CONVERTER, s.converter).title for s in left_out)
            skipped = [f"“{title}” is for training data and was left out." for title in titles]
        for sentence in (*table.warnings, *skipped):
            self.report_warning(sentence)
        place = folder.datasets / str(self.entity_id)
        self._stored = copy_dataset(table, place, self.temporary_folder)
        progress.report(1.0, "Done")
        return {
            "name": self.kwargs["name"],
            "notebook_id": notebook.id,
            "rows": table.row_count,
            "columns": [{"name": i.name, "type": i.type.value} for i in table.columns],
            "warnings": [*table.warnings, *skipped],
        }

    def store(self, session: Session, entity: Dataset, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Describe the new dataset."""
        from queue_core.database.provenance import provenance_of
        from queue_core.jobs.converter_job import LIBRARIES
        from queue_core.library.datasets import describe_dataset

        assert self._stored is not None
        describe_dataset(entity, self._stored)
        entity.provenance = provenance_of(
            *self._made_from, libraries=LIBRARIES, notebook_id=result["notebook_id"]
        )

    def _notebook(self, session: Session) -> Notebook:

        if self.kwargs.get("notebook_id") is None:
            raise ParameterError(
                "No notebook was named.", parameter="notebook_id", hint="Set notebook_id."
            )
        return find(session, Notebook, int(self.kwargs["notebook_id"]))

    def _new_data(self, session: Session) -> Dataset | None:
        from typing import cast

        from queue_core.database.finding import load_entity

        number = self.kwargs.get("new_data_id")
        if number is None:
            return None
        return cast("Dataset", load_entity(session, EntityKind.DATASET, int(number)))
