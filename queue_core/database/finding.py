"""Finds an entity by its id, in a session that its reader holds."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from queue_core.database.columns import Entity
from queue_core.database.status import EntityKind
from queue_core.database.tables import ENTITY_TABLES
from queue_core.errors import EntityNotFoundError

EntityT = TypeVar("EntityT", bound=Entity)


def find(session: Session, table: type[EntityT], entity_id: int) -> EntityT:
    """Return the entity of a table that has this id.

    Raises:
        EntityNotFoundError: There is no such entity.
    """
    entity = session.get(table, entity_id)
    if entity is None:
        raise EntityNotFoundError(
            f"There is no {EntityKind(table.__tablename__).label} with the id {entity_id}.",
            hint="It may have been deleted; list what there is with `library`.",
        )
    return entity


def load_entity(session: Session, kind: EntityKind, entity_id: int) -> Entity:
    """Return the entity of a kind that has this id.

    Raises:
        EntityNotFoundError: There is no such entity.
    """
    return find(session, ENTITY_TABLES[kind], entity_id)
