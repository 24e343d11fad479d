"""Runs one explainer on one model: scope and parameters checked, failures explained."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from threadpoolctl import threadpool_limits

from queue_core.artifacts.draft import Draft
from queue_core.components.component import Component
from queue_core.components.explainers.explaining.explainer_check import check_explainer
from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.parameters import complete_parameters
from queue_core.errors import DataError, MonitorError


def explain(explainer: str, order: Explanation) -> list[Draft]:
    """Run an explainer.

    Args:
        explainer: Id of the component.
        order: What to explain; its `params` are completed here.

    Raises:
        ParameterError: The explainer does not exist, does not serve the task, or a parameter
            does not fit.
        DataError: The data do not allow it.
        MissingPackageError: An optional package is needed.
    """
    component = check_explainer(explainer, order.params, task=order.model.task)
    complete = complete_parameters(component.schema, order.params, owner=component.title)
    if not len(order.frame):
        raise DataError("There are no rows to explain.", hint="Choose a dataset with rows.")
    with _explained(component, order), _few_threads():
        drafts: list[Draft] = component.load()(replace(order, params=complete))
        return drafts


@contextmanager
def _few_threads() -> Iterator[None]:
    """Keep native libraries to one thread while many small predictions are made.

    Starting threads for each of thousands of small predictions costs more than they save; on a
    busy machine it is what takes most of the time.
    """
    with threadpool_limits(limits=1):
        yield


@contextmanager
def _explained(component: Component, order: Explanation) -> Iterator[None]:
    """Turn what a library says into a sentence."""
    what = f"{component.title} of {order.name}"
    try:
        with warnings.catch_warnings():
            # Shuffled and mixed rows are unusual on purpose.
            warnings.simplefilter("ignore")
            yield
    except MonitorError:
        raise
    except MemoryError as error:
        raise DataError(
            f"{what} needs more memory than there is.", hint="Use fewer rows."
        ) from error
    except (ArithmeticError, ValueError, TypeError, LookupError, RuntimeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"{what} cannot be computed: {lines[0][:200].rstrip('.')}.",
            hint="Choose another explainer or other parameters; the cause is below.",
        ) from error
