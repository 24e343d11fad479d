"""Which results were made from data that have changed since.

A result is stale if its provenance names the source with another hash than the source has now, or
if the source was loaded anew with other data, or if it was made from a stale result, or if a stale
result made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from queue_core.database.origins import Key, Origin, read_origins
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables.data import Dataset, Notebook

# They ask or hold; what answers in them is stale, not they.
_NO_RESULTS = frozenset({EntityKind.MODEL_SESSION, EntityKind.GENERATIVE_SESSION})


@dataclass(frozen=True)
class StaleResult:
    """A result that no longer fits its data.

    Attributes:
        kind: What it is.
        id: Its id.
        name: What the user sees.
        made_from: The changed source or stale result that makes it stale.
    """

    kind: EntityKind
    id: int
    name: str
    made_from: tuple[EntityKind, int]


def stale_results(session: Session, source: Dataset | Notebook) -> list[StaleResult]:
    """Return the results that were made from other data than *source* holds now.

    The nearest come first. Reads the provenance of every result, so not for a thread that paints.
    """
    if source.data_hash is None:
        return []
    origins = read_origins(session)
    found = stale_among(origins, roots=[(source.kind, source.id)])
    return [StaleResult(*key, origins[key].name, cause) for key, cause in found.items()]


def stale_among(
    origins: Mapping[Key, Origin],
    *,
    roots: Iterable[Key] | None = None,
    changed: Collection[Key] = (),
) -> dict[Key, Key]:
    """Return what is stale with what makes it so; the nearest to the sources come first.

    Args:
        origins: Of every entity.
        roots: Only what is stale by these sources; None: by any.
        changed: Sources that are known to be out of date by other means, e.g. their file.
    """
    made_from: dict[Key, list[Key]] = {}
    for key, origin in origins.items():
        for parent in (*origin.inputs, *origin.makers):
            made_from.setdefault(parent, []).append(key)
    starts = [key for key, o in origins.items() if o.data_hash is not None or o.newer is not None]
    sources = set(starts if roots is None else roots)
    found: dict[Key, Key] = {}
    for root in [key for key in starts if key in sources]:
        for key in made_from.get(root, ()):
            is_old = root in changed or _is_made_before(origins[key], root, origins[root])
            if is_old and key not in found and key[0] not in _NO_RESULTS:
                found[key] = root
    queue = list(found)
    for cause in queue:
        for key in made_from.get(cause, ()):
            if key not in sources or roots is None:
                _follow(key, cause, found, queue, origins)
    return {key: found[key] for key in queue}


def _follow(
    key: Key, cause: Key, found: dict[Key, Key], queue: list[Key], origins: Mapping[Key, Origin]
) -> None:
    failed = origins[key].status is EntityStatus.ERROR
    if key not in found and key[0] not in _NO_RESULTS and not failed:
        found[key] = cause
        queue.append(key)


def _is_made_before(made: Origin, source_key: Key, source: Origin) -> bool:
    """Return whether something was made of other data than a source holds now, or has anew."""
    if made.status is EntityStatus.ERROR:
        return False
    noted = made.inputs.get(source_key)
    return source.newer is not None or (
        source.data_hash is not None and noted not in (None, source.data_hash)
    )
