"""ModelJob: trains a model in a session, measures it, and stores it with what it showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from queue_core.artifacts.writer import ArtifactWriter
from queue_core.database.finding import find
from queue_core.database.provenance import provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, ModelSession, Run
from queue_core.errors import JobError, ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.requests.model import ModelRequest
from queue_core.naming import name_of

if TYPE_CHECKING:
    from queue_core.components.models.training.evaluation.trained import Trained
    from queue_core.components.models.training.fitting.training_progress import Progress
    from queue_core.components.models.training.preparation.problem import Problem
    from queue_core.components.models.training.session.specs import RunSpec
    from queue_core.library.runs import RunRows
    from queue_core.library.sessions import Question

# Shares of the time, roughly: reading; then training and measuring; then drawing and storing.
_READ = 0.03
_TRAINED = 0.92
LIBRARIES = ("scipy", "joblib", "skops", "optuna", "lightgbm", "xgboost", "catboost")
SEARCHES = "searches"


class ModelJob(EntityJob[Run, ModelRequest]):
    """Trains and measures one model.

    Attributes:
        kwargs: `run_id` alone, to train a run of the database; or `dataset_id`, `task`, `model`,
            `output_columns` and what else `PARAMETERS` names; or `session_id`, `model` and
            `model_params`, for another model in a session that exists.
    """

    ENTITY = EntityKind.RUN
    REQUEST = ModelRequest

    _made_from: Dataset | None = None
    _rows: RunRows | None = None

    def create_entity(self, session: Session) -> Run:
        """Return a new run in its session, which is made if need be; all is checked at once."""
        from queue_core.components.models.training.session.choices import (
            checked_params,
            metrics_for,
            model_for,
            ranges_of,
        )
        from queue_core.components.models.training.session.specs import search_from_json
        from queue_core.library.sessions import check_columns, session_for

        self._take_up_stored(session)
        told, dataset, question = self.request, self._dataset(session), self._question()
        spec = question.spec()
        component = model_for(told.model, spec.task)
        params = dict(told.model_params or {})
        checked_params(component, params)
        metrics = metrics_for(spec.task, spec.metrics)
        search = search_from_json(told.search)
        if search is not None:
            ranges_of(component, search)
            metrics_for(spec.task, [search.metric] if search.metric else [metrics[0].id])
        check_columns(dataset, spec)
        # The queue asks for the job's name after this.
        self.settle(
            name=told.name or name_of("{component} on {source}", component.title, dataset.name),
            session_id=session_for(session, dataset, question, told.session_id).id,
        )
        return Run(
            name=self.request.name,
            session_id=self.request.session_id,
            component=component.id,
            params=params,
            search=dict(told.search) if told.search else None,
        )

    def execute(self) -> Mapping[str, Any]:
        """Train, measure, and store model and figures at once."""
        from queue_core.components.models.training.fitting.training_progress import Hooks, Progress
        from queue_core.components.models.training.results.run_results import headline
        from queue_core.components.models.training.runs.trainer import train
        from queue_core.library.runs import RunRows

        progress = Progress(self.report_progress)
        progress.report(0.0, "Reading the data")
        self._rows = RunRows(self.context.folder, self.entity_id)
        self._rows.clear()
        problem, data_hash = self._problem()
        hooks = Hooks(
            progress=progress.part(_READ, _TRAINED),
            on_measure=self._rows.add_measure,
            on_trial=self._rows.add_trial,
            warn=self.report_warning,
        )
        trained = train(
            problem, self._run_spec(), hooks, journal=self._journal, data_hash=data_hash
        )
        place = self._store_files(trained, data_hash, progress.part(_TRAINED, 1.0))
        exported = self._export_onnx(place) if self.request.onnx else None
        progress.report(1.0, "Done")
        return {
            "model": trained.component.id,
            "task": problem.spec.task.value,
            "metrics": headline(trained),
            "best_params": trained.found,
            "rows": len(problem.frame),
            "fit_seconds": round(trained.fit_seconds, 3),
            "onnx": None if exported is None else str(exported),
        }

    def _problem(self) -> tuple[Problem, str]:
        """Read the data; return what is to be learned from it, and its hash."""
        from queue_core.components.models.training.preparation.problem import read_problem
        from queue_core.library.datasets import open_dataset

        with read_session(self.context.folder) as session:
            self._made_from = self._dataset(session)
            stored = open_dataset(self.context.folder, self._made_from)
        problem = read_problem(stored, self._question().spec(), self.report_warning)
        return problem, stored.data_hash

    def _store_files(self, trained: Trained, data_hash: str, progress: Progress) -> Path:
        """Store the model and what it showed; return the folder."""
        from queue_core.components.models.training.results.run_results import store_results
        from queue_core.components.models.training.stored.model_file import schema_of

        assert self._made_from is not None
        assert self._rows is not None
        made_from = {"id": self._made_from.id, "name": self._made_from.name}
        schema = schema_of(
            trained, run_id=self.entity_id, dataset={**made_from, "data_hash": data_hash}
        )
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            store_results(
                trained, schema, self._rows.trials, writer, self.temporary_folder, progress
            )
        return writer.path

    def store(self, session: Session, entity: Run, result: Mapping[str, Any]) -> None:
        """Write the measures, and note what the run was made from."""
        from queue_core.components.models.training.stored.model_file import MODEL_FILE

        assert self._made_from is not None
        assert self._rows is not None
        self._rows.write(session)
        entity.best_params = result["best_params"]
        entity.artifact = f"{self.ENTITY.value}/{entity.id}/{MODEL_FILE}"
        entity.provenance = provenance_of(
            self._made_from, seed=self.request.seed, libraries=LIBRARIES, rows=result["rows"]
        )
        # What a later attempt would have gone on from is of no use any more.
        self._journal.unlink(missing_ok=True)

    def _export_onnx(self, folder: Path) -> Path | None:
        """Write the stored model as ONNX beside it; a model without such a form is a warning."""
        from queue_core.components.models.training.stored.model_file import open_model
        from queue_core.components.models.training.stored.onnx_file import write_onnx

        path = folder / "model.onnx"
        try:
            write_onnx(open_model(folder), path)
        except JobError as error:
            self.report_warning(f"No ONNX file was written. {error.message} {error.hint}")
            return None
        return path

    @property
    def _journal(self) -> Path:
        """The file that remembers a search; it outlives a stopped job, for its retry."""
        return self.context.folder.monitor / SEARCHES / f"{self.entity_id}.journal"

    def _question(self) -> Question:
        from queue_core.library.sessions import Question

        told = self.request
        assert told.dataset_id is not None  # it was found before
        return Question(
            dataset_id=told.dataset_id,
            task=told.task,
            input_columns=told.input_columns or (),
            output_columns=told.output_columns or (),
            split=told.split,
            metrics=told.metrics or (),
            seed=told.seed,
            preprocessing=told.preprocessing,
            forecast=told.forecast,
            sample_rows=told.sample_rows,
            learning_curve=told.learning_curve,
            onnx=told.onnx,
        )

    def _run_spec(self) -> RunSpec:
        from queue_core.components.models.training.session.specs import RunSpec, search_from_json

        return RunSpec(
            model=self.request.model,
            params=dict(self.request.model_params or {}),
            search=search_from_json(self.request.search),
            learning_curve=self.request.learning_curve,
        )

    def _dataset(self, session: Session) -> Dataset:
        """Return the dataset to learn from.

        Raises:
            ParameterError: None was named.
            EntityNotFoundError: There is no such one.
        """
        if self.request.dataset_id is None:
            raise ParameterError(
                "No dataset was named.",
                parameter="dataset_id",
                hint="Set dataset_id to the dataset to learn from.",
            )
        return find(session, Dataset, self.request.dataset_id)

    def _take_up_stored(self, session: Session) -> None:
        """Fill in what a stored run or session says, where only its id was given."""
        from queue_core.library.sessions import question_of

        run_id = self.request.run_id
        if run_id is not None and not self.request.model:
            run = session.get(Run, run_id)
            if run is None:
                raise ParameterError(f"There is no run with the id {run_id}.", parameter="run_id")
            self.take_up(
                {
                    "session_id": run.session_id,
                    "model": run.component,
                    "model_params": dict(run.params),
                    "search": run.search,
                    "name": run.name or None,
                }
            )
        session_id = self.request.session_id
        if session_id is None or self.request.dataset_id is not None:
            return
        asked = session.get(ModelSession, session_id)
        if asked is None:
            raise ParameterError(
                f"There is no model session with the id {session_id}.", parameter="session_id"
            )
        # All of the question is the session's: answers to it can be compared.
        self.settle(**asdict(question_of(asked)))
