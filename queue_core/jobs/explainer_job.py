"""ExplainerJob: explains a trained model, as a whole or for chosen rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from queue_core.artifacts.writer import ArtifactWriter, artifact_folder
from queue_core.components.progress import ProgressReporter, Span
from queue_core.database.finding import find
from queue_core.database.provenance import provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind, ExplainerScope
from queue_core.database.tables import Dataset, Explainer, Run
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.explainer import ExplainerRequest
from queue_core.library.datasets import open_dataset
from queue_core.naming import name_of

if TYPE_CHECKING:
    from queue_core.components.explainers.explaining.explanation import Explanation

# Shares of the time, roughly: reading data and model, explaining, drawing and storing.
_READ, _EXPLAINED = 0.05, 0.85
_MOST_CHOSEN = 200


class ExplainerJob(EntityJob[Explainer, ExplainerRequest]):
    """Explains the model of a finished run.

    Attributes:
        kwargs: `run_id`, `explainer`, `params`, `rows`, `dataset_id`, `scope`, `seed`, `name`; or
            `explainer_id` alone, to do an explanation of the database.
    """

    ENTITY = EntityKind.EXPLAINER
    REQUEST = ExplainerRequest

    _made_from: tuple[Run, Dataset] | None = None

    def create_entity(self, session: Session) -> Explainer:
        """Return a new explanation; what can be checked before the model is read is checked."""
        from queue_core.components.explainers.explaining.explainer_check import check_explainer

        self._take_up_stored(session)
        told = self.request
        component = check_explainer(told.explainer, told.params, scope=told.scope)
        run = self._run(session)
        scope = ExplainerScope(component.options["scope"])
        if scope is ExplainerScope.LOCAL and not told.rows:
            raise ParameterError(
                f"{component.title} needs rows to explain.",
                parameter="rows",
                hint="Give the numbers of some rows, the first is 1, e.g. [1, 5].",
            )
        # The queue asks for the job's name after this.
        self.settle(name=told.name or name_of("{component} of {source}", component.title, run.name))
        return Explainer(
            name=self.request.name,
            run_id=run.id,
            dataset_id=told.dataset_id,
            scope=scope,
            component=component.id,
            params={**told.params, **({"rows": list(told.rows)} if told.rows else {})},
        )

    def execute(self) -> Mapping[str, Any]:
        """Explain, then store all artifacts at once."""
        from queue_core.components.explainers.explaining.run_explainer import explain

        progress = JobProgress(self)
        progress.report(0.0, "reading the model and the data")
        order = self._order(Span(progress, _READ, _EXPLAINED))
        drafts = explain(self.request.explainer, order)
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            storing = Span(progress, _EXPLAINED, 1.0)
            for place, draft in enumerate(drafts):
                storing.step(place, len(drafts), f"storing “{draft.title}”")
                draft.write(writer)
        progress.report(1.0, "done")
        return {
            "explainer": self.request.explainer,
            "model": order.model.title,
            "artifacts": [artifact.to_json() for artifact in writer.artifacts],
        }

    def store(self, session: Session, entity: Explainer, result: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Note what the explanation was made from."""
        assert self._made_from is not None
        entity.provenance = provenance_of(
            *self._made_from,
            seed=self.request.seed,
            libraries=("shap", "lime", "dice-ml", "matplotlib"),
        )

    def _order(self, progress: ProgressReporter) -> Explanation:
        """Read the model and its rows."""
        from queue_core.components.explainers.explaining.explained_model import ExplainedModel
        from queue_core.components.explainers.explaining.explainer_check import check_explainer
        from queue_core.components.explainers.explaining.explanation import Explanation
        from queue_core.components.explainers.explaining.stored_inputs import (
            chosen_rows,
            rows_of_other,
            rows_of_training,
        )
        from queue_core.components.models.training.stored.model_file import open_model
        from queue_core.library.sessions import question_of

        folder = self.context.folder
        with read_session(folder) as session:
            run = self._trained_run(session)
            dataset = self._dataset(session, run)
            self._made_from = (run, dataset)
            asked = question_of(run.session)
        model = open_model(artifact_folder(folder, EntityKind.RUN.value, run.id))
        check_explainer(self.request.explainer, self.request.params, task=model.task)
        stored = open_dataset(folder, dataset)
        if dataset.id == asked.dataset_id:
            judging = rows_of_training(model, stored, asked.spec(), self.report_warning)
        else:
            judging = rows_of_other(model, stored, self.request.seed, self.report_warning)
        chosen, labels = chosen_rows(model, stored, (self.request.rows or ())[:_MOST_CHOSEN])
        return Explanation(
            model=ExplainedModel.of(model),
            frame=judging.frame,
            truth=judging.truth,
            frame_note=judging.note,
            chosen=chosen,
            chosen_labels=labels,
            params=self.request.params,
            seed=self.request.seed,
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
        if self.request.run_id is None:
            raise ParameterError(
                "No model was named.", parameter="run_id", hint="Set run_id to a trained model."
            )
        return find(session, Run, self.request.run_id)

    def _dataset(self, session: Session, run: Run) -> Dataset:
        number = self.request.dataset_id
        return run.session.dataset if number is None else find(session, Dataset, number)

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored explanation says, where only its id was given."""
        entity_id = self.request.explainer_id
        if entity_id is None or self.request.explainer:
            return
        stored = find(session, Explainer, entity_id)
        params = dict(stored.params)
        rows = params.pop("rows", None)
        self.take_up(
            {
                "run_id": stored.run_id,
                "explainer": stored.component,
                "dataset_id": stored.dataset_id,
                "rows": rows if stored.scope is ExplainerScope.LOCAL else None,
                "params": params,
                "name": stored.name or None,
                "seed": stored.provenance.get("seed"),
            }
        )
