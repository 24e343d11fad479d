"""What scikit-learn and its relatives warn of and refuse, in sentences."""

from __future__ import annotations

import re
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
        except MemoryError as error:
            raise DataError(
                f"“{owner}” needs more memory than there is.",
                hint="Choose fewer columns, or sample the rows first.",
            ) from error
        except (ValueError, TypeError, ArithmeticError, RuntimeError, LookupError) as error:
            reason, hint = _explain(str(error).strip().partition("\n")[0])
            raise DataError(
                f"“{owner}” cannot be done with these columns: {reason}", hint=hint
            ) from error
    told = (item for item in caught if issubclass(item.category, UserWarning | RuntimeWarning))
    notes.extend(f"{owner}: {_first_sentence(item)}" for item in told)


# A part of the library's message; what it means, empty where it says so itself; what to do.
_KNOWN = (
    (r"infinity or a value too large", "some values are infinite or very large.",
     "Clip outliers first, or filter these rows out."),
    (r"infs or NaNs", "they vary too little, or their values are too large.",
     "Drop constant columns first, or choose other columns."),
    (r"empty vocabulary", "no word is left to count.",
     "Choose columns of text, or change which words count."),
    (r"(?P<found>\d+) feature\(s\).*minimum of (?P<needed>\d+)",
     "it needs {needed} columns, and there is {found}.", "Choose more columns."),
    (r"(?P<found>\d+) sample\(s\).*minimum of (?P<needed>\d+)",
     "it needs {needed} rows, and there is {found}.", "Use a table of more rows."),
    (r"output dimension must be less", "it would give more columns than there are.",
     "Choose more columns, or set “n_components” to a smaller value."),
    (r"Unknown label type|continuous", "",
     "The target is no class: choose a model for numbers, or another target."),
    (r"could not convert string", "",
     "The target is text: choose a score or model for classes, e.g. f_classif."),
    (r"[Nn]egative", "", "Scale the columns to a range from 0 first (Scale to a range)."),
    (r"n_neighbors|n_samples|only one sample", "",
     "There are too few rows (of a class): set fewer neighbours or components."),
)  # fmt: skip


def _explain(problem: str) -> tuple[str, str]:
    """Return the reason in our words, or the library's own, and what to do."""
    for pattern, meaning, hint in _KNOWN:
        found = re.search(pattern, problem)
        if found:
            return meaning.format(**found.groupdict()) or problem, hint
    return problem, "Change the parameters or the columns of the step."


def _first_sentence(item: warnings.WarningMessage) -> str:
    text = " ".join(str(item.message).split())
    return text.split(". ")[0].rstrip(".") + "."
