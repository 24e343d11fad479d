"""ExplainerJob: explains a trained model, as a whole or for chosen rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from queue_core.database.status import EntityKind, ExplainerScope
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.components.explainers.support.explanation import Explanation
    from queue_core.components.models.training.specs import SessionSpec
    from queue_core.components.progress import ProgressReporter
    from queue_core.database.tables import Explainer
    from queue_core.database.tables.data import Dataset
    from queue_core.database.tables.models import ModelSession, Run

# Shares of the time, roughly: reading data and model, explaining, drawing and storing.
_READ, _EXPLAINED = 0.05, 0.85
_MOST_CHOSEN = 200


class ExplainerJob(EntityJob["Explainer"]):
    """Explains the model of a finished run.

    Attributes:
        kwargs: `run_id`, `explainer`, `params`, `rows`, `dataset_id`, `scope`, `seed`, `name`; or
            `explainer_id` alone, to do an explanation of the database.
    """

    TYPE = "Explainer"
    ENTITY = EntityKind.EXPLAINER
    MORE_PARAMETERS = frozenset({"scope"})
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "run_id": {
                "type": "integer",
                "title": "Model",
                "format": "run",
                "description": "The trained model to explain.",
            },
            "explainer": {
                "type": "string",
                "title": "Explainer",
                "format": "explainer",
                "default": "permutation_importance",
                "description": "What to find out.",
            },
            "rows": {
                "type": ["array", "null"],
                "items": {"type": ["integer", "object"]},
                "title": "Rows",
                "default": None,
                "description": "For explanations of single rows: their numbers, the first is 1; "
                "or rows as objects with a value for each column.",
            },
            "dataset_id": {
                "type": ["integer", "null"],
                "title": "Dataset",
                "format": "dataset",
                "default": None,
                "description": "Where the rows come from; empty: what the model was trained on.",
            },
            "params": {
                "type": "object",
                "title": "Parameters",
                "default": {},
                "description": "Parameters of the explainer.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the result.",
            },
            "seed": {
                "type": "integer",
                "title": "Seed",
                "default": 0,
                "minimum": 0,
                "maximum": 2**32 - 1,
                "advanced": True,
                "description": "The same seed gives the same explanation.",
            },
        },
        "required": ["run_id", "explainer"],
    }

    _made_from: tuple[Run, Dataset] | None = None

    def create_entity(self, session: Session) -> Explainer:
        """Return a new explanation; what can be checked before the model is read is checked."""
        from queue_core.components.explainers.support.run import check_explainer
        from queue_core.database.tables import Explainer

        self._take_up_stored(session)
        component = check_explainer(
            str(self.kwargs.get("explainer") or ""), self._params, scope=self.kwargs.get("scope")
        )
        run = self._run(session)
        scope = ExplainerScope(component.options["scope"])
        if scope is ExplainerScope.LOCAL and not self.kwargs.get("rows"):
            raise ParameterError(
                f"{component.title} needs rows to explain.",
                parameter="rows",
                hint="Give the numbers of some rows, the first is 1, e.g. [1, 5].",
            )
        # The queue asks for the job's name after this.
        self.kwargs["name"] = self.kwargs.get("name") or f"{component.title} of {run.name}"
        return Explainer(
            name=self.kwargs["name"],
            run_id=run.id,
            dataset_id=self.kwargs.get("dataset_id"),
            scope=scope,
            component=component.id,
            params={**self._params, **({"rows": self._rows} if self._rows else {})},
        )

    def execute(self) -> Mapping[str, Any]:
        """Explain, then store all artifacts at once."""
        from queue_core.artifacts.writer import ArtifactWriter
        from queue_core.components.explainers.support.run import explain
        from queue_core.components.progress import Span
        from queue_core.jobs.reporting import JobProgress

        progress = JobProgress(self)
        progress.report(0.0, "reading the model and the data")
        order = self._order(Span(progress, _READ, _EXPLAINED))
        drafts = explain(self.kwargs["explainer"], order)
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            storing = Span(progress, _EXPLAINED, 1.0)
            for place, draft in enumerate(drafts):
                storing.step(place, len(drafts), f"storing “{draft.title}”")
                draft.write(writer)
        progress.report(1.0, "done")
        return {
            "explainer": self.kwargs["explainer"],
            "model": order.model.title,
            "artifacts": [artifact.to_json() for artifact in writer.artifacts],
        }

    def store(self, session: Session, entity: Explainer, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Note what the explanation was made from."""
        from queue_core.database.provenance import provenance_of

        assert self._made_from is not None
        entity.provenance = provenance_of(
            *self._made_from, seed=self._seed, libraries=("shap", "lime", "dice-ml", "matplotlib")
        )

    @property
    def _seed(self) -> int:
        return int(self.kwargs.get("seed") or 0)

    @property
    def _params(self) -> dict[str, Any]:
        return dict(self.kwargs.get("params") or {})

    @property
    def _rows(self) -> list[Any]:
        given = self.kwargs.get("rows") or []
        return list(given) if isinstance(given, list | tuple) else [given]

    def _order(self, progress: ProgressReporter) -> Explanation:
        """Read the model and its rows."""
        from queue_core.artifacts.writer import artifact_folder
        from queue_core.components.explainers.support.explanation import Explanation
        from queue_core.components.explainers.support.model import ExplainedModel
        from queue_core.components.explainers.support.run import check_explainer
        from queue_core.components.explainers.support.trained import (
            chosen_rows,
            rows_of_other,
            rows_of_training,
        )
        from queue_core.components.models.training.model_file import open_model
        from queue_core.database.session import read_session
        from queue_core.library.datasets import open_dataset

        folder = self.context.folder
        with read_session(folder) as session:
            run = self._trained_run(session)
            dataset = self._dataset(session, run)
            self._made_from = (run, dataset)
            asked = run.session
            is_own = dataset.id == asked.dataset_id
        model = open_model(artifact_folder(folder, EntityKind.RUN.value, run.id))
        check_explainer(self.kwargs["explainer"], self._params, task=model.task)
        stored = open_dataset(folder, dataset)
        if is_own:
            judging = rows_of_training(model, stored, _question(asked), self.report_warning)
        else:
            judging = rows_of_other(model, stored, self._seed, self.report_warning)
        chosen, labels = chosen_rows(model, stored, self._rows[:_MOST_CHOSEN])
        return Explanation(
            model=ExplainedModel.of(model),
            frame=judging.frame,
            truth=judging.truth,
            frame_note=judging.note,
            chosen=chosen,
            chosen_labels=labels,
            params=self._params,
            seed=self._seed,
            name=run.name,
            progress=progress,
        )

    def _trained_run(self, session: Session) -> Run:
        run = self._run(session)
        if not run.is_complete:
            raise DataError(
                f"The model “{run.name}” is not trained: {run.error or 'it has not finished.'}",
                hint="Wait until its job has finished, or train it again.",
            )
        return run

    def _run(self, session: Session) -> Run:
        from queue_core.database.finding import load_entity

        run_id = self.kwargs.get("run_id")
        if run_id is None:
            raise ParameterError(
                "No model was named.", parameter="run_id", hint="Set run_id to a trained model."
            )
        return cast("Run", load_entity(session, EntityKind.RUN, int(run_id)))

    def _dataset(self, session: Session, run: Run) -> Dataset:
        from queue_core.database.finding import load_entity

        dataset_id = self.kwargs.get("dataset_id")
        if dataset_id is None:
            return run.session.dataset
        return cast("Dataset", load_entity(session, EntityKind.DATASET, int(dataset_id)))

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored explanation says, where only its id was given."""
        from queue_core.database.finding import load_entity

        entity_id = self.kwargs.get("explainer_id")
        if entity_id is None or self.kwargs.get("explainer"):
            return
        stored = cast("Explainer", load_entity(session, self.ENTITY, int(entity_id)))
        params = dict(stored.params)
        said = {
            "run_id": stored.run_id,
            "explainer": stored.component,
            "dataset_id": stored.dataset_id,
            "rows": params.pop("rows", None) if stored.scope is ExplainerScope.LOCAL else None,
            "params": params,
            "name": stored.name or None,
            "seed": stored.provenance.get("seed"),
        }
        self.kwargs.update({key: value for key, value in said.items() if value is not None})


def _question(asked: ModelSession) -> SessionSpec:
    """Return what a stored session asks."""
    from queue_core.components.models.training.specs import SessionSpec

    split = dict(asked.split)
    options = split.pop("options", {})
    return SessionSpec.from_json(
        task=asked.task,
        input_columns=list(asked.input_columns),
        output_columns=list(asked.output_columns),
        split=split,
        metrics=list(asked.metrics),
        seed=asked.seed,
        **options,
    )
