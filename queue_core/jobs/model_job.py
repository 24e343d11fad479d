"""ModelJob: trains a model in a session, measures it, and stores it with what it showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.session_schemas import (
    FORECAST_SCHEMA,
    PREPROCESSING_SCHEMA,
    SEARCH_SCHEMA,
    SPLIT_SCHEMA,
)
from queue_core.database.status import EntityKind
from queue_core.errors import JobError, ParameterError
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from queue_core.components.models.training.session.specs import RunSpec, SessionSpec
    from queue_core.database.tables import Dataset, Run
    from queue_core.jobs.run_rows import RunRows

# Shares of the time, roughly: reading; then training and measuring; then drawing and storing.
_READ = 0.03
_TRAINED = 0.92
LIBRARIES = ("scipy", "joblib", "skops", "optuna", "lightgbm", "xgboost", "catboost")
SEARCHES = "searches"


class ModelJob(EntityJob["Run"]):
    """Trains and measures one model.

    Attributes:
        kwargs: `run_id` alone, to train a run of the database; or `dataset_id`, `task`, `model`,
            `output_columns` and what else `PARAMETERS` names; or `session_id`, `model` and
            `model_params`, for another model in a session that exists.
    """

    _made_from: Dataset | None = None
    _rows: RunRows | None = None

    TYPE = "Model"
    ENTITY = EntityKind.RUN
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "dataset_id": {
                "type": ["integer", "null"],
                "title": "Dataset",
                "format": "dataset",
                "default": None,
                "description": "The dataset to learn from.",
            },
            "task": {
                "type": "string",
                "title": "Task",
                "enum": [task.value for task in Task],
                "enum-titles": [
                    "Classification", "Regression", "Clustering", "Text classification",
                    "Forecasting",
                ],
                "default": Task.CLASSIFICATION.value,
                "description": "What is asked of the model.",
            },
            "output_columns": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Output",
                "format": "columns",
                "default": None,
                "description": "The column to predict; for clusters, known labels to compare with.",
            },
            "input_columns": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Inputs",
                "format": "columns",
                "default": None,
                "description": "The columns to learn from; all others if empty.",
            },
            "model": {
                "type": "string",
                "title": "Model",
                "format": "model",
                "default": "RandomForestClassifier",
                "description": "Which model to train.",
            },
            "model_params": {
                "type": ["object", "null"],
                "title": "Parameters",
                "default": None,
                "description": "Parameters of the model; its defaults where nothing is said.",
            },
            "split": SPLIT_SCHEMA,
            "metrics": {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "title": "Metrics",
                "format": "metrics",
                "default": None,
                "description": "What is measured, the leading metric first; the usual if empty.",
            },
            "search": SEARCH_SCHEMA,
            "forecast": FORECAST_SCHEMA,
            "preprocessing": PREPROCESSING_SCHEMA,
            "learning_curve": {
                "type": "boolean",
                "title": "Learning curve",
                "default": False,
                "advanced": True,
                "description": "Also train on growing parts of the rows: would more of them help?",
            },
            "onnx": {
                "type": "boolean",
                "title": "ONNX file",
                "default": False,
                "advanced": True,
                "description": "Also store the model as an ONNX file, where it has such a form.",
            },
            "sample_rows": {
                "type": ["integer", "null"],
                "title": "Rows",
                "default": None,
                "minimum": 10,
                "advanced": True,
                "description": "Learn from a random sample of this many rows; all if empty.",
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
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the run.",
            },
        },
        "required": ["dataset_id", "task", "model"],
    }  # fmt: skip

    def create_entity(self, session: Session) -> Run:
        """Return a new run in its session, which is made if need be; all is checked at once."""
        from queue_core.components.models.training.session.choices import (
            checked_params,
            metrics_for,
            model_for,
            ranges_of,
        )
        from queue_core.components.models.training.session.specs import search_from_json
        from queue_core.database.tables import Run
        from queue_core.jobs.model_question import check_columns, session_row, take_up_stored

        take_up_stored(session, self.kwargs)
        question = self._session_spec()
        component = model_for(str(self.kwargs.get("model") or ""), question.task)
        checked_params(component, self._model_params)
        metrics = metrics_for(question.task, question.metrics)
        search = search_from_json(self.kwargs.get("search"))
        if search is not None:
            ranges_of(component, search)
            metrics_for(question.task, [search.metric] if search.metric else [metrics[0].id])
        dataset = self._dataset(session)
        check_columns(dataset, question)
        name = self.kwargs.get("name") or f"{component.title} on {dataset.name}"
        # The queue asks for the job's name after this.
        self.kwargs["name"] = name
        return Run(
            name=name,
            session_id=session_row(session, dataset, self.kwargs).id,
            component=component.id,
            params=self._model_params,
            search=dict(self.kwargs["search"]) if self.kwargs.get("search") else None,
        )

    def execute(self) -> Mapping[str, Any]:
        """Train, measure, and store model and figures at once."""
        from queue_core.artifacts.writer import ArtifactWriter
        from queue_core.components.models.training.fitting.training_progress import Hooks, Progress
        from queue_core.components.models.training.preparation.problem import read_problem
        from queue_core.components.models.training.results.run_results import (
            headline,
            store_results,
        )
        from queue_core.components.models.training.runs.trainer import train
        from queue_core.components.models.training.stored.model_file import schema_of
        from queue_core.database.session import read_session
        from queue_core.jobs.data_sources import open_dataset
        from queue_core.jobs.run_rows import RunRows

        progress = Progress(self.report_progress)
        progress.report(0.0, "Reading the data")
        with read_session(self.context.folder) as session:
            dataset = self._dataset(session)
            stored = open_dataset(self.context.folder, dataset)
            self._made_from = dataset
        self._rows = RunRows(self.context.folder, self.entity_id)
        self._rows.clear()
        problem = read_problem(stored, self._session_spec(), self.report_warning)
        hooks = Hooks(
            progress=progress.part(_READ, _TRAINED),
            on_measure=self._rows.add_measure,
            on_trial=self._rows.add_trial,
            warn=self.report_warning,
        )
        trained = train(
            problem, self._run_spec(), hooks, journal=self._journal, data_hash=stored.data_hash
        )
        schema = schema_of(
            trained,
            run_id=self.entity_id,
            dataset={"id": dataset.id, "name": dataset.name, "data_hash": stored.data_hash},
        )
        with ArtifactWriter(
            self.context.folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            store_results(
                trained,
                schema,
                self._rows.trials,
                writer,
                self.temporary_folder,
                progress.part(_TRAINED, 1.0),
            )
        exported = self._export_onnx(writer.path) if self.kwargs.get("onnx") else None
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

    def store(self, session: Session, entity: Run, result: Mapping[str, Any]) -> None:
        """Write the measures, and note what the run was made from."""
        from queue_core.components.models.training.stored.model_file import MODEL_FILE
        from queue_core.database.provenance import provenance_of

        assert self._made_from is not None
        assert self._rows is not None
        self._rows.write(session)
        entity.best_params = result["best_params"]
        entity.artifact = f"{self.ENTITY.value}/{entity.id}/{MODEL_FILE}"
        entity.provenance = provenance_of(
            self._made_from, seed=self._seed, libraries=LIBRARIES, rows=result["rows"]
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
    def _seed(self) -> int:
        return int(self.kwargs.get("seed") or 0)

    @property
    def _model_params(self) -> dict[str, Any]:
        return dict(self.kwargs.get("model_params") or {})

    @property
    def _journal(self) -> Path:
        """The file that remembers a search; it outlives a stopped job, for its retry."""
        return self.context.folder.monitor / SEARCHES / f"{self.entity_id}.journal"

    def _session_spec(self) -> SessionSpec:
        from queue_core.components.models.training.session.specs import SessionSpec
        from queue_core.jobs.model_question import names

        said = self.kwargs
        return SessionSpec.from_json(
            task=str(said.get("task") or Task.CLASSIFICATION.value),
            input_columns=names(said.get("input_columns")),
            output_columns=names(said.get("output_columns")),
            split=said.get("split"),
            metrics=names(said.get("metrics")),
            seed=self._seed,
            preprocessing=said.get("preprocessing"),
            forecast=said.get("forecast"),
            sample_rows=said.get("sample_rows"),
        )

    def _run_spec(self) -> RunSpec:
        from queue_core.components.models.training.session.specs import RunSpec, search_from_json

        return RunSpec(
            model=self.kwargs["model"],
            params=self._model_params,
            search=search_from_json(self.kwargs.get("search")),
            learning_curve=bool(self.kwargs.get("learning_curve")),
        )

    def _dataset(self, session: Session) -> Dataset:
        """Return the dataset to learn from.

        Raises:
            ParameterError: None was named.
            EntityNotFoundError: There is no such one.
        """
        from typing import cast

        from queue_core.database.deletion import load_entity

        dataset_id = self.kwargs.get("dataset_id")
        if dataset_id is None:
            raise ParameterError(
                "No dataset was named.",
                parameter="dataset_id",
                hint="Set dataset_id to the dataset to learn from.",
            )
        return cast("Dataset", load_entity(session, EntityKind.DATASET, int(dataset_id)))
