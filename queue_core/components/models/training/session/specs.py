"""What a session and a run ask for, as checked records made from JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from queue_core.components.json_data import JsonMapping
from queue_core.components.models.tasks import Task
from queue_core.components.models.training.session.session_schemas import (
    FORECAST_SCHEMA,
    PREPROCESSING_SCHEMA,
    SEARCH_SCHEMA,
    SPLIT_SCHEMA,
    SplitMethod,
)
from queue_core.components.parameters import complete_parameters
from queue_core.errors import ParameterError


@dataclass(frozen=True, kw_only=True)
class SplitSpec:
    """A checked split; see `SPLIT_SCHEMA`."""

    method: SplitMethod = SplitMethod.AUTO
    test_size: float = 0.25
    folds: int = 5
    repeats: int = 3
    column: str | None = None


@dataclass(frozen=True, kw_only=True)
class PreprocessingSpec:
    """What columns are made into; see `PREPROCESSING_SCHEMA`."""

    imputation: str = "median"
    scaling: str = "auto"
    max_categories: int = 50
    text_features: int = 5000
    word_pairs: bool = False


@dataclass(frozen=True, kw_only=True)
class ForecastSpec:
    """How the past is shown to the model; see `FORECAST_SCHEMA`."""

    time_column: str | None = None
    horizon: int | None = None
    lags: int | None = None
    period: int | None = None


@dataclass(frozen=True, kw_only=True)
class SearchSpec:
    """A checked search; see `SEARCH_SCHEMA`."""

    trials: int = 20
    metric: str | None = None
    folds: int = 3
    sampler: str = "tpe"
    pruning: bool = True
    parameters: JsonMapping | None = None


@dataclass(frozen=True, kw_only=True)
class SessionSpec:
    """A question put to a dataset.

    Attributes:
        task: What is asked.
        input_columns: What a model may look at.
        target: The output column; None for clustering without known labels.
        split: How rows are parted.
        metrics: Ids of metrics, the first one leads; empty: the usual ones of the task.
        seed: Start of all random numbers.
        sample_rows: At most this many rows, drawn at random; None: all.
    """

    task: Task
    input_columns: tuple[str, ...]
    target: str | None
    split: SplitSpec = field(default_factory=SplitSpec)
    metrics: tuple[str, ...] = ()
    seed: int = 0
    preprocessing: PreprocessingSpec = field(default_factory=PreprocessingSpec)
    forecast: ForecastSpec = field(default_factory=ForecastSpec)
    sample_rows: int | None = None

    @classmethod
    def from_json(
        cls,
        *,
        task: str,
        input_columns: Sequence[str],
        output_columns: Sequence[str],
        split: JsonMapping | None = None,
        metrics: Sequence[str] = (),
        seed: int = 0,
        preprocessing: JsonMapping | None = None,
        forecast: JsonMapping | None = None,
        sample_rows: int | None = None,
    ) -> SessionSpec:
        """Check JSON data and return the session they describe.

        Raises:
            ParameterError: Something is missing, unknown or out of bounds.
        """
        kind = _task(task)
        target = _target(kind, output_columns)
        return cls(
            task=kind,
            input_columns=tuple(name for name in input_columns if name != target),
            target=target,
            split=_split(split or {}),
            metrics=tuple(metrics),
            seed=int(seed),
            preprocessing=PreprocessingSpec(
                **complete_parameters(
                    PREPROCESSING_SCHEMA, preprocessing or {}, owner="The preparation of columns"
                )
            ),
            forecast=ForecastSpec(
                **complete_parameters(FORECAST_SCHEMA, forecast or {}, owner="The forecast")
            ),
            sample_rows=sample_rows,
        )


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """A model with parameters, as a run asks for it.

    Attributes:
        model: Id of the model component.
        params: Its parameters; the others have their defaults.
        search: How better ones are searched for; None: not at all.
        learning_curve: Whether it is also trained on growing parts of the rows.
    """

    model: str
    params: JsonMapping = field(default_factory=dict)
    search: SearchSpec | None = None
    learning_curve: bool = False


def _split(given: JsonMapping) -> SplitSpec:
    checked = complete_parameters(SPLIT_SCHEMA, given, owner="The split")
    method = SplitMethod(checked["method"])
    if (method.needs_groups or method is SplitMethod.PREDEFINED) and not checked["column"]:
        raise ParameterError(
            f"The split “{method}” needs a column.",
            parameter="split.column",
            hint="Name the column with the groups, or with the words train and test.",
        )
    return SplitSpec(**{**checked, "method": method})


def search_from_json(search: JsonMapping | None) -> SearchSpec | None:
    """Check JSON data and return the search they describe; None where there is none.

    Raises:
        ParameterError: Something is unknown or out of bounds.
    """
    if search is None:
        return None
    return SearchSpec(**complete_parameters(SEARCH_SCHEMA, search, owner="The search"))


def _task(value: str) -> Task:
    try:
        return Task(value)
    except ValueError as error:
        raise ParameterError(
            f"There is no task “{value}”.",
            parameter="task",
            hint=f"Choose one of: {', '.join(Task)}.",
        ) from error


def _target(task: Task, output_columns: Sequence[str]) -> str | None:
    if len(output_columns) > 1:
        raise ParameterError(
            f"A model predicts one column, not {len(output_columns)}.",
            parameter="output_columns",
            hint="Make a session for each output column.",
        )
    if task.needs_target and not output_columns:
        raise ParameterError(
            f"The task {task} needs an output column.",
            parameter="output_columns",
            hint="Name the column to predict.",
        )
    return output_columns[0] if output_columns else None
