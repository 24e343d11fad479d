"""ConverterJob: adds a step to a notebook and computes its table anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from queue_core.database.finding import find
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Converter, Dataset, Notebook
from queue_core.errors import ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.library.turns import wait_for_earlier

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.stored_dataset import StoredDataset

LIBRARIES = ("scipy", "skops", "imbalanced-learn")
PREVIEW_ROWS = 200
_CONVERTED = 0.95


class ConverterJob(EntityJob["Converter"]):
    """Does a step to a notebook: what it learned is kept, the dataset is never touched.

    Attributes:
        kwargs: `converter` and `notebook_id` (or `dataset_id`: a notebook is made for it), and
            `params`, `columns`, `target`, `rows`, `seed`, `save_as`, `name`; or `converter_id`
            alone, to do a stored step again.
    """

    TYPE = "Converter"
    ENTITY = EntityKind.CONVERTER
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "dataset_id": {
                "type": ["integer", "null"],
                "title": "Dataset",
                "format": "dataset",
                "default": None,
                "description": "The dataset to work on in a new notebook; it stays as it is.",
            },
            "notebook_id": {
                "type": ["integer", "null"],
                "title": "Notebook",
                "format": "notebook",
                "default": None,
                "description": "The notebook to add the step to, instead.",
            },
            "converter": {
                "type": "string",
                "title": "Converter",
                "format": "converter",
                "default": "fill_missing",
                "description": "What to do.",
            },
            "columns": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Columns",
                "format": "columns",
                "default": None,
                "description": "The columns to work on; empty: all that fit.",
            },
            "target": {
                "type": ["string", "null"],
                "title": "Target",
                "format": "column",
                "default": None,
                "description": "The column to be predicted later, for converters that look at it.",
            },
            "params": {
                "type": "object",
                "title": "Parameters",
                "default": {},
                "description": "Parameters of the converter.",
            },
            "rows": {
                "type": ["string", "object", "array", "null"],
                "title": "Rows to learn from",
                "default": None,
                "advanced": True,
                "description": "A condition, e.g. year < 2020; or {\"first\": 1000}, "
                "{\"sample\": 1000}, a list of row numbers; empty: all rows.",
            },
            "save_as": {
                "type": ["string", "null"],
                "title": "Save as dataset",
                "default": None,
                "description": "Also keep the result as a dataset of this name.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the step.",
            },
            "seed": {
                "type": "integer",
                "title": "Seed",
                "default": 0,
                "minimum": 0,
                "maximum": 2**32 - 1,
                "advanced": True,
                "description": "The same seed gives the same result.",
            },
        },
        "required": ["converter"],
    }  # fmt: skip

    _made_from: Dataset | None = None
    _stored: StoredDataset | None = None

    def create_entity(self, session: Session) -> Converter:
        """Return a new step behind the others; its converter and parameters are checked at once."""
        from queue_core.components.converters.rows import check_rows
        from queue_core.components.parameters import complete_parameters
        from queue_core.components.registry import ComponentKind, get_component

        self._take_up_stored(session)
        component = get_component(ComponentKind.CONVERTER, str(self.kwargs.get("converter") or ""))
        params = dict(self.kwargs.get("params") or {})
        complete_parameters(component.schema, params, owner=component.title)
        notebook = self._notebook(session)
        name = self.kwargs.get("name") or f"{component.title} in {notebook.name}"
        # The queue asks for the job's name after this.
        self.kwargs["name"] = name
        rows = check_rows(self.kwargs.get("rows"))
        columns = self.kwargs.get("columns")
        return Converter(
            name=name,
            notebook_id=notebook.id,
            position=_next_position(session, notebook.id, self.kwargs.get("converter_id")),
            component=component.id,
            params=params,
            columns=None if columns is None else list(columns),
            target=self.kwargs.get("target") or None,
            rows=None if rows is None else dict(rows),
            seed=int(self.kwargs.get("seed") or 0),
        )

    def run(self) -> dict[str, Any]:
        """Wait for the notebook's turn, then make the step's table."""
        from queue_core.library.notebooks import notebook_turn

        if self.kwargs.get("notebook_id") is None or self.kwargs.get("converter_id") is None:
            self.set_status_as_delivered()
        wait_for_earlier(
            self._earlier_steps, lambda: self.report_progress(None, "Waiting for the steps before")
        )
        with notebook_turn(self.context.folder, int(self.kwargs["notebook_id"])):
            return super().run()

    def execute(self) -> Mapping[str, Any]:
        """Do the step, after those before it where they are not stored any more."""
        from queue_core.components.progress import Span
        from queue_core.database.session import read_session
        from queue_core.jobs.reporting import JobProgress
        from queue_core.library.datasets import open_dataset
        from queue_core.library.notebooks import (
            applied_steps,
            states_of,
            step_of,
        )

        folder = self.context.folder
        with read_session(folder) as session:
            notebook = find(session, Notebook, int(self.kwargs["notebook_id"]))
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
            "columns": [{"name": i.name, "type": i.type.value} for i in self._stored.columns],
            "warnings": list(made.warnings),
            "artifact": states.fitted(keys[place]).relative_to(folder.artifacts).as_posix(),
            **self._saved(notebook.dataset_id),
        }
        progress.report(1.0, "Done")
        return summary

    def _saved(self, derived_from_id: int) -> dict[str, int]:
        """Keep the table as a dataset, too, if it is wanted."""
        from queue_core.components.converters.notebook import copy_dataset

        name = self.kwargs.get("save_as")
        if not name:
            return {}
        assert self._stored is not None
        number = self.add_dataset(str(name), derived_from_id=derived_from_id)
        place = self.context.folder.datasets / str(number)
        copy_dataset(self._stored, place, self.temporary_folder)
        return {"dataset_id": number}

    def store(self, session: Session, entity: Converter, result: Mapping[str, Any]) -> None:
        """Mark the step as applied, and describe the notebook's new table."""
        from queue_core.database.provenance import provenance_of
        from queue_core.library.datasets import describe_dataset, describe_table

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
            saved.provenance = {**provenance, "notebook_id": entity.notebook_id}

    def _store_artifacts(self, stored: StoredDataset, before: StoredDataset | None) -> None:
        """Keep what to show of the result: its first rows, and what became of the columns."""
        from queue_core.artifacts.writer import ArtifactWriter

        report: dict[str, Any] = {
            "rows": stored.row_count,
            "columns": len(stored.columns),
            "missing": sum(info.missing for info in stored.columns),
            "notes": list(stored.warnings),
        }
        if before is not None:
            old, new = ({i.name for i in table.columns} for table in (before, stored))
            report |= {
                "rows before": before.row_count,
                "columns before": len(before.columns),
                "new columns": [i.name for i in stored.columns if i.name not in old],
                "gone columns": [i.name for i in before.columns if i.name not in new],
            }
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            writer.add_report("summary", "What the step did", report)
            writer.add_table("preview", "The first rows", stored.page(0, PREVIEW_ROWS))

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored step says, where only its id was given."""
        converter_id = self.kwargs.get("converter_id")
        if converter_id is None or self.kwargs.get("converter"):
            return
        stored = session.get(Converter, int(converter_id))
        if stored is None:
            raise ParameterError(
                f"There is no step with the id {converter_id}.", parameter="converter_id"
            )
        self.kwargs |= {
            "converter": stored.component,
            "notebook_id": stored.notebook_id,
            "params": dict(stored.params),
            "columns": None if stored.columns is None else list(stored.columns),
            "target": stored.target,
            "rows": None if stored.rows is None else dict(stored.rows),
            "seed": stored.seed,
            "name": stored.name or None,
        }

    def _notebook(self, session: Session) -> Notebook:
        """Return the notebook to work on; one is made where only a dataset is named.

        Raises:
            ParameterError: Neither was named.
            EntityNotFoundError: There is no such one.
        """
        from queue_core.database.finding import load_entity

        if self.kwargs.get("notebook_id") is not None:
            return find(session, Notebook, int(self.kwargs["notebook_id"]))
        if self.kwargs.get("dataset_id") is None:
            raise ParameterError(
                "Neither a notebook nor a dataset was named.", parameter="dataset_id",
                hint="Set notebook_id, or dataset_id for a new notebook.",
            )  # fmt: skip
        dataset = load_entity(session, EntityKind.DATASET, int(self.kwargs["dataset_id"]))
        notebook = Notebook(name=f"Notebook of {dataset.name}", dataset_id=dataset.id)
        session.add(notebook)
        session.flush()
        self.kwargs["notebook_id"] = notebook.id
        return notebook

    def _earlier_steps(self) -> set[EntityStatus]:
        """Return how the unfinished steps before this one stand; it may build on them."""
        from queue_core.database.session import read_session

        with read_session(self.context.folder) as session:
            own = session.get(Converter, self.entity_id)
            if own is None:
                return set()
            steps = find(session, Notebook, own.notebook_id).converters
            return {s.status for s in steps if s.position < own.position and s.status.is_busy}


def _next_position(session: Session, notebook_id: int, own_id: Any) -> int:
    from sqlalchemy import func, select

    query = select(func.max(Converter.position)).where(Converter.notebook_id == notebook_id)
    if own_id is not None:
        query = query.where(Converter.id != int(own_id))
    last = session.scalar(query)
    return 0 if last is None else int(last) + 1
