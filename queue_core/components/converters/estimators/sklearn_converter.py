"""Runs a transformer of scikit-learn: fitted on a frame, applied to batches of rows."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.base import BaseEstimator
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils.multiclass import type_of_target

from queue_core.components.catalogues.estimator_arguments import arguments
from queue_core.components.converters.converting.converter import (
    SILENCE,
    Converter,
    Outcome,
    Scope,
    kept_types,
)
from queue_core.components.converters.estimators.column_plan import PlannedColumn, plan_columns
from queue_core.components.converters.estimators.frames import (
    as_categories,
    as_numbers,
    as_target,
    as_texts,
    read_rows,
)
from queue_core.components.converters.estimators.library_errors import explained
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.pandas_frame import to_frame
from queue_core.components.progress import ProgressReporter
from queue_core.components.stored_dataset import StoredDataset
from queue_core.components.trusted_types import load_fitted, save_fitted
from queue_core.errors import DataError, ParameterError

FITTED_FILE = "fitted.skops"
MAX_NEW_COLUMNS = 2_000
MAX_FIT_CELLS = 40_000_000
BATCH_CELLS = 2_000_000
# Where kernels and neighbours keep the rows that they were fitted on.
_KEPT_ROWS = ("X_fit_", "dist_matrix_", "_fit_X")
# Their time or memory grows with the square of the rows, or worse.
_MOST_ROWS = {
    "DictionaryLearning": 5_000,
    "FeatureAgglomeration": 20_000,
    "Isomap": 3_000,
    "KNNImputer": 10_000,
    "KernelPCA": 3_000,
    "LocallyLinearEmbedding": 3_000,
    "NeighborhoodComponentsAnalysis": 3_000,
    "RFECV": 20_000,
    "SequentialFeatureSelector": 5_000,
    "SparsePCA": 5_000,
}
_WHOLE_NUMBERS = ("OneHotEncoder", "OrdinalEncoder", "KBinsDiscretizer", "Binarizer",
                  "CountVectorizer", "RandomTreesEmbedding")  # fmt: skip
_JUDGES = {
    "RandomForestClassifier": "sklearn.ensemble",
    "RandomForestRegressor": "sklearn.ensemble",
    "LogisticRegression": "sklearn.linear_model",
    "LinearRegression": "sklearn.linear_model",
    "Lasso": "sklearn.linear_model",
    "LinearSVC": "sklearn.svm",
}


@dataclass(frozen=True)
class Block:
    """A fitted transformer and its columns; text columns have one each.

    Attributes:
        transformer: The fitted transformer.
        columns: What it reads.
        outputs: The names of what it gives.
    """

    transformer: BaseEstimator
    columns: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def kept_rows(self) -> int:
        """How many training rows each new row is compared with; 0 for most transformers."""
        names = (name for name in _KEPT_ROWS if hasattr(self.transformer, name))
        return max((getattr(self.transformer, name).shape[0] for name in names), default=0)


class SklearnConverter(Converter):
    """A transformer of scikit-learn as a converter."""

    _blocks: tuple[Block, ...] = ()
    _notes: tuple[str, ...] = ()
    _training_output: np.ndarray | None = None

    @property
    def accepts(self) -> tuple[str, ...]:
        """Numbers where a mean is to be filled in, otherwise what the transformer takes."""
        if self._takes == "any" and self.params.get("strategy") in ("mean", "median"):
            return ("number", "boolean")
        return self.component.column_types

    def resolve(self, dataset: StoredDataset, scope: Scope) -> Scope:
        """Name the columns; if none were chosen, those that ask for it.

        An encoder takes all but the numbers then, and what fills gaps takes columns with gaps.
        """
        named = super().resolve(dataset, scope)
        if scope.columns is not None or self._takes not in ("category", "any"):
            return named
        infos = [dataset.column(name) for name in named.columns or ()]
        if self._takes == "category":
            wanted = [info.name for info in infos if not info.type.is_number]
        else:
            wanted = [info.name for info in infos if info.missing]
        return replace(named, columns=tuple(wanted)) if wanted else named

    def check(self, dataset: StoredDataset, scope: Scope) -> None:
        """Refuse missing values where the transformer does, and a target among the columns."""
        columns = self.columns(dataset, scope)
        if scope.target in columns:
            raise ParameterError(
                f"“{scope.target}” is the target and cannot be converted by looking at it.",
                parameter="columns", hint="Leave it out of the columns.",
            )  # fmt: skip
        if dataset.row_count == 0:
            raise DataError(
                "The table has no rows to learn from.", hint="Choose a table with rows."
            )
        if self.component.options["missing"] or self._takes == "text":
            return
        for name in columns:
            if missing := dataset.column(name).missing:
                values = "1 value is" if missing == 1 else f"{missing:,} values are"
                raise DataError(
                    f"“{name}”: {values} missing, which “{self.title}” cannot take.",
                    hint="Fill the missing values or drop these rows in a step before.",
                )

    def fit(
        self,
        dataset: StoredDataset,
        scope: Scope,
        scratch: Path,
        reporter: ProgressReporter = SILENCE,
    ) -> None:
        """Fit the transformer on the chosen rows, or on a sample where there are too many."""
        self.check(dataset, scope)
        columns = self.columns(dataset, scope)
        target = scope.target if self._needs_target else None
        reporter.report(0.0, "Reading the rows to learn from")
        most = min(_MOST_ROWS.get(self.component.id, MAX_FIT_CELLS), MAX_FIT_CELLS // len(columns))
        names = columns if target is None else (*columns, target)
        rows = read_rows(dataset, names, scope, most=most, scratch=scratch, present=target)
        if rows.frame.empty:
            raise DataError(
                "No rows are left to learn from.",
                hint="Choose other rows, or a target column with values.",
            )
        answer = None if target is None else as_target(rows.frame[target])
        self._check_score(answer)
        reporter.report(0.2, f"Fitting on {len(rows.frame):,} rows")
        with explained(self.title) as notes:
            self._fit_blocks(rows.frame, columns, answer, scope.seed)
            if self._fits_apart and len(rows.frame) == dataset.row_count:
                self._training_output = self._cross_fitted(rows.frame, columns, answer, scope.seed)
        if rows.is_sample:
            notes.append(
                f"“{self.title}” learned from {len(rows.frame):,} of {rows.available:,} rows, "
                "drawn at random."
            )
        self._notes = tuple(dict.fromkeys(notes))
        reporter.report(1.0, "Fitted")

    def convert(
        self,
        dataset: StoredDataset,
        scope: Scope,
        staging: DatasetStaging,
        reporter: ProgressReporter = SILENCE,
    ) -> Outcome:
        """Transform the rows in batches and write them beside the columns that stay."""
        columns = self.columns(dataset, scope)
        plan = self._plan(dataset, columns)
        compared = max((block.kept_rows for block in self._blocks), default=0)
        batch_rows = max(256, BATCH_CELLS // max(1, len(plan) + len(columns), compared // 10))
        with explained(self.title) as notes:
            batches = self._batches(dataset, plan, batch_rows, reporter)
            first = next(batches)
            reader = pa.RecordBatchReader.from_batches(first.schema, _chain(first, batches))
            staging.write_arrow(reader)
        kept = [planned.name for planned in plan if planned.source is None]
        return Outcome(
            types=kept_types(dataset, kept), notes=tuple(dict.fromkeys((*self._notes, *notes)))
        )

    def save(self, folder: Path) -> None:
        """Store the fitted transformers as a skops file."""
        self.learned = {
            "blocks": [
                {"columns": list(block.columns), "outputs": list(block.outputs)}
                for block in self._blocks
            ]
        }
        super().save(folder)
        save_fitted([block.transformer for block in self._blocks], folder / FITTED_FILE)

    def load(self, folder: Path) -> None:
        """Take up the fitted transformers."""
        super().load(folder)
        transformers = load_fitted(folder / FITTED_FILE)
        self._blocks = tuple(
            Block(transformer, tuple(facts["columns"]), tuple(facts["outputs"]))
            for transformer, facts in zip(transformers, self.learned["blocks"], strict=True)
        )

    @property
    def _takes(self) -> str:
        return str(self.component.options["takes"])

    @property
    def _needs_target(self) -> bool:
        return bool(self.component.options["target"] == "required")

    @property
    def _fits_apart(self) -> bool:
        """Whether training rows must not be transformed by what their own target taught."""
        return not self.component.options.get("repeats", True)

    def _check_score(self, answer: np.ndarray | None) -> None:
        """Refuse a score for classes where the target is measured."""
        score = str(self.params.get("score_func", ""))
        if not score:
            return
        measures = type_of_target(answer) == "continuous"
        if measures and score in ("f_classif", "chi2", "mutual_info_classif"):
            raise ParameterError(
                f"The target is measured in numbers, but “{score}” is a score for classes.",
                parameter="score_func", hint="Choose f_regression or mutual_info_regression.",
            )  # fmt: skip

    def _fit_blocks(
        self, frame: pd.DataFrame, columns: Sequence[str], answer: np.ndarray | None, seed: int
    ) -> None:
        groups = [(name,) for name in columns] if self._takes == "text" else [tuple(columns)]
        blocks = []
        for group in groups:
            transformer = self._make(seed)
            transformer.fit(self._input(frame, group), answer)
            self._check_count(getattr(transformer, "n_output_features_", 0), len(columns))
            outputs = self._output_names(transformer, group)
            blocks.append(Block(transformer, group, outputs))
        self._check_count(sum(len(block.outputs) for block in blocks), len(columns))
        self._blocks = tuple(blocks)

    def _check_count(self, count: int, given: int) -> None:
        most = max(MAX_NEW_COLUMNS, given)  # a wide table may stay as wide as it is
        if count > most:
            raise DataError(
                f"“{self.title}” would make {count:,} columns; at most {most:,} make "
                "sense in a table.",
                hint="Choose fewer columns, or limit the number in the parameters.",
            )

    def _cross_fitted(
        self, frame: pd.DataFrame, columns: Sequence[str], answer: np.ndarray | None, seed: int
    ) -> np.ndarray:
        transformer = self._make(seed)
        kind = KFold if type_of_target(answer) == "continuous" else StratifiedKFold
        folds = kind(int(self.params["cv"] or 5), shuffle=True, random_state=seed)
        transformer.set_params(cv=folds)
        return transformer.fit_transform(self._input(frame, tuple(columns)), answer)

    def _make(self, seed: int) -> BaseEstimator:
        module, _, name = str(self.component.options["class"]).partition(":")
        cls = getattr(importlib.import_module(module), name)
        params = {k: v for k, v in self.params.items() if k != "keep_original"}
        made = arguments(self.component.schema, params)
        if "estimator" in made:
            made["estimator"] = _judge(str(made["estimator"]), seed)
        if self.component.options["seed"]:
            made["random_state"] = seed
        return cls(**made)

    def _input(self, frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame | np.ndarray:
        if self._takes == "text":
            return as_texts(frame[columns[0]])
        chosen = frame[list(columns)]
        return as_categories(chosen) if "text" in self.accepts else as_numbers(chosen)

    def _output_names(
        self, transformer: BaseEstimator, columns: tuple[str, ...]
    ) -> tuple[str, ...]:
        if self._takes == "text":
            if hasattr(transformer, "get_feature_names_out"):
                words = [str(word) for word in transformer.get_feature_names_out()]
            else:
                words = [str(number) for number in range(int(self.params["n_features"]))]
            return tuple(f"{columns[0]}_{word}" for word in words)
        return tuple(str(name) for name in transformer.get_feature_names_out())

    def _plan(self, dataset: StoredDataset, columns: Sequence[str]) -> list[PlannedColumn]:
        plan = plan_columns(
            [info.name for info in dataset.columns],
            columns,
            [block.outputs for block in self._blocks],
            keep_original=bool(self.params["keep_original"]),
        )
        if not plan:
            raise DataError(
                f"“{self.title}” leaves no column.",
                hint="Choose other parameters, or keep the original columns.",
            )
        return plan

    def _batches(
        self,
        dataset: StoredDataset,
        plan: Sequence[PlannedColumn],
        batch_rows: int,
        reporter: ProgressReporter,
    ) -> Iterator[pa.RecordBatch]:
        done = 0
        source = dataset.batches(batch_rows=batch_rows) if dataset.row_count else _empty(dataset)
        for batch in source:
            frame = to_frame(pa.Table.from_batches([batch]))
            outputs = [self._transformed(block, frame, done) for block in self._blocks]
            arrays = [
                batch.column(planned.name)
                if planned.source is None
                else outputs[planned.source[0]][planned.source[1]]
                for planned in plan
            ]
            yield pa.RecordBatch.from_arrays(arrays, names=[planned.name for planned in plan])
            done += batch.num_rows
            reporter.report(done / max(1, dataset.row_count), f"Converted {done:,} rows")

    def _transformed(self, block: Block, frame: pd.DataFrame, done: int) -> list[pa.Array]:
        """Return the outputs of a block for a batch as Arrow arrays."""
        if frame.empty:
            return [self._as_array(_nothing()) for _ in block.outputs]
        if self._training_output is not None:
            values = self._training_output[done : done + len(frame)]
        else:
            values = block.transformer.transform(self._input(frame, block.columns))
        values = values.toarray() if hasattr(values, "toarray") else values
        return [self._as_array(values[:, place]) for place in range(len(block.outputs))]

    def _as_array(self, values: np.ndarray) -> pa.Array:
        if values.dtype == bool:
            return pa.array(values)
        if values.dtype == object:
            if "text" not in self.accepts:
                values = values.astype("float64")
            else:
                missing = [value is None or value != value for value in values]
                texts = [None if gone else str(v) for v, gone in zip(values, missing, strict=True)]
                return pa.array(texts, pa.string())
        array = pa.array(np.asarray(values, dtype="float64"), from_pandas=True)
        return array.cast(pa.int64()) if self.component.id in _WHOLE_NUMBERS else array


def _judge(name: str, seed: int) -> BaseEstimator:
    cls = getattr(importlib.import_module(_JUDGES[name]), name)
    wanted = {"random_state": seed, "max_iter": 2_000}
    known = inspect.signature(cls).parameters
    return cls(**{key: value for key, value in wanted.items() if key in known})


def _empty(dataset: StoredDataset) -> Iterator[pa.RecordBatch]:
    table = dataset.page(0, 0)
    yield pa.RecordBatch.from_arrays(
        [pa.array([], field.type) for field in table.schema], schema=table.schema
    )


def _nothing() -> np.ndarray:
    return np.empty(0)


def _chain(first: pa.RecordBatch, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from rest
