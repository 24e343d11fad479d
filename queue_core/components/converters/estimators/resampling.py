"""Runs a sampler of imbalanced-learn: the classes of the target become more alike in size."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from queue_core.components.catalogues.estimator_arguments import arguments
from queue_core.components.column_types import ColumnType
from queue_core.components.converters.converting.converter import (
    SILENCE,
    Converter,
    Outcome,
    Scope,
    column_types,
    kept_types,
)
from queue_core.components.converters.estimators.frames import as_categories, as_numbers, as_target
from queue_core.components.converters.estimators.library_errors import explained
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.progress import ProgressReporter
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, MissingPackageError, ParameterError

if TYPE_CHECKING:  # an extra
    from imblearn.base import BaseSampler

MAX_CELLS = 40_000_000


class Resampling(Converter):
    """A sampler as a converter. It is for training data: new data is never resampled."""

    @property
    def fit_share(self) -> float:
        """Nothing is learned beforehand."""
        return 0.0

    def check(self, dataset: StoredDataset, scope: Scope) -> None:
        """Refuse a target among the columns, too large a table, and gaps where none may be."""
        columns = self.columns(dataset, scope)
        target = str(scope.target)
        if target in columns and self._takes != "any":
            raise ParameterError(
                f"“{target}” is the target and cannot be a column to look at, too.",
                parameter="columns", hint="Leave it out of the columns.",
            )  # fmt: skip
        if dataset.row_count * len(dataset.columns) > MAX_CELLS:
            raise DataError(
                f"Resampling works in memory, and {dataset.row_count:,} rows by "
                f"{len(dataset.columns)} columns are too many.",
                hint="Draw a sample of the rows first (Sample rows).",
            )
        looked_at = [target] if self._takes == "any" else [*columns, target]
        for name in looked_at:
            if dataset.column(name).missing:
                raise DataError(
                    f"“{name}” has missing values, which “{self.title}” cannot take.",
                    hint="Fill them or drop these rows in a step before.",
                )

    def convert(
        self,
        dataset: StoredDataset,
        scope: Scope,
        staging: DatasetStaging,
        reporter: ProgressReporter = SILENCE,
    ) -> Outcome:
        """Resample the rows; columns that were not looked at go with their rows."""
        self.check(dataset, scope)
        columns = [name for name in self.columns(dataset, scope) if name != scope.target]
        reporter.report(0.0, "Reading the rows")
        answer = as_target(dataset.to_pandas([str(scope.target)])[scope.target])
        values = self._values(dataset, columns)
        reporter.report(0.2, f"Resampling {dataset.row_count:,} rows")
        names, codes = _as_codes(answer, str(scope.target))
        with explained(self.title) as notes:
            sampler = self._make(dataset, columns, scope.seed)
            drawn, drawn_codes = sampler.fit_resample(values, codes)
        classes = names[drawn_codes]
        reporter.report(0.8, "Writing the rows")
        indices = getattr(sampler, "sample_indices_", None)
        if indices is not None and self.params.get("shrinkage") is None:
            result = self._chosen_rows(dataset, indices)
        else:
            result = self._new_rows(dataset, scope, columns, values, drawn, classes, notes)
        staging.write_arrow(result)
        notes.append(_sizes(answer, classes))
        kept = [str(name) for name in result.schema.names]
        return Outcome(types=kept_types(dataset, kept), notes=tuple(dict.fromkeys(notes)))

    @property
    def _takes(self) -> str:
        return str(self.component.options["takes"])

    def _values(self, dataset: StoredDataset, columns: Sequence[str]) -> pd.DataFrame | np.ndarray:
        if self._takes == "any" and self.params.get("shrinkage") is None:
            return np.arange(dataset.row_count).reshape(-1, 1)
        frame = dataset.to_pandas(columns)
        if self._takes in ("number", "any"):
            return as_numbers(frame)
        return as_categories(frame)

    def _make(self, dataset: StoredDataset, columns: Sequence[str], seed: int) -> BaseSampler:
        module, _, name = str(self.component.options["class"]).partition(":")
        try:
            cls = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            raise MissingPackageError("imblearn", extra="imbalance", feature=self.title) from error
        made = arguments(self.component.schema, self.params)
        if self.component.options["seed"]:
            made["random_state"] = seed
        if self._takes == "mixed":
            types = column_types(dataset)
            made["categorical_features"] = [
                place for place, column in enumerate(columns) if not types[column].is_number
            ]
        return cls(**made)

    def _chosen_rows(self, dataset: StoredDataset, indices: np.ndarray) -> pa.Table:
        table = pa.Table.from_batches(dataset.batches(), dataset.page(0, 0).schema)
        return table.take(pa.array(indices)).combine_chunks()

    def _new_rows(
        self,
        dataset: StoredDataset,
        scope: Scope,
        columns: Sequence[str],
        before: pd.DataFrame | np.ndarray,
        drawn: pd.DataFrame | np.ndarray,
        classes: np.ndarray,
        notes: list[str],
    ) -> pa.Table:
        """Return old and new rows; a new row has no value where nothing was looked at."""
        count = dataset.row_count
        table = pa.Table.from_batches(dataset.batches(), dataset.page(0, 0).schema)
        made = pd.DataFrame(drawn, columns=list(columns))
        made[scope.target] = classes
        old = pd.DataFrame(before, columns=list(columns))
        originals_first = len(made) >= count and np.array_equal(
            made[list(columns)].iloc[:count].to_numpy(), old.to_numpy()
        )
        new = made.iloc[count:] if originals_first else made
        rows = _as_rows(new, column_types(dataset), table.schema)
        others = [name for name in table.column_names if name not in rows.column_names]
        if not originals_first:
            if others:
                notes.append(f"All rows are new; these columns are gone: {', '.join(others)}.")
            return rows
        if others:
            notes.append(f"The new rows have no value in: {', '.join(others)}.")
        padded = pa.Table.from_arrays(
            [
                rows.column(f.name) if f.name in rows.column_names else pa.nulls(len(new), f.type)
                for f in table.schema
            ],
            schema=table.schema,
        )
        return pa.concat_tables([table, padded]).combine_chunks()


def _as_rows(frame: pd.DataFrame, types: dict[str, ColumnType], schema: pa.Schema) -> pa.Table:
    """Return new rows in the types of the old: whole numbers are rounded, texts are texts."""
    arrays = []
    fields = [field for field in schema if field.name in frame.columns]
    for field in fields:
        column = frame[field.name]
        if types[field.name] is ColumnType.INTEGER:
            column = column.astype("float64").round()
        elif types[field.name] is ColumnType.BOOLEAN:
            column = column.map({"true": True, "false": False, 1.0: True, 0.0: False})
        values = column.to_list()
        arrays.append(pa.array(values, from_pandas=True).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _as_codes(answer: np.ndarray, target: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the classes and, for each row, the number of its class."""
    if answer.dtype.kind == "f":
        raise DataError(
            f"“{target}” is measured in numbers; only classes can be resampled.",
            hint="Choose another target, or divide it into bins first (Divide into bins).",
        )
    names, codes = np.unique(answer, return_inverse=True)
    return names, codes


def _sizes(before: np.ndarray, after: np.ndarray) -> str:
    old, new = Counter(map(str, before)), Counter(map(str, after))
    shown = sorted(old, key=lambda name: -old[name])[:6]
    parts = [f"{name} {old[name]:,} → {new[name]:,}" for name in shown]
    more = ", …" if len(old) > len(shown) else ""
    return f"Rows of each class: {', '.join(parts)}{more}."
