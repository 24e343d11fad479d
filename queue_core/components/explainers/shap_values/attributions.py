"""SHAP values by the algorithm that fits the model: trees, linear, or permutations of columns.

All three give one number per row, input column and output. Values of prepared columns (dummies,
parts of dates, words) are summed up per input column; that is exact, for SHAP values add up.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from queue_core.components.explainers.explaining.explained_model import ExplainedModel, OutputKind
from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.progress import ProgressReporter, Span
from queue_core.errors import MissingPackageError


class Algorithm(StrEnum):
    """How SHAP values are computed."""

    TREE = "tree"
    LINEAR = "linear"
    PERMUTATION = "permutation"


@dataclass(frozen=True)
class Attributions:
    """SHAP values.

    Attributes:
        values: Rows x input columns x outputs.
        base: For each output what is predicted when nothing is known of a row.
        algorithm: How they were computed.
        unit: What they add up to, e.g. `probability` or `log-odds`.
        background: Which rows stand for “nothing is known”, one sentence.
        bases: Rows x outputs, where each row begins somewhere else; None: all at `base`.
        word_count: How many of the columns, the first ones, are words.
    """

    values: np.ndarray
    base: np.ndarray
    algorithm: Algorithm
    unit: str
    background: str
    bases: np.ndarray | None = None
    word_count: int = 0

    def base_of(self, row: int) -> np.ndarray:
        """Return for each output where a row begins."""
        found: np.ndarray = self.base if self.bases is None else self.bases[row]
        return found


# Rows at once when trees are walked: reports progress and bounds memory.
_TREE_ROWS = 50
# Predictions that permutations may cost in all.
_BUDGET = 600_000
_ADDITIVE_TO = 1e-4
_TREE_MODULES = (
    "sklearn.tree.", "sklearn.ensemble._forest", "sklearn.ensemble._gb",
    "sklearn.ensemble._hist_gradient_boosting", "lightgbm.", "xgboost.", "catboost.",
)  # fmt: skip


def attribute(order: Explanation, rows: pd.DataFrame, progress: ProgressReporter) -> Attributions:
    """Return the SHAP values of rows by the fastest algorithm that is right for the model.

    Args:
        order: The model, its background rows and the parameters `algorithm` and `background`.
        rows: What to explain, as pipelines take it.
        progress: Who is told how far it is.

    Raises:
        MissingPackageError: The model is made of trees and shap is not installed.
    """
    wanted = order.params.get("algorithm") or "auto"
    background = order.sample(int(order.params.get("background") or 100), stream=1)
    if wanted in {"auto", Algorithm.LINEAR}:
        found = _linear(order.model, rows, background.frame, background.note)
        if found is not None:
            return found
    is_tree = order.model.is_exact and _is_tree(order.model.estimator)
    if wanted in {"auto", Algorithm.TREE} and is_tree:
        found = _by_trees(order.model, rows, progress)
        if found is not None:
            return found
    return _by_permutations(order, rows, background.frame, background.note, progress)


def _dense(matrix: np.ndarray) -> np.ndarray:
    dense = matrix.toarray() if hasattr(matrix, "toarray") else matrix
    return np.asarray(dense, dtype=float)


def _summed(values: np.ndarray, model: ExplainedModel) -> np.ndarray:
    """Return values of prepared columns summed per input column: rows x columns x outputs."""
    places = {name: place for place, name in enumerate(model.columns)}
    summed = np.zeros((values.shape[0], len(model.columns), values.shape[2]))
    for source, name in enumerate(model.sources):
        if name in places:
            summed[:, places[name]] += values[:, source]
    return summed


def _linear(
    model: ExplainedModel, rows: pd.DataFrame, background: pd.DataFrame, note: str
) -> Attributions | None:
    """Return weight times distance from the mean; None if the model is not linear."""
    weights = getattr(model.estimator, "coef_", None)
    if weights is None or not model.is_exact or not hasattr(model.estimator, "intercept_"):
        return None
    try:
        matrix, middle = _dense(model.prepare(rows)), _dense(model.prepare(background))
        weights = np.atleast_2d(_dense(weights))
    except (TypeError, ValueError):
        return None
    if weights.shape[1] != matrix.shape[1] or len(model.sources) != matrix.shape[1]:
        return None
    linear = _linear_output(model, matrix)
    offset = np.atleast_1d(np.asarray(model.estimator.intercept_, dtype=float))
    own = matrix @ weights.T + offset
    # Whatever a class is called: it is linear if its output is.
    if linear is None or linear.shape != own.shape:
        return None
    if not np.allclose(linear, own, rtol=1e-5, atol=1e-6 + 1e-5 * np.abs(own).max(initial=0)):
        return None
    center = middle.mean(axis=0)
    values = (matrix - center)[:, :, None] * weights.T[None]
    base = center @ weights.T + offset
    if values.shape[2] == 1 and model.task.is_classification:
        values, base = np.concatenate([-values, values], axis=2), np.concatenate([-base, base])
    has_odds = model.kind is OutputKind.PROBABILITY
    unit = model.kind.value if not has_odds else "log-odds"
    return Attributions(
        _summed(values, model),
        base,
        Algorithm.LINEAR,
        unit,
        f"Compared with the mean of {note}.",
    )


def _linear_output(model: ExplainedModel, matrix: np.ndarray) -> np.ndarray | None:
    estimator = model.estimator
    name = "decision_function" if model.task.is_classification else "predict"
    if not hasattr(estimator, name):
        return None
    found = np.asarray(getattr(estimator, name)(matrix), dtype=float)
    return found.reshape(len(matrix), -1)


def _is_tree(estimator: BaseEstimator) -> bool:
    module = type(estimator).__module__
    return any(module.startswith(name) for name in _TREE_MODULES)


def _by_trees(
    model: ExplainedModel, rows: pd.DataFrame, progress: ProgressReporter
) -> Attributions | None:
    """Return exact values from the trees' own counts; None if shap cannot read these trees."""
    shap = _import_shap()
    progress.report(0.0, "reading the trees")
    matrix = _dense(model.prepare(rows))
    if len(model.sources) != matrix.shape[1]:
        return None
    try:
        explainer = shap.TreeExplainer(model.estimator)
        parts = []
        for start in range(0, len(matrix), _TREE_ROWS):
            progress.report(start / len(matrix), f"{start:,} of {len(matrix):,} rows explained")
            part = explainer.shap_values(matrix[start : start + _TREE_ROWS], check_additivity=False)
            parts.append(_three_dimensional(part))
    # shap refuses what it cannot read with exceptions of every kind, its own among them.
    except Exception:  # noqa: BLE001
        return None
    values = np.concatenate(parts)
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=float)).ravel()
    if values.shape[2] == 1 and model.task.is_classification:
        values = np.concatenate([-values, values], axis=2)
        base = np.array([-base[-1], base[-1]])
    unit = _tree_unit(model, matrix, base + values.sum(axis=1))
    if unit is None:
        return None
    return Attributions(
        _summed(values, model),
        base,
        Algorithm.TREE,
        unit,
        "Compared with the training rows, as the trees have counted them.",
    )


def _import_shap() -> ModuleType:
    try:
        with warnings.catch_warnings():
            # WORKAROUND: it uses what its libraries are going to drop.
            warnings.simplefilter("ignore")
            import shap
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            "shap", extra="explain", feature="SHAP values of trees"
        ) from error
    return shap


def _three_dimensional(values: np.ndarray | list[np.ndarray]) -> np.ndarray:
    if isinstance(values, list):
        values = np.stack(values, axis=-1)
    values = np.asarray(values, dtype=float)
    return values[:, :, None] if values.ndim == 2 else values


def _tree_unit(model: ExplainedModel, matrix: np.ndarray, totals: np.ndarray) -> str | None:
    """Return what the values add up to; None if they add up to nothing known."""
    outputs = model.outputs_of(matrix)
    if totals.shape != outputs.shape:
        return None

    def is_close(expected: np.ndarray) -> bool:
        return bool(np.allclose(totals, expected, rtol=1e-3, atol=_ADDITIVE_TO))

    if model.kind is not OutputKind.PROBABILITY:
        return model.kind.value if is_close(outputs) else None
    if is_close(outputs):
        return "probability"
    if outputs.shape[1] == 2:
        second = 1 / (1 + np.exp(-np.clip(totals[:, 1], -700, 700)))
        is_logit = np.allclose(second, outputs[:, 1], rtol=1e-3, atol=_ADDITIVE_TO)
        return "log-odds" if is_logit else None
    powers = np.exp(totals - totals.max(axis=1, keepdims=True))
    is_softmax = np.allclose(powers / powers.sum(axis=1, keepdims=True), outputs, atol=1e-3)
    return "log-odds" if is_softmax else None


def _by_permutations(
    order: Explanation,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    note: str,
    progress: ProgressReporter,
) -> Attributions:
    """Return values from putting a row's columns into background rows, one after the other.

    Each random order of the columns is walked forwards and backwards, which keeps the values'
    sum exact and halves their noise.
    """
    model = order.model
    width = len(model.columns)
    size, pairs = _effort(len(rows), width, len(background))
    chosen = background.iloc[np.linspace(0, len(background) - 1, size).astype(int)]
    base = model.outputs(chosen).mean(axis=0)
    random = np.random.default_rng([order.seed, 2])
    values = np.zeros((len(rows), width, len(base)))
    span = Span(progress)
    for place in range(len(rows)):
        span.step(place, len(rows), f"{place:,} of {len(rows):,} rows explained")
        for _ in range(pairs):
            forwards = random.permutation(width)
            for path in (forwards, forwards[::-1]):
                values[place] += _walk(model, rows.iloc[[place]], chosen, path) / (2 * pairs)
    words = f"{size:,} of {note}" if size < len(background) else note
    return Attributions(
        values,
        base,
        Algorithm.PERMUTATION,
        model.kind.value,
        f"Compared with {words}; {pairs} × 2 orders of the columns per row.",
    )


def _effort(rows: int, width: int, background: int) -> tuple[int, int]:
    """Return how many background rows and pairs of orders the budget allows for each row."""
    each = _BUDGET / max(rows, 1) / (2 * (width + 1))
    size = int(min(background, max(each / 2, 10)))
    pairs = int(min(4, max(each / size, 1)))
    return max(size, 1), pairs


def _walk(
    model: ExplainedModel, row: pd.DataFrame, background: pd.DataFrame, path: np.ndarray
) -> np.ndarray:
    """Return what each column adds on one way from the background to the row."""
    steps, size = len(path) + 1, len(background)
    # At step s the first s columns of the path hold the row's values.
    rank = np.empty(len(path), dtype=int)
    rank[path] = np.arange(len(path))
    step_of = np.repeat(np.arange(steps), size)
    made = {}
    for column, name in enumerate(model.columns):
        own = row[name].to_numpy()[0]
        others: np.ndarray = np.tile(background[name].to_numpy(), steps)
        made[name] = np.where(step_of > rank[column], own, others)
        if others.dtype.kind == "M":
            made[name] = made[name].astype(others.dtype)
    frame = pd.DataFrame(made)
    outputs = model.outputs(_all_columns(frame, background))
    means = outputs.reshape(steps, size, -1).mean(axis=1)
    added = np.empty((len(path), means.shape[1]))
    added[path] = np.diff(means, axis=0)
    return added


def _all_columns(frame: pd.DataFrame, background: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the pipeline takes and does not look at."""
    unused = [name for name in background.columns if name not in frame]
    repeats = len(frame) // max(len(background), 1)
    for name in unused:
        frame[name] = np.tile(background[name].to_numpy(), repeats)
    return frame[list(background.columns)]
