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
    "title": "Train/test split",
    "description": "How the rows are parted into those that train and those that test.",
    "default": {},
    "advanced": True,
    "properties": {
        "method": {
            "type": "string",
            "title": "Method",
            "enum": [method.value for method in SplitMethod],
            "enum-titles": [
                "Automatic", "Holdout", "Stratified holdout", "Grouped holdout",
                "Temporal holdout", "k-fold", "Stratified k-fold", "Group k-fold",
                "Repeated k-fold", "Repeated stratified k-fold", "Time series split",
                "Predefined",
            ],
            "default": "auto",
            "description": "Automatic holds out a quarter, stratified by class where there "
            "are any. Grouped keeps rows of one group together; temporal tests on the latest rows.",
        },
        "test_size": {
            "type": "number",
            "title": "Test size",
            "default": 0.25,
            "minimum": 0.01,
            "maximum": 0.9,
            "depends-on": {"method": _HOLDOUTS},
            "description": "Share of the rows that are held out for the test.",
        },
        "folds": {
            "type": "integer",
            "title": "Folds",
            "default": 5,
            "minimum": 2,
            "maximum": 50,
            "depends-on": {"method": _KFOLDS},
            "description": "How many parts (k) the rows are divided into; each of them tests once.",
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
    "title": "Preprocessing",
    "description": "What columns are made into before the model sees them; learnt from training "
    "rows only.",
    "default": {},
    "advanced": True,
    "properties": {
        "imputation": {
            "type": "string",
            "title": "Imputation",
            "enum": ["median", "mean", "most_frequent"],
            "enum-titles": ["Median", "Mean", "Most frequent"],
            "default": "median",
            "description": "What missing numbers become, where the model cannot take them.",
        },
        "scaling": {
            "type": "string",
            "title": "Scaling",
            "enum": ["auto", "standard", "minmax", "robust", "none"],
            "enum-titles": ["Automatic", "Standard", "Min-max", "Robust", "None"],
            "default": "auto",
            "description": "How numbers are scaled; automatic scales for the models that need it.",
        },
        "max_categories": {
            "type": "integer",
            "title": "Max. categories",
            "default": 50,
            "minimum": 2,
            "maximum": 1000,
            "description": "Columns with more categories become one number instead of one column "
            "for each.",
        },
        "text_features": {
            "type": "integer",
            "title": "Vocabulary size",
            "default": 5000,
            "minimum": 10,
            "maximum": 200000,
            "description": "How many words of a text column are counted, the most frequent ones.",
        },
        "word_pairs": {
            "type": "boolean",
            "title": "Bigrams",
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
            "title": "Time column",
            "format": "column",
            "default": None,
            "description": "The column with the time; the order of the rows if empty.",
        },
        "horizon": {
            "type": ["integer", "null"],
            "title": "Horizon",
            "default": None,
            "minimum": 1,
            "maximum": 1000,
            "description": "How many steps are forecast and tested; the test part if empty.",
        },
        "lags": {
            "type": ["integer", "null"],
            "title": "Lags",
            "default": None,
            "minimum": 1,
            "maximum": 500,
            "description": "How many past values the model sees; a season if empty.",
        },
        "period": {
            "type": ["integer", "null"],
            "title": "Seasonal period",
            "default": None,
            "minimum": 1,
            "maximum": 400,
            "description": "Steps in a season, e.g. 12 for months; from the times if empty.",
        },
    },
}

SEARCH_SCHEMA: JsonObject = {
    "type": ["object", "null"],
    "title": "Hyperparameter search",
    "description": "Tries parameters on the training rows and takes the best.",
    "default": None,
    "advanced": True,
    "properties": {
        "trials": {
            "type": "integer",
            "title": "Trials",
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
            "title": "Cross-validation folds",
            "default": 3,
            "minimum": 2,
            "maximum": 20,
            "description": "Folds of the training rows that each trial is measured on.",
        },
        "sampler": {
            "type": "string",
            "title": "Sampler",
            "enum": ["tpe", "random"],
            "enum-titles": ["TPE", "Random"],
            "default": "tpe",
            "description": "How the next parameters are chosen: TPE learns from earlier trials.",
        },
        "pruning": {
            "type": "boolean",
            "title": "Pruning",
            "default": True,
            "description": "Ends a trial whose first folds are worse than the others' median.",
        },
        "parameters": {
            "type": ["object", "null"],
            "title": "Search space",
            "default": None,
            "description": 'Ranges by parameter, e.g. {"C": {"low": 0.1, "high": 10}}; the '
            "model's own if empty.",
        },
    },
}
