"""What all tables share: the base class, the column types, the columns of an entity."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Double, Enum, MetaData, Text
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from queue_core.database.status import EntityKind, EntityStatus

# Constraints need names, or a migration cannot drop them.
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

JsonObject = dict[str, Any]
JsonList = list[Any]

# SQLite gives a deleted row's id to the next one unless told otherwise.
IDS_FOR_EVER = {"sqlite_autoincrement": True}
# Marks a foreign key to what the row made; all others name what it was made from.
IS_OUTPUT = {"is_output": True}


def values_of(kind: type[StrEnum]) -> Enum:
    """Return a column type that stores the values of an enumeration."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


class Measured(TypeDecorator[float]):
    """Numbers of which none is NaN: SQLite stores none, so a server gets none either."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        """Store nothing in the place of NaN."""
        del dialect
        return None if value is not None and math.isnan(value) else value


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; a naive time is refused, for nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A time without a time zone cannot be stored: {value!r}.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables.

    JSON columns notice changes of their own keys and items, not of values nested deeper: assign
    a nested value anew.
    """

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime(),
        float: Measured(),
        str: Text(),
        JsonObject: MutableDict.as_mutable(JSON(none_as_null=True)),
        JsonList: MutableList.as_mutable(JSON(none_as_null=True)),
        EntityStatus: values_of(EntityStatus),
    }


class Entity(Base):
    """The columns of everything that a job makes, or that a user names.

    Attributes:
        id: Never used again after a deletion: folders and provenance name it.
        name: What the user sees.
        status: Where it stands.
        error: Why its job failed, one sentence.
        job_id: The job that makes, or last made, it.
        created_at: When its row was made.
        started_at: When its job last started.
        finished_at: When its result was complete; None while it has no result.
        provenance: What the result was made from, see `queue_core.database.provenance`.
    """

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-9)
    name: Mapped[str] = mapped_column(default="", sort_order=-8)
    status: Mapped[EntityStatus] = mapped_column(default=EntityStatus.NOT_STARTED, sort_order=-7)
    error: Mapped[str | None] = mapped_column(sort_order=-6)
    job_id: Mapped[str | None] = mapped_column(index=True, sort_order=-5)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, sort_order=-4)
    started_at: Mapped[datetime | None] = mapped_column(sort_order=-3)
    finished_at: Mapped[datetime | None] = mapped_column(sort_order=-2)
    provenance: Mapped[JsonObject] = mapped_column(default=dict, sort_order=-1)
    __table_args__: Any = IDS_FOR_EVER

    @property
    def kind(self) -> EntityKind:
        """What the entity is."""
        return EntityKind(self.__tablename__)

    @property
    def is_complete(self) -> bool:
        """Whether it holds a result (perhaps an earlier one, while it is made again)."""
        return self.finished_at is not None
