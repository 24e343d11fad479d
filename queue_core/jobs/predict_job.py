"""PredictJob: asks a trained model about a dataset, a file, or rows typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from queue_core.artifacts.table_files import export_table
from queue_core.artifacts.writer import ArtifactWriter, artifact_folder
from queue_core.components.dataset_writer import write_dataset
from queue_core.components.models.tasks import Task
from queue_core.components.progress import Span
from queue_core.components.stored_dataset import StoredDataset
from queue_core.database.finding import find
from queue_core.database.provenance import provenance_of
from queue_core.database.session import read_session
from queue_core.database.status import EntityKind
from queue_core.database.tables import Dataset, Prediction, Run
from queue_core.errors import DataError, ParameterError
from queue_core.jobs.entity_job import EntityJob
from queue_core.jobs.reporting import JobProgress
from queue_core.jobs.requests.predict import PredictRequest
from queue_core.library.datasets import describe_dataset, open_dataset
from queue_core.naming import default_name
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from queue_core.components.models.training.stored.predicting import Predictor

# Shares of the time, roughly: reading a file; then predicting; then exporting and drawing.
_READ = 0.1
_PREDICTED = 0.8
BATCH_ROWS = 50_000
TYPED_ROWS = 10_000


class PredictJob(EntityJob[Prediction, PredictRequest]):
    """Predicts with a finished run.

    Attributes:
        kwargs: `run_id`; one of `dataset_id`, `file_path` and `rows` (none is needed to forecast);
            and what else `PARAMETERS` names.
    """

    ENTITY = EntityKind.PREDICTION
    REQUEST = PredictRequest

    _made_from: tuple[Run, Dataset | None] | None = None
    _result: StoredDataset | None = None

    def create_entity(self, session: Session) -> Prediction:
        """Return a new prediction; what can be checked is checked at once."""
        told = self.request
        run, dataset = self._run(session), self._source_dataset(session)
        # The queue asks for the job's name after this.
        about = self._about(run, dataset)
        name = default_name("{run}: prediction of {rows}", run=run.name, rows=about)
        self.settle(name=told.name or name)
        if told.file_path:
            # The job runs in another process, whose working folder is another one.
            self.settle(file_path=str(Path(told.file_path).expanduser().absolute()))
        chosen = {"horizon": told.horizon, "level": told.level, "format": told.format}
        return Prediction(
            name=self.request.name,
            run_id=run.id,
            dataset_id=None if dataset is None else dataset.id,
            file_path=self.request.file_path,
            rows=None if told.rows is None else [dict(row) for row in told.rows],
            params={name: value for name, value in chosen.items() if value},
        )

    def execute(self) -> Mapping[str, Any]:
        """Predict batch by batch, store the result as a dataset, and export it."""
        from queue_core.components.models.training.results.prediction_results import (
            store_prediction,
        )
        from queue_core.components.models.training.stored.model_file import open_model
        from queue_core.components.models.training.stored.predicting import Predictor

        self.report_progress(0.0, "Opening the model")
        folder = self.context.folder
        with read_session(folder) as session:
            run, dataset = self._run(session), self._source_dataset(session)
            self._made_from = (run, dataset)
            _refuse_untrained(run)
        model = open_model(artifact_folder(folder, EntityKind.RUN.value, run.id))
        predictor = Predictor.of(model, self.request.level)
        result_id = self.add_dataset(
            self.request.name or "", derived_from_id=None if dataset is None else dataset.id
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
        assert self._made_from is not None
        assert self._result is not None
        made_from = [item for item in self._made_from if item is not None]
        facts = provenance_of(*made_from, libraries=("skops",), file=self.request.file_path)
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

        path = folder.datasets / str(result_id)
        if predictor.model.task is Task.FORECASTING:
            return write_dataset(path, self._forecast(predictor), made_by=made_by)
        source = self._open_source()
        names = [column.name for column in source.columns]
        predictor.check.check_names(names)
        types = {column.name: column.type for column in source.columns}
        return write_dataset(path, self._answers(predictor, source), types=types, made_by=made_by)

    def _answers(self, predictor: Predictor, source: StoredDataset) -> Iterator[Any]:
        """Yield the rows with their answers as record batches of one schema."""
        import pyarrow as pa

        from queue_core.components.models.training.results.prediction_results import joined
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
        if self.request.sources:
            source = self._open_source()
            predictor.check.check_names([column.name for column in source.columns])
            known = source.to_pandas()
        facts = predictor.model.schema["forecast"]
        steps = self.request.horizon or (
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
        if self.request.rows is not None:
            return self._store_rows(self.request.rows)
        if self.request.file_path:
            return self._load_file(Path(self.request.file_path))
        with read_session(self.context.folder) as session:
            dataset = self._source_dataset(session)
        if dataset is None:
            raise ParameterError(
                "There is nothing to predict.",
                parameter="dataset_id",
                hint="Name a dataset or a file, or type some rows.",
            )
        return open_dataset(self.context.folder, dataset)

    def _load_file(self, path: Path) -> StoredDataset:

        from queue_core.components.loaders.loading.load_file import load_dataset

        return load_dataset(
            path,
            self.request.loader_options,
            self.temporary_folder / "source",
            Span(JobProgress(self), 0.0, _READ),
        )

    def _store_rows(self, rows: Sequence[Mapping[str, Any]]) -> StoredDataset:
        from queue_core.components.models.training.results.prediction_results import typed_rows

        if not 0 < len(rows) <= TYPED_ROWS:
            raise ParameterError(
                f"From 1 to {TYPED_ROWS:,} rows can be typed, not {len(rows):,}.",
                parameter="rows",
                hint="Save more rows to a file, and predict the file.",
            )
        return write_dataset(self.temporary_folder / "source", typed_rows(rows))

    def _export(self, result: StoredDataset) -> Path | None:
        """Write the result to a file, if one is wanted; return where."""
        chosen = self.request.export_path
        suffix = self.request.format or (Path(chosen).suffix[1:].lower() if chosen else None)
        if not suffix:
            return None
        folder = artifact_folder(self.context.folder, self.ENTITY.value, self.entity_id)
        path = Path(chosen).expanduser() if chosen else folder / f"predictions.{suffix}"
        self.report_progress(0.9, f"Writing {path.name}")
        return export_table(result.parquet_path, path, suffix)

    def _run(self, session: Session) -> Run:
        """Return the run whose model is asked; it may still be trained by an earlier job.

        Raises:
            DataError: It has no model, and none is being made.
            EntityNotFoundError: There is no such run.
        """
        if self.request.run_id is None:
            raise ParameterError(
                "No run was named.", parameter="run_id", hint="Set run_id to a finished run."
            )
        run = find(session, Run, self.request.run_id)
        if not run.status.is_busy:
            _refuse_untrained(run)
        return run

    def _source_dataset(self, session: Session) -> Dataset | None:
        """Return the dataset to predict; None for a file, typed rows, or a plain forecast.

        Raises:
            EntityNotFoundError: There is no such dataset.
        """
        number = self.request.dataset_id
        return None if number is None else find(session, Dataset, number)

    def _about(self, run: Run, dataset: Dataset | None) -> str:
        """Return what is predicted, in a few words.

        Raises:
            ParameterError: Nothing was named, and the run is no forecast.
        """
        if dataset is not None:
            return dataset.name
        if self.request.file_path:
            return Path(self.request.file_path).name
        if self.request.rows is not None:
            return default_name("{count} typed rows", count=str(len(self.request.rows)))
        if run.session.task != Task.FORECASTING:
            raise ParameterError(
                "There is nothing to predict.",
                parameter="dataset_id",
                hint="Name a dataset or a file, or type some rows.",
            )
        return default_name("the next steps")


def _refuse_untrained(run: Run) -> None:
    """Refuse a run without a model.

    Raises:
        DataError: It has none.
    """
    if not run.is_complete:
        why = run.error or "its training has not finished."
        raise DataError(
            f"The run “{run.name}” has no model: {why}",
            hint="Wait until its job has finished, or train it again.",
        )
