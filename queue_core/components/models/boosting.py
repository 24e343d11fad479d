"""LightGBM, XGBoost and CatBoost, through the same door as every other model."""

from __future__ import annotations

from typing import Any

from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonObject
from queue_core.components.models.tasks import Task

CLASSIFICATION = (Task.CLASSIFICATION.value, Task.TEXT_CLASSIFICATION.value)
REGRESSION = (Task.REGRESSION.value, Task.FORECASTING.value)

Property = JsonObject


def _whole(default: int, low: int, high: int | None, text: str, **more: Any) -> Property:
    bounds = {"minimum": low} if high is None else {"minimum": low, "maximum": high}
    return {"type": "integer", "default": default, **bounds, "description": text, **more}


def _number(default: float, low: float, high: float | None, text: str, **more: Any) -> Property:
    bounds = {"minimum": low} if high is None else {"minimum": low, "maximum": high}
    return {"type": "number", "default": default, **bounds, "description": text, **more}


def _range(low: float, high: float, *, log: bool = True) -> JsonObject:
    return {"low": low, "high": high, "log": log}


ROUNDS = "How many trees are added."
RATE = "How far each tree corrects the ones before."
DEPTH = "Most questions from the root of a tree to a leaf."
ROW_SHARE = "Share of the rows that each tree sees."
COLUMN_SHARE = "Share of the columns that each tree sees."
SHRINK = "How strongly leaf values are pulled towards 0."

_LIGHTGBM: dict[str, Property] = {
    "n_estimators": _whole(100, 1, None, ROUNDS, search=_range(50, 500)),
    "learning_rate": _number(0.1, 1e-6, None, RATE, search=_range(0.01, 0.3)),
    "num_leaves": _whole(31, 2, 131072, "Most leaves of a tree.", search=_range(7, 127)),
    "max_depth": _whole(-1, -1, None, f"{DEPTH} -1 sets no limit."),
    "min_child_samples": _whole(20, 1, None, "Fewest rows in a leaf.", search=_range(5, 100)),
    "subsample": _number(1.0, 0.01, 1.0, ROW_SHARE),
    "subsample_freq": _whole(0, 0, None, "Draw new rows every so many trees; 0 does not."),
    "colsample_bytree": _number(
        1.0, 0.01, 1.0, COLUMN_SHARE, search=_range(0.4, 1.0, log=False)
    ),
    "reg_lambda": _number(0.0, 0.0, None, SHRINK, search=_range(1e-6, 10.0)),
    "reg_alpha": _number(0.0, 0.0, None, "How readily leaves become 0."),
}  # fmt: skip
_XGBOOST: dict[str, Property] = {
    "n_estimators": _whole(100, 1, None, ROUNDS, search=_range(50, 500)),
    "learning_rate": _number(0.3, 1e-6, None, RATE, search=_range(0.01, 0.5)),
    "max_depth": _whole(6, 0, None, f"{DEPTH} 0 sets no limit.", search=_range(2, 10, log=False)),
    "min_child_weight": _number(1.0, 0.0, None, "Fewest rows in a leaf, by weight."),
    "subsample": _number(1.0, 0.01, 1.0, ROW_SHARE, search=_range(0.5, 1.0, log=False)),
    "colsample_bytree": _number(
        1.0, 0.01, 1.0, COLUMN_SHARE, search=_range(0.4, 1.0, log=False)
    ),
    "gamma": _number(0.0, 0.0, None, "The gain that a question must bring."),
    "reg_lambda": _number(1.0, 0.0, None, SHRINK, search=_range(1e-3, 10.0)),
    "reg_alpha": _number(0.0, 0.0, None, "How readily leaves become 0."),
}  # fmt: skip
_CATBOOST: dict[str, Property] = {
    "iterations": _whole(300, 1, None, ROUNDS, search=_range(50, 600)),
    "learning_rate": _number(0.1, 1e-6, None, RATE, search=_range(0.01, 0.3)),
    "depth": _whole(6, 1, 16, DEPTH, search=_range(3, 9, log=False)),
    "l2_leaf_reg": _number(3.0, 0.0, None, SHRINK, search=_range(0.5, 20.0)),
    "random_strength": _number(1.0, 0.0, None, "How much chance there is in the questions."),
}


def _pair(
    library: str, prefix: str, schema: dict[str, Property], **options: Any
) -> tuple[Component, Component]:
    """Return the classifier and the regressor of a library."""

    def make(suffix: str, tasks: tuple[str, ...], word: str) -> Component:
        return Component(
            id=f"{prefix}{suffix}",
            kind=ComponentKind.MODEL,
            title=f"{library} {word}",
            description=f"Gradient boosting by the {library} library: fast and strong on tables.",
            factory=f"{library.lower()}:{prefix}{suffix}",
            schema={"type": "object", "properties": schema, "additionalProperties": False},
            tasks=tasks,
            extra=library.lower(),
            package=library.lower(),
            options={"profile": "native", "sparse": True, "featured": True, **options},
        )

    return make("Classifier", CLASSIFICATION, "classifier"), make(
        "Regressor", REGRESSION, "regressor"
    )


COMPONENTS = (
    *_pair(
        "LightGBM", "LGBM", _LIGHTGBM, seed="random_state", cores="n_jobs", listener="lightgbm",
        fixed={"verbosity": -1, "deterministic": True, "force_row_wise": True},
    ),
    *_pair(
        "XGBoost", "XGB", _XGBOOST, seed="random_state", cores="n_jobs", listener="xgboost",
        fixed={"verbosity": 0},
    ),
    *_pair(
        "CatBoost", "CatBoost", _CATBOOST, seed="random_seed", cores="thread_count",
        listener="catboost", fixed={"verbose": False, "allow_writing_files": False},
    ),
)  # fmt: skip
