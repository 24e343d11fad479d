"""What a session and a run ask for, as checked records made from JSON data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from queue_core.components.models.tasks import Task
from queue_core.components.parameters import complete_parameters
from queue_core.errors import ParameterError


class SplitMethod(StrEnum):
    """How rows are parted into those that train and those that test."""

    AUTO = "auto"
    HOLDOUT = "holdout"
    STRATIFIED = "stratified"
    GROUPED = "grouped"
    TEMPORAL = "temporal"
    KFOLD = "kfold"
    STRATIFIED_KFOLD = "stratified_kfold"
    GROUP_KFOLD = "group_kfold"
    REPEATED_KFOLD = "repeated_kfold"
    REPEATED_STRATIFIED_KFOLD = "repeated_stratified_kfold"
    TEMPORAL_KFOLD = "temporal_kfold"
    PREDEFINED = "predefined"

    @property
    def needs_groups(self) -> bool:
        """Whether rows of one group must stay together."""
        return self in (SplitMethod.GROUPED, SplitMethod.GROUP_KFOLD)

    @property
    def is_temporal(self) -> bool:
        """Whether later rows test what earlier rows trained."""
        return self in (SplitMethod.TEMPORAL, SplitMethod.TEMPORAL_KFOLD)

    @property
    def is_stratified(self) -> bool:
        """Whether each part has the same shares of the classes."""
        return self in (
            SplitMethod.STRATIFIED,
            SplitMethod.STRATIFIED_KFOLD,
            SplitMethod.REPEATED_STRATIFIED_KFOLD,
        )

    @property
    def has_column(self) -> bool:
        """Whether it reads a column of the dataset."""
        return self.needs_groups or self.is_temporal or self is SplitMethod.PREDEFINED


_HOLDOUTS = ["auto", "holdout", "stratified", "grouped", "temporal"]
_KFOLDS = [
    "kfold", "stratified_kfold", "group_kfold", "repeated_kfold", "repeated_stratified_kfold",
    "temporal_kfold",
]  # fmt: skip

SPLIT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Split",
    "description": "How the rows are parted into those that train and those that test.",
    "default": {},
    "properties": {
        "method": {
            "type": "string",
            "title": "Method",
            "enum": [method.value for method in SplitMethod],
            "enum-titles": [
                "Automatic", "Random part", "Random part, classes in proportion",
                "Random part, groups together", "The latest rows", "Folds",
                "Folds, classes in proportion", "Folds, groups together", "Repeated folds",
                "Repeated folds, classes in proportion", "Folds in time", "As a column says",
            ],
            "default": "auto",
            "description": "Automatic: a quarter tests, classes in proportion where there are any.",
        },
        "test_size": {
            "type": "number",
            "title": "Share that tests",
            "default": 0.25,
            "minimum": 0.01,
            "maximum": 0.9,
            "depends-on": {"method": _HOLDOUTS},
            "description": "Share of the rows that test.",
        },
        "folds": {
            "type": "integer",
            "title": "Folds",
            "default": 5,
            "minimum": 2,
            "maximum": 50,
            "depends-on": {"method": _KFOLDS},
            "description": "How many times the rows are parted; each row tests once.",
        },
        "repeats": {
            "type": "integer",
            "title": "Repeats",
            "default": 3,
            "minimum": 1,
            "maximum": 50,
            "depends-on": {"method": ["repeated_kfold", "repeated_stratified_kfold"]},
            "description": "How many times the folds are drawn anew.",
        },
        "column": {
            "type": ["string", "null"],
            "title": "Column",
            "format": "column",
            "default": None,
            "depends-on": {
                "method": ["grouped", "group_kfold", "temporal", "temporal_kfold", "predefined"]
            },
            "description": "The column with the groups, the times, or the words train and test.",
        },
    },
}  # fmt: skip

PREPROCESSING_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Preparation of columns",
    "description": "What columns are made into before the model sees them; learnt from training "
    "rows only.",
    "default": {},
    "advanced": True,
    "properties": {
        "imputation": {
            "type": "string",
            "title": "Missing numbers",
            "enum": ["median", "mean", "most_frequent"],
            "default": "median",
            "description": "What missing numbers become, where the model cannot take them.",
        },
        "scaling": {
            "type": "string",
            "title": "Scaling",
            "enum": ["auto", "standard", "minmax", "robust", "none"],
            "default": "auto",
            "description": "How numbers are scaled; automatic scales for the models that need it.",
        },
        "max_categories": {
            "type": "integer",
            "title": "Most categories",
            "default": 50,
            "minimum": 2,
            "maximum": 1000,
            "description": "Columns with more categories become one number instead of one column "
            "for each.",
        },
        "text_features": {
            "type": "integer",
            "title": "Words",
            "default": 5000,
            "minimum": 10,
            "maximum": 200000,
            "description": "How many words of a text column are counted, the most frequent ones.",
        },
        "word_pairs": {
            "type": "boolean",
            "title": "Pairs of words",
            "default": False,
            "description": "Count pairs of neighbouring words too.",
        },
    },
}

FORECAST_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Forecast",
    "description": "How the past is shown to the model.",
    "default": {},
    "depends-on": {"task": "forecasting"},
    "properties": {
        "time_column": {
            "type": ["string", "null"],
            "title": "Time",
            "format": "column",
            "default": None,
            "description": "The column with the time; the order of the rows if empty.",
        },
        "horizon": {
            "type": ["integer", "null"],
            "title": "Steps ahead",
            "default": None,
            "minimum": 1,
            "maximum": 1000,
            "description": "How many steps are forecast and tested; the test part if empty.",
        },
        "lags": {
            "type": ["integer", "null"],
            "title": "Past values",
            "default": None,
            "minimum": 1,
            "maximum": 500,
            "description": "How many past values the model sees; a season if empty.",
        },
        "period": {
            "type": ["integer", "null"],
            "title": "Season",
            "default": None,
            "minimum": 1,
            "maximum": 400,
            "description": "Steps in a season, e.g. 12 for months; from the times if empty.",
        },
    },
}

SEARCH_SCHEMA: dict[str, Any] = {
    "type": ["object", "null"],
    "title": "Search for better parameters",
    "description": "Tries parameters on the training rows and takes the best.",
    "default": None,
    "properties": {
        "trials": {
            "type": "integer",
            "title": "Tries",
            "default": 20,
            "minimum": 1,
            "maximum": 10000,
            "description": "How many sets of parameters are tried.",
        },
        "metric": {
            "type": ["string", "null"],
            "title": "Metric",
            "format": "metric",
            "default": None,
            "description": "What is made best; the first metric of the session if empty.",
        },
        "folds": {
            "type": "integer",
            "title": "Folds of a try",
            "default": 3,
            "minimum": 2,
            "maximum": 20,
            "description": "Folds of the training rows that each try is measured on.",
        },
        "sampler": {
            "type": "string",
            "title": "Method",
            "enum": ["tpe", "random"],
            "enum-titles": ["Learns from the tries", "At random"],
            "default": "tpe",
            "description": "How the next parameters are chosen.",
        },
        "pruning": {
            "type": "boolean",
            "title": "Stop hopeless tries",
            "default": True,
            "description": "Ends a try whose first folds are worse than the median of the others.",
        },
        "parameters": {
            "type": ["object", "null"],
            "title": "Ranges",
            "default": None,
            "description": 'Ranges by parameter, e.g. {"C": {"low": 0.1, "high": 10}}; the '
            "model's own if empty.",
        },
    },
}


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
    parameters: Mapping[str, Any] | None = None


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
        split: Mapping[str, Any] | None = None,
        metrics: Sequence[str] = (),
        seed: int = 0,
        preprocessing: Mapping[str, Any] | None = None,
        forecast: Mapping[str, Any] | None = None,
        sample_rows: int | None = None,
    ) -> SessionSpec:
        """Check JSON data and return the session they describe.

        Raises:
            ParameterError: Something is missing, unknown or out of bounds.
        """
        kind = _task(task)
        target = _target(kind, output_columns)
        checked = complete_parameters(SPLIT_SCHEMA, split or {}, owner="The split")
        method = SplitMethod(checked["method"])
        if (method.needs_groups or method is SplitMethod.PREDEFINED) and not checked["column"]:
            raise ParameterError(
                f"The split “{method}” needs a column.",
                parameter="split.column",
                hint="Name the column with the groups, or with the words train and test.",
            )
        return cls(
            task=kind,
            input_columns=tuple(name for name in input_columns if name != target),
            target=target,
            split=SplitSpec(**{**checked, "method": method}),
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
    params: Mapping[str, Any] = field(default_factory=dict)
    search: SearchSpec | None = None
    learning_curve: bool = False


def search_from_json(search: Mapping[str, Any] | None) -> SearchSpec | None:
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
