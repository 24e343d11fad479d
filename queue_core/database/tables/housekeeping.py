"""Tables that the database needs for itself."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from queue_core.database.columns import Base, values_of
from queue_core.database.status import EntityKind


class PendingRemoval(Base):
    """An entity whose row is gone and whose stored folders are to be removed.

    It is written with the deletion of the row, so that a crash in between leaves no orphan.
    """

    __tablename__ = "pending_removal"

    kind: Mapped[EntityKind] = mapped_column(values_of(EntityKind), primary_key=True)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class DatabaseInfo(Base):
    """What the database knows about itself, e.g. the program version that last migrated it."""

    __tablename__ = "database_info"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
