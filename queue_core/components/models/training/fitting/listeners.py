"""How a model that trains in steps is listened to, without changing what it learns.

A listener fits a model and tells of each step as it is done. All of them leave the fitted model
as a plain `fit` would have left it, to the bit.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from queue_core.components.models.training.preparation.matrix import Matrix

GROWTH_STEPS = 20
FEWEST_TO_GROW = 20
MEASURED_EVERY = 4
MOST_REPORTS = 200
FIRST_REPORTS = 20


@dataclass(frozen=True)
class Step:
    """One step of a training.

    Attributes:
        index: How many steps are done.
        total: How many there will be, or at most.
        measures: What the model says of itself, by name, e.g. `{"training loss": 0.3}`.
    """

    index: int
    total: int
    measures: Mapping[str, float]


OnStep = Callable[[Step], None]
Measure = Callable[[BaseEstimator, Matrix, np.ndarray | None], Mapping[str, float]]


@dataclass(frozen=True)
class Watched:
    """Held-out rows that a model may be measured on while it trains; it learns nothing of them."""

    matrix: Matrix
    target: np.ndarray | None
    measure: Measure


def fit(
    model: BaseEstimator,
    kind: str | None,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    watched: Watched | None,
) -> BaseEstimator:
    """Fit *model* and tell of its steps; return it.

    Args:
        model: An unfitted estimator.
        kind: How it is listened to, from the component's options; None: not at all.
        matrix: What it learns from, rows x columns.
        target: The output; None for clusters.
        on_step: Called after a step; not after every one where there are many.
        watched: Rows to measure it on meanwhile, where that is cheap.
    """
    listen = _LISTENERS.get(kind or "")
    if listen is None:
        return model.fit(matrix, target)
    return listen(model, matrix, target, _thinned(on_step), watched)


def _thinned(on_step: OnStep) -> OnStep:
    """Return *on_step*, called at most some 200 times in a training."""

    def call(step: Step) -> None:
        every = max(1, step.total // MOST_REPORTS)
        # Some models stop long before the most steps they may take.
        if step.index <= FIRST_REPORTS or step.index % every == 0 or step.index == step.total:
            on_step(step)

    return call


def _monitor(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    _: Watched | None,
) -> BaseEstimator:
    """Listen through the `monitor` argument of gradient boosting."""
    total = model.n_estimators

    def watch(index: int, fitting: Any, _: Any) -> bool:
        loss = float(fitting.train_score_[index])
        on_step(Step(index + 1, total, {"training loss": loss}))
        return False

    return model.fit(matrix, target, monitor=watch)


def _growing(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    watched: Watched | None,
) -> BaseEstimator:
    """Grow an ensemble in some twenty steps; scikit-learn draws the same members either way."""
    total = model.n_estimators
    if total < FEWEST_TO_GROW or getattr(model, "oob_score", False):
        return model.fit(matrix, target)
    model.set_params(warm_start=True)
    for step in range(1, GROWTH_STEPS + 1):
        grown = round(total * step / GROWTH_STEPS)
        model.set_params(n_estimators=grown)
        model.fit(matrix, target)
        measures: Mapping[str, float] = {}
        if watched is not None and step % MEASURED_EVERY == 0:
            measures = watched.measure(model, watched.matrix, watched.target)
        on_step(Step(grown, total, measures))
    return model.set_params(warm_start=False)


def _verbose(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    _: Watched | None,
) -> BaseEstimator:
    """Read what a model prints of its iterations, and keep it out of the log."""
    name = type(model).__name__
    passes = 1
    if name in ("SGDClassifier", "Perceptron"):
        classes = len(np.unique(target)) if target is not None else 0
        passes = classes if classes > 2 else 1
    quiet = model.verbose
    reader = _IterationReader(on_step, model.max_iter, passes)
    model.set_params(verbose=2 if name.startswith("Hist") else 1)
    try:
        with contextlib.redirect_stdout(reader):
            model.fit(matrix, target)
    finally:
        model.set_params(verbose=quiet)
    return model


class _IterationReader(io.TextIOBase):
    """Takes the place of standard output and turns lines about iterations into steps."""

    _ITERATION = re.compile(r"^(?:\[|Iteration |-- Epoch )(\d+)")
    _MEASURES = (
        ("training loss", re.compile(r"(?:, loss =|train loss:|Avg\. loss:) ?([\d.eE+-]+)")),
        ("validation loss", re.compile(r"val loss: ?([\d.eE+-]+)")),
        ("validation score", re.compile(r"^Validation score: ?([\d.eE+-]+)")),
    )

    def __init__(self, on_step: OnStep, most: int, passes: int) -> None:
        super().__init__()
        self._on_step = on_step
        self._most = most
        self._total = most * passes
        self._done_before = 0
        self._iteration = 0
        self._rest = ""

    def writable(self) -> bool:
        """Return whether one can write to it."""
        return True

    def write(self, text: str) -> int:
        """Take a piece of what the model prints."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._read(line)
        return len(text)

    def _read(self, line: str) -> None:
        found = self._ITERATION.match(line)
        if found:
            iteration = int(found[1])
            if iteration < self._iteration:  # the next class begins
                self._done_before += self._most
            self._iteration = iteration
        measures = {
            name: float(match[1])
            for name, pattern in self._MEASURES
            if (match := pattern.search(line))
        }
        if found or measures:
            index = min(self._done_before + self._iteration, self._total)
            self._on_step(Step(index, self._total, measures))


def _lightgbm(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    watched: Watched | None,
) -> BaseEstimator:
    """Listen through LightGBM's callbacks."""
    total = model.n_estimators

    def after_round(environment: Any) -> None:
        measures = {
            f"{metric} (held out)": float(value)
            for _, metric, value, *_ in environment.evaluation_result_list or ()
        }
        on_step(Step(environment.iteration + 1, total, measures))

    held_out = {} if watched is None else {"eval_X": watched.matrix, "eval_y": watched.target}
    return model.fit(matrix, target, callbacks=[after_round], **held_out)


def _xgboost(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    watched: Watched | None,
) -> BaseEstimator:
    """Listen through XGBoost's callbacks, which are taken off again afterwards."""
    from xgboost.callback import TrainingCallback

    total = model.n_estimators

    class AfterRound(TrainingCallback):  # type: ignore[misc]
        """Tells of each round."""

        def after_iteration(self, _: Any, epoch: int, evals_log: Any) -> bool:
            """Tell of a round; never stop."""
            measures = {
                f"{metric} (held out)": float(values[-1])
                for data in evals_log.values()
                for metric, values in data.items()
            }
            on_step(Step(epoch + 1, total, measures))
            return False

    held_out = None if watched is None else [(watched.matrix, watched.target)]
    model.set_params(callbacks=[AfterRound()])
    model.fit(matrix, target, eval_set=held_out, verbose=False)
    return model.set_params(callbacks=None)


def _catboost(
    model: BaseEstimator,
    matrix: Matrix,
    target: np.ndarray | None,
    on_step: OnStep,
    _: Watched | None,
) -> BaseEstimator:
    """Listen through CatBoost's callbacks."""
    total = model.get_param("iterations")

    class AfterRound:
        """Tells of each round."""

        def after_iteration(self, info: Any) -> bool:
            """Tell of a round; never stop."""
            losses = list(info.metrics.get("learn", {}).values())
            measures = {"training loss": float(losses[0][-1])} if losses else {}
            on_step(Step(info.iteration, total, measures))
            return True

    return model.fit(matrix, target, callbacks=[AfterRound()])


_Listener = Callable[
    [BaseEstimator, Matrix, np.ndarray | None, OnStep, Watched | None], BaseEstimator
]
_LISTENERS: dict[str, _Listener] = {
    "monitor": _monitor,
    "growing": _growing,
    "verbose": _verbose,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}


@contextlib.contextmanager
def single_openmp_thread(model: BaseEstimator) -> Iterator[None]:
    """Run what adds up numbers in the order that threads finish on one thread.

    K-means sums its centres that way, so the last bits would differ from run to run.
    """
    if "KMeans" not in type(model).__name__:
        yield
        return
    with threadpool_limits(limits=1, user_api="openmp"):
        yield
