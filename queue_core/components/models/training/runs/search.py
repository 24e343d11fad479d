"""A search for better parameters with Optuna: seeded, pruned, and taken up after an interruption.

Every try is written to a journal file as it goes. Its sampler is seeded by how many tries came
before it, so a search that was interrupted and taken up again finds what an uninterrupted one
would have found.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from queue_core.components.component import Component
from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.components.metrics.measuring.scored import measure
from queue_core.components.models.training.evaluation.evaluation import answers, only_answered
from queue_core.components.models.training.fitting.failures import explained
from queue_core.components.models.training.fitting.fitted import SILENT, fit_pipeline
from queue_core.components.models.training.fitting.training_progress import Hooks, TrialRecord
from queue_core.components.models.training.preparation.problem import Problem
from queue_core.components.models.training.preparation.splits import inner_splitter
from queue_core.components.models.training.session.choices import ranges_of
from queue_core.components.models.training.session.specs import SearchSpec
from queue_core.errors import DataError, JobError, MissingPackageError

logger = logging.getLogger(__name__)

STARTUP_TRIALS = 5
SEED_STRIDE = 1_000_003
FAILED_BY_MODEL = "reason"

Score = Callable[[JsonMapping, Callable[[int, float], None]], float]


@dataclass(frozen=True, kw_only=True)
class SearchTask:
    """One search.

    Attributes:
        component: The model.
        params: Parameters that stay as they are, unless they are searched.
        spec: What the user asked for.
        metric: What is made best.
        journal: The file that remembers the tries.
        fold: Whose training rows are used; None: all rows.
        first_number: Number of the first try.
        seed: Start of all random numbers.
        fingerprint: What a journal must agree in to be taken up.
    """

    component: Component
    params: JsonMapping
    spec: SearchSpec
    metric: Component
    journal: Path
    fold: int | None
    first_number: int
    seed: int
    fingerprint: str


def fingerprint_of(problem: Problem, component: Component, spec: SearchSpec, data: str) -> str:
    """Return what decides a search, as a short hash: a journal of another one is not taken up."""
    session = problem.spec
    facts = json.dumps(
        [
            data, component.id, repr(spec), repr(session.split), session.seed, session.target,
            [column.name for column in problem.columns], session.sample_rows, session.task,
            repr(session.preprocessing),
        ],
        default=str,
    )  # fmt: skip
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def run_search(task: SearchTask, score: Score, hooks: Hooks) -> tuple[JsonObject, int]:
    """Try parameters and return the best with the number of tries.

    Args:
        task: What is searched.
        score: Returns how good parameters are; larger is better where the metric says so.
        hooks: Who listens.

    Raises:
        JobError: Every try failed.
    """
    _quieten_optuna()
    study = _study(task)
    ranges = ranges_of(task.component, task.spec)
    done = _told(study)
    if done:
        hooks.warn(f"The search goes on after {len(done)} tries of an earlier attempt.")
    for trial in done:
        hooks.on_trial(_record(task, trial))
    count = len(done)
    while count < task.spec.trials:
        best = _best_value(study)
        words = f"Try {count + 1} of {task.spec.trials}" + (
            f", best {task.metric.title.lower()} so far {best:.4g}" if best is not None else ""
        )
        hooks.progress.report(count / task.spec.trials, words)
        _one_trial(study, task, ranges, score, hooks, count)
        count += 1
    return _best_params(study, task), len(study.get_trials(deepcopy=False))


def _one_trial(
    study: optuna.Study, task: SearchTask, ranges: JsonMapping, score: Score,
    hooks: Hooks, count: int,
) -> None:  # fmt: skip
    study.sampler = _sampler(task.spec, task.seed * SEED_STRIDE + count)
    trial = study.ask(_distributions(task.component, ranges))
    chosen = {name: _plain(value) for name, value in trial.params.items()}
    part = hooks.progress.parts(task.spec.trials, count)

    def on_fold(fold: int, value: float) -> None:
        part.report((fold + 1) / task.spec.folds, f"Try {count + 1} of {task.spec.trials}")
        trial.report(value, fold)
        if task.spec.pruning and trial.should_prune():
            raise optuna.TrialPruned

    try:
        value = score({**task.params, **chosen}, on_fold)
        study.tell(trial, value)
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    except MissingPackageError:
        raise  # no other parameters will help
    except JobError as error:
        trial.set_user_attr(FAILED_BY_MODEL, str(error))
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
    frozen = study.get_trials(deepcopy=False)[trial.number]
    hooks.on_trial(_record(task, frozen))


def cross_validated(
    problem: Problem, component: Component, spec: SearchSpec, metric: Component, rows: np.ndarray
) -> Score:
    """Return what scores parameters by folds of some rows.

    Raises:
        DataError: The rows cannot be split.
    """
    inner = inner_splitter(
        problem.spec.split,
        problem.split_input(rows),
        folds=spec.folds,
        seed=problem.spec.seed,
    )
    parts = [(rows[train], rows[test]) for train, test in inner]
    return folds_score(problem, component, metric, parts)


def folds_score(
    problem: Problem,
    component: Component,
    metric: Component,
    parts: Iterable[tuple[np.ndarray, np.ndarray]],
) -> Score:
    """Return what scores parameters by the mean of a metric over given folds."""
    folds = list(parts)

    def score(params: JsonMapping, on_fold: Callable[[int, float], None]) -> float:
        values: list[float] = []
        for number, (train, test) in enumerate(folds):
            with explained(component, SILENT.warn):
                fitted = fit_pipeline(problem, component, params, train, SILENT)
                scored, _ = only_answered(answers(fitted, problem, test))
            value = measure(metric, scored)
            if value is None:
                raise DataError(
                    f"The metric “{metric.title}” is not defined for {component.title} "
                    "on these rows.",
                    hint="Choose another metric for the search.",
                )
            values.append(value)
            on_fold(number, float(np.mean(values)))
        return float(np.mean(values))

    return score


def _quieten_optuna() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.logging.disable_default_handler()


def _study(task: SearchTask) -> optuna.Study:
    """Return the study of this search, with the tries that an earlier attempt made."""
    task.journal.parent.mkdir(parents=True, exist_ok=True)
    _cut_half_written_line(task.journal)
    where = "all" if task.fold is None else str(task.fold)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS, n_warmup_steps=0)
    return optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(task.journal), lock_obj=_NoLock())),
        study_name=f"{task.fingerprint}-{where}",
        direction="maximize" if task.metric.options["greater_is_better"] else "minimize",
        pruner=pruner if task.spec.pruning else optuna.pruners.NopPruner(),
        load_if_exists=True,
    )


class _NoLock:
    """A run has one process, and a lock that a killed one left would stop the next."""

    def acquire(self) -> bool:
        """Return that the file is ours."""
        return True

    def release(self) -> None:
        """Do nothing."""


def _cut_half_written_line(journal: Path) -> None:
    """Remove what a killed process wrote of its last line; Optuna would refuse the file."""
    if not journal.exists():
        return
    content = journal.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with journal.open("r+b") as file:
            file.truncate(whole)


def _told(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Return the tries that ended; those that an interruption cut off are marked as failed."""
    ended = []
    for trial in study.get_trials(deepcopy=False):
        if trial.state is TrialState.RUNNING:
            study.tell(trial.number, state=TrialState.FAIL)
        elif trial.state is not TrialState.FAIL or FAILED_BY_MODEL in trial.user_attrs:
            ended.append(trial)
    return ended


def _sampler(spec: SearchSpec, seed: int) -> BaseSampler:
    chosen = seed % 2**32
    if spec.sampler == "random":
        return optuna.samplers.RandomSampler(seed=chosen)
    return optuna.samplers.TPESampler(seed=chosen, n_startup_trials=2 * STARTUP_TRIALS)


def _distributions(component: Component, ranges: JsonMapping) -> dict[str, BaseDistribution]:
    made: dict[str, BaseDistribution] = {}
    for name, given in ranges.items():
        log = bool(given.get("log"))
        if "choices" in given:
            choices = [_hashable(choice) for choice in given["choices"]]
            made[name] = optuna.distributions.CategoricalDistribution(choices)
        elif _is_whole(component, name, given):
            made[name] = optuna.distributions.IntDistribution(
                int(given["low"]), int(given["high"]), log=log
            )
        else:
            made[name] = optuna.distributions.FloatDistribution(
                float(given["low"]), float(given["high"]), log=log
            )
    return made


def _is_whole(component: Component, name: str, given: JsonMapping) -> bool:
    """Return whether a range is of whole numbers: its ends are, and the parameter allows them."""
    if isinstance(given["low"], float) or isinstance(given["high"], float):
        return False
    return "integer" in json.dumps(component.schema["properties"][name])


def _hashable(choice: Any) -> Any:
    """Return a choice as Optuna takes it; a list travels as JSON text."""
    return json.dumps(choice) if isinstance(choice, list) else choice


def _plain(value: Any) -> Any:
    """Return a drawn value as the model's parameter."""
    if isinstance(value, str) and value.startswith("["):
        return json.loads(value)
    return value


def _best_value(study: optuna.Study) -> float | None:
    try:
        return float(study.best_value)
    except ValueError:
        return None


def _best_params(study: optuna.Study, task: SearchTask) -> JsonObject:
    if _best_value(study) is None:
        reasons = [t.user_attrs.get(FAILED_BY_MODEL, "") for t in study.get_trials(deepcopy=False)]
        reason = next((text for text in reasons if text), "no try ended")
        raise JobError(
            f"All {task.spec.trials} tries of the search failed: {reason}",
            hint="Train the model once without a search to see why, or search other ranges.",
        )
    best = study.best_trial.params
    return {name: _plain(value) for name, value in best.items()}


def _record(task: SearchTask, trial: optuna.trial.FrozenTrial) -> TrialRecord:
    chosen = {name: _plain(value) for name, value in trial.params.items()}
    value = trial.value if trial.state.name == "COMPLETE" else None
    if value is None and trial.intermediate_values:
        value = trial.intermediate_values[max(trial.intermediate_values)]
    return TrialRecord(
        number=task.first_number + trial.number,
        fold=task.fold,
        params=chosen,
        distributions={
            name: {"kind": type(d).__name__, **{k: v for k, v in vars(d).items() if k[0] != "_"}}
            for name, d in trial.distributions.items()
        },
        intermediate={str(step): float(v) for step, v in trial.intermediate_values.items()},
        value=value if value is not None and math.isfinite(value) else None,
        state=trial.state.name.lower(),
        reason=str(trial.user_attrs.get(FAILED_BY_MODEL, "")),
        started_at=_in_utc(trial.datetime_start),
        finished_at=_in_utc(trial.datetime_complete),
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    """Return Optuna's local time as an aware one."""
    return None if moment is None else moment.astimezone(UTC)
