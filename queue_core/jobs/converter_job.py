"""ConverterJob: adds a step to a notebook and computes its table anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from queue_core.artifacts.writer import ArtifactWriter
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import Span
from queue_core.components.registry import ComponentKind, get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.provenance import inputs_of, provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Converter, Dataset, Notebook
from queue_core.errors import ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.converter import ConverterRequest
from queue_core.library.datasets import (
    columns_of,
    describe_dataset,
    describe_table,
    open_dataset,
)
from queue_core.library.steps import applied_steps, earlier_unfinished, next_step_position
from queue_core.library.turns import wait_for_earlier
from queue_core.naming import default_name, name_of

LIBRARIES = ("scipy", "skops", "imbalanced-learn")
PREVIEW_ROWS = 200
_CONVERTED = 0.95


class ConverterJob(EntityJob[Converter, ConverterRequest]):
    """Does a step to a notebook: what it learned is kept, the dataset is never touched.

    Attributes:
        kwargs: `converter` and `notebook_id` (or `dataset_id`: a notebook is made for it), and
            `params`, `columns`, `target`, `rows`, `seed`, `save_as`, `name`; or `converter_id`
            alone, to do a stored step again.
    """

    ENTITY = EntityKind.CONVERTER
    REQUEST = ConverterRequest

    _made_from: Dataset | None = None
    _stored: StoredDataset | None = None

    def create_entity(self, session: Session) -> Converter:
        """Return a new step behind the others; its converter and parameters are checked at once."""
        from queue_core.components.converters.converting.learning_rows import check_rows

        self._take_up_stored(session)
        told = self.request
        component = get_component(ComponentKind.CONVERTER, told.converter)
        complete_parameters(component.schema, told.params, owner=component.title)
        notebook = self._notebook(session)
        # The queue asks for the job's name after this.
        self.settle(
            name=told.name or name_of("{component} in {source}", component.title, notebook.name)
        )
        rows = check_rows(list(told.rows) if isinstance(told.rows, tuple) else told.rows)
        return Converter(
            name=self.request.name,
            notebook_id=notebook.id,
            position=next_step_position(session, notebook.id, told.converter_id),
            component=component.id,
            params=dict(told.params),
            columns=None if told.columns is None else list(told.columns),
            target=told.target or None,
            rows=None if rows is None else dict(rows),
            seed=told.seed,
        )

    def run(self) -> dict[str, Any]:
        """Wait for the notebook's turn, then make the step's table."""
        from queue_core.library.notebooks import notebook_turn

        if self.request.notebook_id is None or self.request.converter_id is None:
            self.set_status_as_delivered()
        wait_for_earlier(
            self._earlier_steps, lambda: self.report_progress(None, "Waiting for the steps before")
        )
        with notebook_turn(self.context.folder, self._notebook_id):
            return super().run()

    @property
    def _notebook_id(self) -> int:
        number = self.request.notebook_id
        assert number is not None  # it is settled when the step is delivered
        return number

    def execute(self) -> Mapping[str, Any]:
        """Do the step, after those before it where they are not stored any more."""
        from queue_core.library.notebooks import states_of, step_of

        folder = self.context.folder
        with read_session(folder) as session:
            notebook = find(session, Notebook, self._notebook_id)
            own = next(item for item in notebook.converters if item.id == self.entity_id)
            others = [item for item in applied_steps(notebook.converters) if item.id != own.id]
            chain = sorted([*others, own], key=lambda item: (item.position, item.id))
            steps, place = [step_of(item) for item in chain], chain.index(own)
            self._made_from = notebook.dataset
            base = open_dataset(folder, notebook.dataset)
        states = states_of(folder, notebook.id, self.temporary_folder)
        progress = JobProgress(self)
        self._stored = states.current(base, steps, Span(progress, 0.0, _CONVERTED))
        keys = states.keys(base, steps)
        made = states.stored(keys[place]) or self._stored
        for warning in made.warnings:
            self.report_warning(warning)
        self._store_artifacts(made, base if place == 0 else states.stored(keys[place - 1]))
        summary = {
            "converter": own.component,
            "notebook_id": notebook.id,
            "rows": self._stored.row_count,
            "columns": columns_of(self._stored),
            "warnings": list(made.warnings),
            "artifact": states.fitted(keys[place]).relative_to(folder.artifacts).as_posix(),
            **self._saved(notebook.dataset_id),
        }
        progress.report(1.0, "Done")
        return summary

    def _saved(self, derived_from_id: int) -> dict[str, int]:
        """Keep the table as a dataset, too, if it is wanted."""
        from queue_core.components.converters.notebooks.notebook import copy_dataset

        name = self.request.save_as
        if not name:
            return {}
        assert self._stored is not None
        number = self.add_dataset(name, derived_from_id=derived_from_id)
        place = self.context.folder.datasets / str(number)
        copy_dataset(self._stored, place, self.temporary_folder)
        return {"dataset_id": number}

    def store(self, session: Session, entity: Converter, result: Mapping[str, Any]) -> None:
        """Mark the step as applied, and describe the notebook's new table."""
        assert self._stored is not None
        assert self._made_from is not None
        provenance = provenance_of(
            self._made_from, seed=entity.seed, libraries=LIBRARIES, converter=entity.component
        )
        entity.applied = True
        entity.artifact = str(result["artifact"])
        entity.provenance = provenance
        describe_table(entity.notebook, self._stored)
        saved = session.get(Dataset, result["dataset_id"]) if "dataset_id" in result else None
        if saved is not None:
            describe_dataset(saved, self._stored)
            now = inputs_of(self._made_from, entity.notebook, notebook_id=entity.notebook_id)
            saved.provenance = {**provenance, **now}

    def _store_artifacts(self, stored: StoredDataset, before: StoredDataset | None) -> None:
        """Keep what to show of the result: its first rows, and what became of the columns."""
        report: dict[str, Any] = {}
        if before is not None:
            report |= {"rows before": before.row_count, "columns before": len(before.columns)}
        report |= {
            "rows": stored.row_count,
            "columns": len(stored.columns),
            "missing": sum(info.missing for info in stored.columns),
        }
        if before is not None:
            old, new = ({i.name for i in table.columns} for table in (before, stored))
            report["new columns"] = [i.name for i in stored.columns if i.name not in old]
            report["gone columns"] = [i.name for i in before.columns if i.name not in new]
        report["notes"] = list(stored.warnings)
        # What did not happen needs no line.
        report = {name: value for name, value in report.items() if value != []}
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            writer.add_report("summary", "What the step did", report)
            writer.add_table("preview", "The first rows", stored.page(0, PREVIEW_ROWS))

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored step says, where only its id was given."""
        if self.request.converter_id is None or self.request.converter:
            return
        stored = session.get(Converter, self.request.converter_id)
        if stored is None:
            raise ParameterError(
                f"There is no step with the id {self.request.converter_id}.",
                parameter="converter_id",
            )
        self.take_up(
            {
                "converter": stored.component,
                "notebook_id": stored.notebook_id,
                "params": dict(stored.params),
                "columns": None if stored.columns is None else list(stored.columns),
                "target": stored.target,
                "rows": None if stored.rows is None else dict(stored.rows),
                "seed": stored.seed,
                "name": stored.name or None,
            }
        )

    def _notebook(self, session: Session) -> Notebook:
        """Return the notebook to work on; one is made where only a dataset is named.

        Raises:
            ParameterError: Neither was named.
            EntityNotFoundError: There is no such one.
        """
        if self.request.notebook_id is not None:
            return find(session, Notebook, self.request.notebook_id)
        if self.request.dataset_id is None:
            raise ParameterError(
                "Neither a notebook nor a dataset was named.", parameter="dataset_id",
                hint="Set notebook_id, or dataset_id for a new notebook.",
            )  # fmt: skip
        dataset = find(session, Dataset, self.request.dataset_id)
        name = default_name("Notebook of {dataset}", dataset=dataset.name)
        notebook = Notebook(name=name, dataset_id=dataset.id)
        session.add(notebook)
        session.flush()
        self.settle(notebook_id=notebook.id)
        return notebook

    def _earlier_steps(self) -> set[EntityStatus]:
        with read_session(self.context.folder) as session:
            return earlier_unfinished(session, self.entity_id)
