"""What libraries complain of while they train, in sentences that say what to do."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from queue_core.components.component import Component
from queue_core.errors import DataError, JobError, MonitorError, ParameterError

# Part of the library's message, what it means, what to do.
_KNOWN = (
    ("nu is infeasible", "the share “nu” is too large for classes of such different size",
     "Set “nu” to a smaller value."),
    ("out of the valid range of the loss", "the output has values that its kind of error does "
     "not allow, such as 0 or negative ones",
     "Choose another model, or transform the output column."),
    ("expected n_neighbors", "there are fewer training rows than neighbours to ask",
     "Set “n_neighbors” to a smaller value."),
    ("not full rank", "the columns of a class repeat each other",
     "Set “reg_param” to a larger value, or choose fewer input columns."),
    ("empty vocabulary", "a text column has no words of at least two letters",
     "Leave that column out."),
    ("n_components", "it was asked for more directions than there are columns or classes",
     "Set “n_components” to a smaller value."),
    ("covariance", "the spread of its columns cannot be computed",
     "Choose fewer input columns, or another model."),
    ("min_samples", "it draws more rows at once than there are",
     "Set “min_samples” to a smaller value."),
    ("n_clusters", "there are fewer rows than clusters", "Set “n_clusters” to a smaller value."),
    ("n_splits", "a class has fewer rows than it needs folds",
     "Set “cv” to a smaller value, or use more rows."),
    ("fewer than", "a class has too few rows",
     "Use more rows, or join small classes."),
    ("contains 1 class", "the training rows have one class only",
     "Use a split that keeps classes in proportion."),
    ("only one class", "the training rows have one class only",
     "Use a split that keeps classes in proportion."),
    ("could not find a valid consensus", "no subset of the rows agrees with the others",
     "Set “residual_threshold” to a larger value, or choose another model."),
    ("negative values", "it takes no negative numbers", "Choose another model."),
    ("unsupported set of arguments", "these parameters do not go together",
     "Change “penalty”, “loss” or “dual”, or take the defaults."),
    ("solver", "these parameters do not go together", "Choose another “solver”."),
    ("multi-class", "it tells two classes apart only", "Choose another model."),
)  # fmt: skip


@contextmanager
def explained(component: Component, warn: Callable[[str], None]) -> Iterator[None]:
    """Turn what a model's library raises into our errors, and its warnings into sentences.

    Raises:
        ParameterError: A parameter is refused.
        DataError: The data does not allow it.
        JobError: It failed for another reason; the library's message is its cause.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except MonitorError:
            raise
        except MemoryError as error:
            raise DataError(
                f"There is not enough memory to train {component.title} on these rows.",
                hint="Set “sample_rows”, choose fewer input columns, or another model.",
            ) from error
        except (ValueError, ArithmeticError, TypeError, RuntimeError, LookupError) as error:
            raise _translated(component, error) from error
    for sentence in dict.fromkeys(_sentence(component, item) for item in caught):
        if sentence:
            warn(sentence)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence libraries' warnings about rows; what matters of them is checked by us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _translated(component: Component, error: Exception) -> JobError:
    text = _first_sentence(str(error))
    if type(error).__name__ == "InvalidParameterError":
        found = re.search(r"The '(\w+)' parameter", text)
        name = found[1] if found else ""
        return ParameterError(
            f"{component.title} refuses its parameter “{name}”: {text}",
            parameter=name,
            hint="Change it, or take the default.",
        )
    for part, meaning, hint in _KNOWN:
        if part in str(error).casefold():
            return DataError(f"{component.title} could not be trained: {meaning}.", hint=hint)
    return JobError(
        f"{component.title} could not be trained: {text or type(error).__name__}",
        hint="Change its parameters, choose other input columns, or another model.",
    )


def _sentence(component: Component, item: warnings.WarningMessage) -> str:
    """Return what a library's warning means for the user; empty where it means nothing."""
    name = item.category.__name__
    text = str(item.message)
    if name == "ConvergenceWarning":
        return (
            f"{component.title} stopped before it had settled; more iterations or a larger "
            "tolerance may help."
        )
    if issubclass(item.category, (FutureWarning, DeprecationWarning, PendingDeprecationWarning)):
        return ""  # between us and the library
    if "unknown categories" in text or "feature names" in text or "is constant" in text:
        return ""
    if name == "LinAlgWarning" or "collinear" in text or "ill-conditioned" in text.casefold():
        return (
            "Some input columns repeat each other, so the weights of "
            f"{component.title} are not unique."
        )
    return f"{component.title}: {_first_sentence(text)}"


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    found = re.match(r"(.{20,240}?[.!])(?:\s|$)", line)
    return found[1] if found else line[:240]
