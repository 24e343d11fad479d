"""What a result was made from: its inputs with their hashes, the libraries, the seed.

Stored as JSON data in the column `provenance`:
`{"inputs": [{"kind": "dataset", "id": 3, "data_hash": "…"}], "libraries": {"pandas": "3.1.0"},
"python": "3.11.2", "program": "0.1.0", "seed": 0}`.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from queue_core.database.columns import Entity, JsonObject

# What nearly every result depends on; jobs name what they use besides.
_USUAL_LIBRARIES = ("numpy", "pandas", "pyarrow", "duckdb", "scikit-learn")


def provenance_of(
    *inputs: Entity,
    seed: int | None = None,
    libraries: Iterable[str] = (),
    **facts: Any,
) -> JsonObject:
    """Describe what a result is made from.

    Args:
        *inputs: The entities it is made from; datasets and notebooks with their data's hash.
        seed: Start of the random numbers; None where there are none.
        libraries: Distributions (as pip names them) beside the usual ones; those that are not
            installed are left out.
        **facts: What else tells how it was made, as JSON data, e.g. `sampled_rows=10_000`.
    """
    from queue_core.version import __version__

    names = dict.fromkeys((*_USUAL_LIBRARIES, *libraries))
    return {
        "inputs": [input_of(entity) for entity in inputs],
        "libraries": {name: found for name in names if (found := _version(name))},
        "python": platform.python_version(),
        "program": __version__,
        "seed": seed,
        **facts,
    }


def inputs_of(*inputs: Entity, **facts: Any) -> JsonObject:
    """Describe what something is to be made from, before it is."""
    return {"inputs": [input_of(entity) for entity in inputs], **facts}


def input_of(entity: Entity) -> JsonObject:
    """Name one input: kind and id, and the hash of its data where it has data."""
    named: JsonObject = {"kind": entity.kind.value, "id": entity.id}
    data_hash = getattr(entity, "data_hash", None)
    if data_hash is not None:
        named["data_hash"] = data_hash
    return named


@cache
def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
