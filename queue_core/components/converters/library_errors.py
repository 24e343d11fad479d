"""What scikit-learn and its relatives warn of and refuse, in sentences."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from queue_core.errors import DataError


@contextmanager
def explained(owner: str) -> Iterator[list[str]]:
    """Collect the library's warnings as notes, and turn what it refuses into a sentence.

    Args:
        owner: What the user calls the step.

    Yields:
        The notes; complete when the block has ended.

    Raises:
        DataError: The library cannot do it with this data.
    """
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield notes
        except (ValueError, TypeError, ArithmeticError, MemoryError, RuntimeError) as error:
            lines = str(error).strip().splitlines() or ["there is not enough memory"]
            raise DataError(
                f"“{owner}” cannot be done with these columns: {lines[0]}", hint=_way_out(lines[0])
            ) from error
    told = (item for item in caught if issubclass(item.category, UserWarning | RuntimeWarning))
    notes.extend(f"{owner}: {_first_sentence(item)}" for item in told)


def _way_out(problem: str) -> str:
    if "Unknown label type" in problem or "continuous" in problem:
        return "The target is no class: choose a model for numbers, or another target."
    if "could not convert string" in problem:
        return "The target is text: choose a score or model for classes, e.g. f_classif."
    if "egative" in problem:
        return "Scale the columns to a range from 0 first (Scale to a range)."
    if "n_neighbors" in problem or "n_samples" in problem:
        return "There are too few rows (of a class): set fewer neighbours or components."
    return "Change the parameters or the columns of the step."


def _first_sentence(item: warnings.WarningMessage) -> str:
    text = " ".join(str(item.message).split())
    return text.split(". ")[0].rstrip(".") + "."
