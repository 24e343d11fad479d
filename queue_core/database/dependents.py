"""What hangs on an entity, so that a deletion can be told before it is done.

Read from the foreign keys of the tables, so a new table is covered without a word here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ForeignKey, Table, select
from sqlalchemy.orm import Session

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import ENTITY_TABLES, Entity

# How many ids one statement names; databases limit the number of parameters.
_IDS_AT_ONCE = 500


class Effect(StrEnum):
    """What the deletion of an entity means for another one."""

    DELETED = "deleted"
    """It goes along: it is nothing without the other."""
    PROTECTED = "protected"
    """It keeps the other from being deleted, unless it is to go as well."""
    KEPT = "kept"
    """It stays, and merely forgets the other."""


_EFFECTS = {"CASCADE": Effect.DELETED, "RESTRICT": Effect.PROTECTED, "SET NULL": Effect.KEPT}


@dataclass(frozen=True)
class Dependent:
    """An entity that hangs on another one.

    Attributes:
        kind: What it is.
        id: Its id.
        name: What the user sees.
        status: Where it stands.
        effect: What a deletion means for it.
    """

    kind: EntityKind
    id: int
    name: str
    status: EntityStatus
    effect: Effect


def dependents(session: Session, entity: Entity) -> list[Dependent]:
    """Return what hangs on *entity*, directly or through others, each once, nearest first.

    What is kept is named only where it hangs on something that would be deleted.
    """
    root = (entity.kind, entity.id)
    found: dict[tuple[EntityKind, int], Dependent] = {}
    frontier = {entity.kind: [entity.id]}
    while frontier:
        next_frontier: dict[EntityKind, list[int]] = {}
        for child in _children(session, frontier):
            key = (child.kind, child.id)
            known = found.get(key)
            if key == root or (known and (child.effect is Effect.KEPT or _falls(known))):
                continue
            found[key] = child
            if _falls(child):
                next_frontier.setdefault(child.kind, []).append(child.id)
        frontier = next_frontier
    return list(found.values())


def counted(found: Iterable[Dependent]) -> str:
    """Return what would be deleted in words, e.g. `2 model sessions and 5 runs`; may be empty."""
    numbers = Counter(item.kind for item in found if _falls(item))
    words = [kind.counted(numbers[kind]) for kind in EntityKind if numbers[kind]]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _falls(item: Dependent) -> bool:
    return item.effect is not Effect.KEPT


def _children(session: Session, parents: dict[EntityKind, list[int]]) -> Iterator[Dependent]:
    for kind, table in ENTITY_TABLES.items():
        for key in _foreign_keys(table):
            parent_kind = EntityKind(key.column.table.name)
            for ids in portions(parents.get(parent_kind, ())):
                query = (
                    select(table.id, table.name, table.status)
                    .where(key.parent.in_(ids))
                    .order_by(table.id)
                )
                effect = _EFFECTS[str(key.ondelete)]
                for row in session.execute(query):
                    yield Dependent(kind, *row, effect)


def _foreign_keys(table: type[Entity]) -> list[ForeignKey]:
    described = table.__table__
    assert isinstance(described, Table)
    return sorted(described.foreign_keys, key=lambda key: key.parent.name)


def portions(ids: Iterable[int]) -> Iterator[list[int]]:
    """Yield the ids in lists that fit into one statement."""
    every = list(ids)
    for start in range(0, len(every), _IDS_AT_ONCE):
        yield every[start : start + _IDS_AT_ONCE]
