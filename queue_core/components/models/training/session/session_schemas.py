"""What a user may say of a split, a search, a forecast and the preparation of columns."""

from __future__ import annotations

from enum import StrEnum

from queue_core.components.json_data import JsonObject


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

SPLIT_SCHEMA: JsonObject = {
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

PREPROCESSING_SCHEMA: JsonObject = {
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

FORECAST_SCHEMA: JsonObject = {
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

SEARCH_SCHEMA: JsonObject = {
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
