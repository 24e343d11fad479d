"""Estimators made from a component and its parameters."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from queue_core.components.catalogues.estimator_arguments import arguments
from queue_core.components.component import Component, ComponentKind
from queue_core.components.json_data import JsonMapping
from queue_core.components.models.training.session.choices import checked_params
from queue_core.components.registry import get_component
from queue_core.errors import DataError, ParameterError

CORES_VARIABLE = "DASHAI_JOB_CORES"
ROW_LIMITS = {"memory": 20_000, "time": 200_000}
"""Most training rows of models whose memory or time grows with the square of the rows."""


def core_budget() -> int:
    """Return how many cores this job may use; the runner sets it, one where nobody did."""
    value = os.environ.get(CORES_VARIABLE, "")
    return max(1, int(value)) if value.strip().isdigit() else 1


@contextmanager
def within_budget() -> Iterator[None]:
    """Keep native thread pools within the cores of this job; as they are where nobody set them."""
    if not os.environ.get(CORES_VARIABLE):
        yield
        return
    with threadpool_limits(limits=core_budget()):
        yield


def build_estimator(component: Component, params: JsonMapping, *, seed: int) -> BaseEstimator:
    """Return the unfitted estimator.

    Args:
        component: The model.
        params: All its parameters, as `checked_params` returns them.
        seed: Start of its random numbers, where it draws any.

    Raises:
        MissingPackageError: The optional package it needs is not installed.
        ParameterError: It refuses its parameters.
    """
    factory = component.load()
    options = component.options
    chosen = arguments(component.schema, dict(params))
    nested = options.get("nested")
    if nested == "estimator" and chosen.get("estimator") is not None:
        chosen["estimator"] = _default_estimator(chosen["estimator"], seed)
    elif nested == "estimators":
        names = dict.fromkeys(chosen["estimators"])
        chosen["estimators"] = [(name, _default_estimator(name, seed)) for name in names]
    if options.get("seed"):
        chosen[options["seed"]] = seed
    if options.get("cores"):
        chosen[options["cores"]] = core_budget()
    try:
        return factory(**{**options.get("fixed", {}), **chosen})
    except (TypeError, ValueError) as error:
        raise ParameterError(
            f"{component.title} refuses its parameters: {error}",
            parameter="model_params",
            hint="Change them, or take the defaults.",
        ) from error


def _default_estimator(model_id: str, seed: int) -> BaseEstimator:
    component = get_component(ComponentKind.MODEL, model_id)
    estimator = build_estimator(component, checked_params(component, {}), seed=seed)
    cores = component.options.get("cores")
    return estimator.set_params(**{cores: 1}) if cores else estimator


def check_size(component: Component, row_count: int) -> None:
    """Refuse more rows than a model can learn from in an acceptable time.

    Raises:
        DataError: There are too many.
    """
    growth = component.options.get("growth")
    limit = ROW_LIMITS.get(str(growth))
    if limit is not None and row_count > limit:
        raise DataError(
            f"{component.title} would need {growth} that grows with the square of the rows; "
            f"{row_count:,} training rows are more than the {limit:,} it can take.",
            hint=f"Set “sample_rows” to {limit:,} or fewer, or choose a model for large tables, "
            "e.g. gradient boosting or stochastic gradient.",
        )


def check_classes(component: Component, class_count: int) -> None:
    """Refuse several classes where a model knows two only.

    Raises:
        DataError: There are more than two classes.
    """
    if component.options.get("binary_only") and class_count > 2:
        raise DataError(
            f"{component.title} tells two classes apart; the output has {class_count}.",
            hint="Choose another model, or an output column with two classes.",
        )
