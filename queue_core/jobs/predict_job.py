"""PredictJob: asks a trained model about a dataset, a file, or rows typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from queue_core.database.status import EntityKind
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from queue_core.components.models.training.predicting import Predictor
    from queue_core.components.stored_dataset import StoredDataset
    from queue_core.database.tables import Dataset, Prediction, Run
    from queue_core.paths import LocalFolder

# Shares of the time, roughly: reading a file; then predicting; then exporting and drawing.
_READ = 0.1
_PREDICTED = 0.8
BATCH_ROWS = 50_000
TYPED_ROWS = 10_000
SOURCES = ("dataset_id", "file_path", "rows")
FORMATS = ("csv", "parquet", "xlsx")


class PredictJob(EntityJob["Prediction"]):
    """Predicts with a finished run.

    Attributes:
        kwargs: `run_id`; one of `dataset_id`, `file_path` and `rows` (none is needed to forecast);
            and what else `PARAMETERS` names.
    """

    _made_from: tuple[Run, Dataset | None] | None = None
    _result: StoredDataset | None = None

    TYPE = "Prediction"
    ENTITY = EntityKind.PREDICTION
    MORE_PARAMETERS = frozenset({"loader_options"})
    PARAMETERS: ClassVar[Mapping[str, Any] | None] = {
        "type": "object",
        "properties": {
            "run_id": {
                "type": "integer",
                "title": "Model",
                "format": "run",
                "description": "The finished run whose model is asked.",
            },
            "dataset_id": {
                "type": ["integer", "null"],
                "title": "Dataset",
                "format": "dataset",
                "default": None,
                "description": "The dataset with the rows to predict.",
            },
            "file_path": {
                "type": ["string", "null"],
                "title": "File",
                "format": "path",
                "default": None,
                "description": "A file with the rows to predict, instead of a dataset.",
            },
            "rows": {
                "type": ["array", "null"],
                "items": {"type": "object"},
                "title": "Rows",
                "default": None,
                "description": "Rows typed by hand, instead of a dataset: one object for each.",
            },
            "horizon": {
                "type": ["integer", "null"],
                "title": "Steps ahead",
                "default": None,
                "minimum": 1,
                "maximum": 10_000,
                "description": "How many steps a forecast goes; as many as it was tested with if "
                "empty.",
            },
            "level": {
                "type": "number",
                "title": "Interval",
                "default": 0.9,
                "minimum": 0.5,
                "maximum": 0.999,
                "description": "How often intervals around predicted numbers are to hold.",
            },
            "format": {
                "type": ["string", "null"],
                "title": "Also as a file",
                "enum": [*FORMATS, None],
                "enum-titles": ["CSV", "Parquet", "Excel", "No"],
                "default": None,
                "description": "The kind of file that the result is also written to.",
            },
            "export_path": {
                "type": ["string", "null"],
                "title": "Where",
                "format": "save-path",
                "default": None,
                "depends-on": {"format": list(FORMATS)},
                "description": "The file to write; beside the prediction if empty.",
            },
            "name": {
                "type": ["string", "null"],
                "title": "Name",
                "default": None,
                "description": "What to call the prediction and its dataset.",
            },
        },
        "required": ["run_id"],
    }

    def create_entity(self, session: Session) -> Prediction:
        """Return a new prediction; what can be checked is checked at once."""
        from queue_core.components.parameters import complete_parameters
        from queue_core.database.tables import Prediction

        known = dict(self.PARAMETERS or {})
        given = {k: v for k, v in self.kwargs.items() if k in known["properties"]}
        complete_parameters(known, given, owner="A prediction")
        run = self._run(session)
        dataset = self._source_dataset(session)
        about = self._about(run, dataset)
        name = self.kwargs.get("name") or f"{run.name}: prediction of {about}"
        # The queue asks for the job's name after this.
        self.kwargs["name"] = name
        return Prediction(
            name=name,
            run_id=run.id,
            dataset_id=None if dataset is None else dataset.id,
            file_path=self.kwargs.get("file_path"),
            rows=self.kwargs.get("rows"),
            params={k: given[k] for k in ("horizon", "level", "format") if given.get(k)},
        )

    def execute(self) -> Mapping[str, Any]:
        """Predict batch by batch, store the result as a dataset, and export it."""
        from queue_core.artifacts.writer import ArtifactWriter, artifact_folder
        from queue_core.components.models.training.model_file import open_model
        from queue_core.components.models.training.predicting import DEFAULT_LEVEL, Predictor
        from queue_core.components.models.training.prediction_results import store_prediction
        from queue_core.database.session import read_session

        self.report_progress(0.0, "Opening the model")
        folder = self.context.folder
        with read_session(folder) as session:
            run, dataset = self._run(session), self._source_dataset(session)
            self._made_from = (run, dataset)
        model = open_model(artifact_folder(folder, EntityKind.RUN.value, run.id))
        predictor = Predictor.of(model, float(self.kwargs.get("level") or DEFAULT_LEVEL))
        result_id = self.add_dataset(
            str(self.kwargs["name"]), derived_from_id=None if dataset is None else dataset.id
        )
        made_by = {"prediction_id": self.entity_id, "run_id": run.id, "model": model.title}
        self._result = self._predict(predictor, folder, result_id, made_by)
        sentences = predictor.check.sentences()
        for sentence in sentences:
            self.report_warning(sentence)
        if about := predictor.interval_sentence():
            sentences.append(about)
        self.report_progress(_PREDICTED, "Storing the result")
        with ArtifactWriter(
            folder, self.ENTITY.value, self.entity_id, temporary=self.temporary_folder
        ) as writer:
            store_prediction(writer, self._result, model, sentences, made_by)
        exported = self._export(self._result)
        self.report_progress(1.0, "Done")
        return {
            "rows": self._result.row_count,
            "dataset_id": result_id,
            "run_id": run.id,
            "notes": sentences,
            "export": None if exported is None else str(exported),
        }

    def store(self, session: Session, entity: Prediction, result: Mapping[str, Any]) -> None:
        """Note the dataset with the answers, and what they were made from."""
        from queue_core.database.provenance import provenance_of
        from queue_core.database.tables import Dataset
        from queue_core.library.datasets import describe_dataset

        assert self._made_from is not None
        assert self._result is not None
        made_from = [item for item in self._made_from if item is not None]
        facts = provenance_of(*made_from, libraries=("skops",), file=self.kwargs.get("file_path"))
        entity.result_dataset_id = result["dataset_id"]
        entity.provenance = facts
        row = session.get(Dataset, result["dataset_id"])
        if row is not None:
            describe_dataset(row, self._result)
            row.provenance = facts

    def _predict(
        self,
        predictor: Predictor,
        folder: LocalFolder,
        result_id: int,
        made_by: Mapping[str, Any],
    ) -> StoredDataset:
        from queue_core.components.models.tasks import Task
        from queue_core.components.stored_dataset import StoredDataset

        path = folder.datasets / str(result_id)
        if predictor.model.task is Task.FORECASTING:
            return StoredDataset.write(path, self._forecast(predictor), made_by=made_by)
        source = self._open_source()
        names = [column.name for column in source.columns]
        predictor.check.check_names(names)
        types = {column.name: column.type for column in source.columns}
        return StoredDataset.write(
            path, self._answers(predictor, source), types=types, made_by=made_by
        )

    def _answers(self, predictor: Predictor, source: StoredDataset) -> Iterator[Any]:
        """Yield the rows with their answers as record batches of one schema."""
        import pyarrow as pa

        from queue_core.components.models.training.prediction_results import joined
        from queue_core.components.pandas_frame import to_frame

        if source.row_count == 0:
            raise DataError("There are no rows to predict.", hint="Choose data with rows.")
        schema = None
        done = 0
        for batch in source.batches(batch_rows=BATCH_ROWS):
            table = pa.Table.from_batches([batch])
            answered = joined(table, predictor.predict(to_frame(table)), schema)
            schema = answered.schema
            yield from answered.to_batches()
            done += batch.num_rows
            share = _READ + (_PREDICTED - _READ) * done / source.row_count
            self.report_progress(share, f"Predicted {done:,} of {source.row_count:,} rows")

    def _forecast(self, predictor: Predictor) -> Any:
        """Return the forecast as a frame."""
        known = None
        if any(self.kwargs.get(name) is not None for name in SOURCES):
            source = self._open_source()
            predictor.check.check_names([column.name for column in source.columns])
            known = source.to_pandas()
        facts = predictor.model.schema["forecast"]
        steps = self.kwargs.get("horizon") or (
            len(known) if known is not None and predictor.model.columns else facts["horizon"]
        )
        self.report_progress(_READ, f"Forecasting {int(steps):,} steps")
        return predictor.forecast(known, int(steps))

    def _open_source(self) -> StoredDataset:
        """Return the rows to predict as a stored dataset; files and typed rows are stored first.

        Raises:
            DataError: They cannot be read.
            ParameterError: None was named.
        """
        from queue_core.database.session import read_session
        from queue_core.library.datasets import open_dataset

        if self.kwargs.get("rows") is not None:
            return self._store_rows(list(self.kwargs["rows"]))
        if self.kwargs.get("file_path"):
            return self._load_file()
        with read_session(self.context.folder) as session:
            dataset = self._source_dataset(session)
        if dataset is None:
            raise ParameterError(
                "There is nothing to predict.",
                parameter="dataset_id",
                hint="Name a dataset or a file, or type some rows.",
            )
        return open_dataset(self.context.folder, dataset)

    def _load_file(self) -> StoredDataset:
        from pathlib import Path

        from queue_core.components.loaders.loading import load_dataset
        from queue_core.components.progress import Span
        from queue_core.jobs.reporting import JobProgress

        return load_dataset(
            Path(self.kwargs["file_path"]),
            self.kwargs.get("loader_options") or {},
            self.temporary_folder / "source",
            Span(JobProgress(self), 0.0, _READ),
        )

    def _store_rows(self, rows: list[Any]) -> StoredDataset:
        from queue_core.components.models.training.prediction_results import typed_rows
        from queue_core.components.stored_dataset import StoredDataset

        if not 0 < len(rows) <= TYPED_ROWS:
            raise ParameterError(
                f"From 1 to {TYPED_ROWS:,} rows can be typed, not {len(rows):,}.",
                parameter="rows",
                hint="Save more rows to a file, and predict the file.",
            )
        return StoredDataset.write(self.temporary_folder / "source", typed_rows(rows))

    def _export(self, result: StoredDataset) -> Path | None:
        """Write the result to a file, if one is wanted; return where."""
        from pathlib import Path

        from queue_core.artifacts.table_files import export_table
        from queue_core.artifacts.writer import artifact_folder

        chosen = self.kwargs.get("export_path")
        suffix = self.kwargs.get("format") or (Path(chosen).suffix[1:] if chosen else None)
        if not suffix:
            return None
        if suffix not in FORMATS:
            raise ParameterError(
                f"A result cannot be written as “{suffix}”.",
                parameter="format",
                hint=f"Choose one of: {', '.join(FORMATS)}.",
            )
        folder = artifact_folder(self.context.folder, self.ENTITY.value, self.entity_id)
        path = Path(chosen).expanduser() if chosen else folder / f"predictions.{suffix}"
        self.report_progress(0.9, f"Writing {path.name}")
        return export_table(result.parquet_path, path, suffix)

    def _run(self, session: Session) -> Run:
        """Return the finished run whose model is asked.

        Raises:
            DataError: It has no model.
            EntityNotFoundError: There is no such run.
        """
        from typing import cast

        from queue_core.database.finding import load_entity

        run_id = self.kwargs.get("run_id")
        if run_id is None:
            raise ParameterError(
                "No run was named.", parameter="run_id", hint="Set run_id to a finished run."
            )
        run = cast("Run", load_entity(session, EntityKind.RUN, int(run_id)))
        if not run.is_complete:
            why = run.error or "its training has not finished."
            raise DataError(
                f"The run “{run.name}” has no model: {why}",
                hint="Wait until its job has finished, or train it again.",
            )
        return run

    def _source_dataset(self, session: Session) -> Dataset | None:
        """Return the dataset to predict; None for a file, typed rows, or a plain forecast.

        Raises:
            ParameterError: Several sources were named.
            EntityNotFoundError: There is no such dataset.
        """
        from typing import cast

        from queue_core.database.finding import load_entity

        named = [name for name in SOURCES if self.kwargs.get(name) is not None]
        if len(named) > 1:
            raise ParameterError(
                f"Only one source can be predicted, not {' and '.join(named)}.",
                parameter=named[1],
                hint="Name a dataset, or a file, or type rows.",
            )
        dataset_id = self.kwargs.get("dataset_id")
        if dataset_id is None:
            return None
        return cast("Dataset", load_entity(session, EntityKind.DATASET, int(dataset_id)))

    def _about(self, run: Run, dataset: Dataset | None) -> str:
        """Return what is predicted, in a few words.

        Raises:
            ParameterError: Nothing was named, and the run is no forecast.
        """
        from pathlib import Path

        from queue_core.components.models.tasks import Task

        if dataset is not None:
            return dataset.name
        if self.kwargs.get("file_path"):
            return Path(self.kwargs["file_path"]).name
        if self.kwargs.get("rows") is not None:
            return f"{len(self.kwargs['rows'])} typed rows"
        if run.session.task != Task.FORECASTING:
            raise ParameterError(
                "There is nothing to predict.",
                parameter="dataset_id",
                hint="Name a dataset or a file, or type some rows.",
            )
        return "the next steps"
