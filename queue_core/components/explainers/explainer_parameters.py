"""The pieces that explainers' parameter schemas are made of."""

from __future__ import annotations

from queue_core.components.parameter_schemas import choice, integer

OUTPUT = {
    "type": ["string", "null"],
    "title": "Class",
    "default": None,
    "description": "The class to explain; empty: all of them, or the second of two.",
}


def rows(default: int, most: int) -> dict[str, object]:
    """Return the schema of the number of rows that the model is judged by."""
    return integer(
        "Rows at most",
        "Of more rows, this many are drawn at random; more rows take longer.",
        default=default,
        minimum=10,
        maximum=most,
    )


ALGORITHM = choice(
    "Algorithm",
    {
        "auto": "By model",
        "tree": "Trees (exact)",
        "linear": "Linear (exact)",
        "permutation": "Permutations (any model)",
    },
    "By model: exact for trees and linear models, permutations of columns for all others.",
)

BACKGROUND = integer(
    "Background rows",
    "A row is compared with so many rows, drawn at random.",
    default=100,
    minimum=5,
    maximum=1_000,
    is_advanced=True,
)
