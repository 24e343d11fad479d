"""Permutation importance: what the model loses when a column's values are shuffled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from queue_core.artifacts.draft import Draft, figure_draft, report_draft, table_draft
from queue_core.components.explainers.explaining.explained_model import ExplainedModel, OutputKind
from queue_core.components.explainers.explaining.explanation import Explanation, Sampled
from queue_core.components.explainers.explaining.explanation_figures import (
    MOST_COLUMNS,
    bars_figure,
)
from queue_core.components.explainers.explaining.shuffling import ShuffledOutputs
from queue_core.components.explainers.explaining.words import by_words
from queue_core.errors import DataError

# With more columns than this, only those that cost most are shuffled again.
MOST_REPEATED = 500
REPEATED = 200

Score = Callable[[Any, Any], float]


def permutation_importance(order: Explanation) -> list[Draft]:
    """Return the importance of each input column, with its spread over the repeats."""
    order = by_words(order)
    model, sample = order.model, order.sample(order.params["rows"])
    truth = _truth(order, sample)
    name, score = _measure(model, order.params["measure"])
    order.report(0.0, "predicting unshuffled rows")
    shuffled = ShuffledOutputs(model, sample.frame)
    before = score(truth, shuffled.unshuffled)
    repeats = order.params["repeats"]
    losses = _losses(order, shuffled, lambda outputs: before - score(truth, outputs))
    table = pd.DataFrame(
        {
            "column": model.columns,
            "importance": np.nanmean(losses, axis=1),
            "spread": np.nanstd(losses, axis=1),
        }
    ).sort_values("importance", ascending=False, kind="stable")
    notes = _notes(order, sample, len(table))
    shown = table.head(MOST_COLUMNS)
    figure = bars_figure(
        shown["column"].tolist(),
        shown["importance"].tolist(),
        errors=shown["spread"].tolist(),
        title="Permutation importance",
        subtitle=" · ".join((order.subtitle, f"{name} {_shown(before)} unshuffled")),
        label=f"Decrease in {name}",
        notes=notes,
    )
    report = {
        "measure": name,
        "unshuffled": before,
        "rows": len(sample.frame),
        "repeats": repeats,
        "seed": order.seed,
        "notes": notes,
    }
    return [
        figure_draft("importance", figure),
        table_draft("importance-table", "Importance of the columns", table),
        report_draft("summary", "Summary", report),
    ]


def _losses(
    order: Explanation, shuffled: ShuffledOutputs, loss: Callable[[Any], float]
) -> np.ndarray:
    """Return columns x repeats: what is lost; NaN where a column was not shuffled again."""
    names, repeats = order.model.columns, order.params["repeats"]
    losses = np.full((len(names), repeats), np.nan)
    random = np.random.default_rng([order.seed, 3])
    again = len(names) if len(names) <= MOST_REPEATED else REPEATED
    total = len(names) + again * (repeats - 1)
    places = np.arange(len(names))
    done = 0
    for repeat in range(repeats):
        if repeat == 1 and again < len(names):
            places = np.sort(np.argsort(-losses[:, 0], kind="stable")[:again])
        for place in places:
            order.report(done / total, f"shuffling “{names[place]}”")
            losses[place, repeat] = loss(
                shuffled.of(names[place], random.permutation(shuffled.rows))
            )
            done += 1
    return losses


def _shown(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _notes(order: Explanation, sample: Sampled, count: int) -> list[str]:
    repeats = order.params["repeats"]
    times = "once" if repeats == 1 else f"{repeats} times; the lines show the spread"
    notes = [order.frame_note, f"Measured on {sample.note}; each column shuffled {times}."]
    if count > MOST_REPEATED and repeats > 1:
        notes[-1] = (
            f"Measured on {sample.note}; each column shuffled once, and the {REPEATED} that cost "
            f"most {times}."
        )
    if count > MOST_COLUMNS:
        notes.append(f"Drawn: the {MOST_COLUMNS} most important of {count:,} columns.")
    return notes


def _truth(order: Explanation, sample: Sampled) -> np.ndarray:
    if sample.truth is not None:
        return sample.truth
    if order.model.kind is OutputKind.MEMBERSHIP:
        # Without a truth: how many rows stay in their cluster.
        return order.model.outputs(sample.frame).argmax(axis=1)
    raise DataError(
        "The true values of the output column are not known for these rows.",
        hint="Choose rows in which the output column has values.",
    )


def _measure(model: ExplainedModel, wanted: str) -> tuple[str, Score]:
    """Return the name of a measure, and a function that is larger for better predictions."""
    is_number = model.kind is OutputKind.VALUE
    if wanted == "auto":
        wanted = "r2" if is_number else "accuracy"
    if (wanted in _NUMBER_SCORES) != is_number:
        raise DataError(
            f"The measure {wanted} does not fit the task {model.task.value.replace('_', ' ')}.",
            hint="Choose the usual one of the task.",
        )
    if wanted == "log_loss" and model.kind is not OutputKind.PROBABILITY:
        raise DataError(
            f"Log loss needs probabilities; {model.title} gives none.", hint="Choose accuracy."
        )
    return _NUMBER_SCORES[wanted] if is_number else _CLASS_SCORES[wanted]


def _accuracy(truth: np.ndarray, outputs: np.ndarray) -> float:
    return float((outputs.argmax(axis=1) == truth).mean())


def _f1_macro(truth: np.ndarray, outputs: np.ndarray) -> float:
    found = f1_score(truth, outputs.argmax(axis=1), average="macro", zero_division=0.0)
    return float(found)


def _log_loss(truth: np.ndarray, outputs: np.ndarray) -> float:
    own = outputs[np.arange(len(outputs)), np.asarray(truth, dtype=int)]
    return float(np.log(np.clip(own, 1e-15, 1)).mean())


def _r2(truth: np.ndarray, outputs: np.ndarray) -> float:
    spread = float(((truth - truth.mean()) ** 2).sum())
    left = float(((truth - outputs[:, 0]) ** 2).sum())
    return 1 - left / spread if spread > 0 else 0.0


def _mae(truth: np.ndarray, outputs: np.ndarray) -> float:
    return -float(abs(truth - outputs[:, 0]).mean())


def _rmse(truth: np.ndarray, outputs: np.ndarray) -> float:
    return -float(((truth - outputs[:, 0]) ** 2).mean() ** 0.5)


_CLASS_SCORES: dict[str, tuple[str, Score]] = {
    "accuracy": ("accuracy", _accuracy),
    "f1_macro": ("F1 (macro)", _f1_macro),
    "log_loss": ("negative log loss", _log_loss),
}
_NUMBER_SCORES: dict[str, tuple[str, Score]] = {
    "r2": ("R²", _r2),
    "mae": ("negative MAE", _mae),
    "rmse": ("negative RMSE", _rmse),
}
