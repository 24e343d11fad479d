"""Delete entities with what hangs on them: rows first, stored folders after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queue_core.database.status import EntityKind
from queue_core.database.storage import remove_folders, stored_folders
from queue_core.errors import EntityInUseError
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.database.columns import Entity
    from queue_core.database.dependents import Dependent

# The session holds none of the rows that a deletion takes: nothing to keep in step.
_ROWS_ONLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Deletion:
    """What a deletion took.

    Attributes:
        kind: What was deleted.
        id: Its id.
        name: Its name.
        along: What went along with it.
    """

    kind: EntityKind
    id: int
    name: str
    along: tuple[Dependent, ...]


def delete_entity(
    folder: LocalFolder, kind: EntityKind, entity_id: int, *, cascade: bool
) -> Deletion:
    """Delete an entity, what is nothing without it, and what they stored.

    Args:
        folder: The local folder.
        kind: What to delete.
        entity_id: Which one.
        cascade: Whether what people made from it goes as well; without it such a thing keeps
            the entity from being deleted. `dependents` tells beforehand.

    Raises:
        EntityNotFoundError: There is no such entity.
        EntityInUseError: Something hangs on it, or a job that has not ended works with it.
    """
    from queue_core.database.dependents import Effect, dependents
    from queue_core.database.finding import load_entity
    from queue_core.database.session import open_session

    with open_session(folder) as session:
        entity = load_entity(session, kind, entity_id)
        hanging = dependents(session, entity)
        _refuse_if_busy(entity, hanging)
        if not cascade:
            _refuse_if_protected(entity, hanging)
        along = tuple(item for item in hanging if item.effect is not Effect.KEPT)
        deletion = Deletion(kind, entity_id, entity.name, along)
        keys = [(kind, entity_id), *((item.kind, item.id) for item in along)]
        _delete_rows(session, folder, keys)
    finish_removals(folder)
    return deletion


def finish_removals(folder: LocalFolder) -> None:
    """Remove the stored folders of deleted entities; what a crash left undone, too."""
    from sqlalchemy import select

    from queue_core.database.session import open_session, read_session
    from queue_core.database.tables import PendingRemoval

    with read_session(folder) as session:
        pending = session.scalars(select(PendingRemoval)).all()
    removed = [
        row for row in pending if remove_folders(stored_folders(folder, row.kind, row.entity_id))
    ]
    if removed:
        with open_session(folder) as session:
            for row in removed:
                session.delete(session.merge(row))


def _refuse_if_busy(entity: Entity, hanging: Iterable[Dependent]) -> None:
    concerned: list[Entity | Dependent] = [entity, *hanging]
    for item in concerned:
        if item.status.is_busy:
            raise EntityInUseError(
                f"The {entity.kind.label} “{entity.name}” cannot be deleted now: a job works"
                f" on the {item.kind.label} “{item.name}”.",
                hint="Wait for the job to end, or cancel it.",
            )


def _refuse_if_protected(entity: Entity, hanging: list[Dependent]) -> None:
    from queue_core.database.dependents import Effect, counted

    if any(item.effect is Effect.PROTECTED for item in hanging):
        raise EntityInUseError(
            f"The {entity.kind.label} “{entity.name}” cannot be deleted alone:"
            f" {counted(hanging)} made from it would be lost.",
            hint="Delete them first, or delete it together with all that was made from it.",
        )


def _delete_rows(
    session: Session, folder: LocalFolder, keys: Iterable[tuple[EntityKind, int]]
) -> None:
    """Delete the rows, children before their parents, and note the folders they leave behind.

    Parts go by the database's own cascade.
    """
    from sqlalchemy import delete

    from queue_core.database.columns import Base
    from queue_core.database.dependents import portions
    from queue_core.database.tables import ENTITY_TABLES, PendingRemoval

    by_kind: dict[EntityKind, list[int]] = {}
    for kind, entity_id in keys:
        by_kind.setdefault(kind, []).append(entity_id)
        if any(place.exists() for place in stored_folders(folder, kind, entity_id)):
            session.add(PendingRemoval(kind=kind, entity_id=entity_id))
    order = [table.name for table in Base.metadata.sorted_tables]
    for kind in sorted(by_kind, key=lambda kind: -order.index(kind.value)):
        table = ENTITY_TABLES[kind]
        for ids in portions(by_kind[kind]):
            session.execute(delete(table).where(table.id.in_(ids)), execution_options=_ROWS_ONLY)
