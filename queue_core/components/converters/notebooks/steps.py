"""One step of a notebook: run on a table, kept with what it learned, applied to other tables.

A step is data. Running it stores the new table and, beside it, a folder with the step and all that
its converter learned: enough to convert new data in the same way, without the old.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from queue_core.components.component import ComponentKind
from queue_core.components.converters.converting.converter import (
    SILENCE,
    Converter,
    Scope,
    no_other_dataset,
)
from queue_core.components.converters.converting.learning_rows import check_rows
from queue_core.components.dataset_writer import DatasetStaging
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.parameters import complete_parameters
from queue_core.components.progress import ProgressReporter, Span
from queue_core.components.registry import get_component
from queue_core.components.stored_dataset import StoredDataset
from queue_core.errors import DataError, ParameterError

STEP_FILE = "step.json"
# Raised whenever a step gives another table than before: states of old are computed anew.
_RESULT_VERSION = 2
# Share of the time, roughly: converting; the rest goes into describing the result.
_CONVERTED = 0.55


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is done to a table.

    Attributes:
        converter: Id of the converter component.
        params: Its parameters.
        columns: The columns to work on; None means all that fit.
        target: The column to be predicted later.
        rows: The rows to learn from; None means all.
        seed: Start of the random numbers.
    """

    converter: str
    params: JsonMapping = field(default_factory=dict)
    columns: tuple[str, ...] | None = None
    target: str | None = None
    rows: JsonMapping | None = None
    seed: int = 0

    def to_json(self) -> JsonObject:
        """Return it as JSON data."""
        columns = None if self.columns is None else list(self.columns)
        return {**asdict(self), "columns": columns}

    @classmethod
    def from_json(cls, data: JsonMapping) -> Step:
        """Return the step that `to_json` wrote."""
        columns = data["columns"]
        return cls(**{**data, "columns": None if columns is None else tuple(columns)})

    @property
    def other_datasets(self) -> tuple[int, ...]:
        """The ids of the datasets that it reads beside the table."""
        component = get_component(ComponentKind.CONVERTER, self.converter)
        names = component.options.get("other_datasets", ())
        return tuple(int(self.params[name]) for name in names if self.params.get(name) is not None)

    def fingerprint(self, *read: str) -> str:
        """Return a short hash of this step done to tables with these hashes."""
        text = json.dumps(
            [_RESULT_VERSION, read, self.to_json()], sort_keys=True, ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()[:20]


def make_converter(step: Step) -> Converter:
    """Return the converter of a step.

    Raises:
        ParameterError: There is no such converter, or a parameter does not fit.
        MissingPackageError: It needs a package that is not installed.
    """
    component = get_component(ComponentKind.CONVERTER, step.converter)
    params = complete_parameters(component.schema, step.params, owner=component.title)
    check_rows(step.rows)
    if component.options.get("target") == "required" and not step.target:
        raise ParameterError(
            f"“{component.title}” needs to know which column is to be predicted.",
            parameter="target", hint="Choose the target column.",
        )  # fmt: skip
    made: Converter = component.load()(component, params)
    return made


def check_step(
    step: Step,
    dataset: StoredDataset,
    open_dataset: Callable[[int], StoredDataset] = no_other_dataset,
) -> None:
    """Raise a `JobError` for what can be seen to be wrong without reading the rows."""
    converter = make_converter(step)
    scope = _scope(step, open_dataset)
    _check_target(step, dataset)
    converter.check(dataset, converter.resolve(dataset, scope))


def run_step(
    step: Step,
    dataset: StoredDataset,
    *,
    result: Path,
    fitted: Path,
    open_dataset: Callable[[int], StoredDataset] = no_other_dataset,
    reporter: ProgressReporter = SILENCE,
) -> StoredDataset:
    """Fit a step, keep what it learned, and store the converted table.

    Args:
        step: What to do.
        dataset: The table to do it to; it is only read.
        result: Where the new table will be.
        fitted: Where the fitted step will be; an empty folder.
        open_dataset: Opens another dataset by its id.
        reporter: Told how far it is.

    Raises:
        JobError: Parameters and data do not allow it.
    """
    converter = make_converter(step)
    _check_target(step, dataset)
    scope = converter.resolve(dataset, _scope(step, open_dataset))
    fitting = Span(reporter, 0.0, converter.fit_share)
    converting = Span(reporter, converter.fit_share, 1.0)
    with DatasetStaging(result) as staging:
        converter.fit(dataset, scope, staging.scratch, fitting)
        stored = _convert(converter, dataset, scope, staging, step, converting)
    converter.save(fitted)
    text = json.dumps(replace(step, columns=scope.columns).to_json(), ensure_ascii=False, indent=1)
    (fitted / STEP_FILE).write_text(text, encoding="utf-8")
    return stored


def apply_step(
    fitted: Path,
    dataset: StoredDataset,
    *,
    result: Path,
    open_dataset: Callable[[int], StoredDataset] = no_other_dataset,
    reporter: ProgressReporter = SILENCE,
) -> StoredDataset | None:
    """Convert a new table with a step that was fitted before.

    Args:
        fitted: The folder that `run_step` filled.
        dataset: The new table.
        result: Where its converted form will be.
        open_dataset: Opens another dataset by its id.
        reporter: Told how far it is.

    Returns:
        The new table; None if the step is not for new data (a sample, a resampling).

    Raises:
        JobError: The table lacks a column, or its values do not allow it.
    """
    step = load_step(fitted)
    converter = make_converter(step)
    if converter.component.options.get("new_data") == "skip":
        return None
    converter.load(fitted)
    scope = _scope(step, open_dataset)
    with DatasetStaging(result) as staging:
        return _convert(converter, dataset, scope, staging, step, reporter)


def load_step(fitted: Path) -> Step:
    """Return the step that a folder was fitted for.

    Raises:
        DataError: The folder is gone or damaged.
    """
    try:
        return Step.from_json(json.loads((fitted / STEP_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The fitted step in {fitted} cannot be read: {error}.", hint="Run the step again."
        ) from error


def _convert(
    converter: Converter,
    dataset: StoredDataset,
    scope: Scope,
    staging: DatasetStaging,
    step: Step,
    reporter: ProgressReporter,
) -> StoredDataset:
    outcome = converter.convert(dataset, scope, staging, Span(reporter, 0.0, _CONVERTED))
    describing = Span(reporter, _CONVERTED, 1.0)
    return staging.finish(
        types=outcome.types,
        warnings=outcome.notes,
        made_by=step.to_json(),
        on_progress=lambda done: describing.report(done, "Describing the result"),
    )


def _scope(step: Step, open_dataset: Callable[[int], StoredDataset]) -> Scope:
    return Scope(
        columns=step.columns,
        target=step.target,
        rows=check_rows(step.rows),
        seed=step.seed,
        open_dataset=open_dataset,
    )


def _check_target(step: Step, dataset: StoredDataset) -> None:
    if step.target is not None:
        dataset.column(step.target)
