"""The entities as plain records, for readers that hold no session: window, command line, API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.errors import ParameterError
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from queue_core.database.columns import Base, Entity
    from queue_core.database.dependents import Dependent
    from queue_core.database.staleness import StaleResult


@dataclass(frozen=True, kw_only=True)
class EntityRecord:
    """One entity. Times are aware datetimes in UTC.

    Attributes:
        kind: What it is.
        id: Its id.
        name: What the user sees.
        status: Where it stands.
        error: Why its job failed.
        job_id: The job that makes, or last made, it.
        created_at: When it was made.
        started_at: When its job last started.
        finished_at: When its result was complete; None while it has no result.
        provenance: What the result was made from.
        details: The columns of its own kind by name, e.g. `row_count` of a dataset.
    """

    kind: EntityKind
    id: int
    name: str
    status: EntityStatus
    error: str | None
    job_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    provenance: Mapping[str, Any]
    details: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return JSON data: its own columns beside the common ones, times in ISO format."""
        data: dict[str, Any] = {**asdict(self), **self.details}
        del data["details"]
        for key, value in data.items():
            if isinstance(value, datetime):
                data[key] = value.isoformat()
        return data


@dataclass(frozen=True, kw_only=True)
class MetricRecord:
    """One measured value of a run; its attributes are the columns of `tables.Metric`."""

    id: int
    name: str
    split: str
    fold: int | None
    step: int | None
    value: float | None


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One try of a run's parameter search; its attributes are columns of `tables.Trial`."""

    number: int
    params: Mapping[str, Any]
    value: float | None
    state: str
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class EntityFilter:
    """Which entities to list.

    Attributes:
        statuses: In one of these states; empty means any.
        text: Contained in the name, whatever the case.
        having: Own columns with their values, e.g. `{"dataset_id": 3}`.
        ids: Only these; None means any.
    """

    statuses: frozenset[EntityStatus] = frozenset()
    text: str = ""
    having: Mapping[str, Any] = field(default_factory=dict)
    ids: frozenset[int] | None = None


@dataclass(frozen=True, kw_only=True)
class EntityDetails:
    """An entity with what it is made from and what hangs on it.

    Attributes:
        record: The entity.
        parents: What its foreign keys name, by the key without `_id`.
        dependents: What a deletion would concern, nearest first.
        stale: For a dataset or notebook: the results that no longer fit its data.
    """

    record: EntityRecord
    parents: Mapping[str, EntityRecord]
    dependents: Sequence[Dependent]
    stale: Sequence[StaleResult] = ()


def list_entities(
    folder: LocalFolder,
    kind: EntityKind,
    where: EntityFilter | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[EntityRecord]:
    """Return the entities of a kind that match, newest first.

    Raises:
        ParameterError: `where.having` names a column that the kind does not have.
    """
    from queue_core.database.session import read_session
    from queue_core.database.tables import ENTITY_TABLES

    table = ENTITY_TABLES[kind]
    with read_session(folder) as session:
        query = _matching(kind, where or EntityFilter())
        query = query.order_by(table.id.desc()).limit(limit).offset(offset)
        return [to_record(entity) for entity in session.scalars(query)]


def count_entities(folder: LocalFolder) -> dict[EntityKind, int]:
    """Return how many entities there are of each kind."""
    from sqlalchemy import func, select

    from queue_core.database.session import read_session
    from queue_core.database.tables import ENTITY_TABLES

    with read_session(folder) as session:
        return {
            kind: session.scalar(select(func.count()).select_from(table)) or 0
            for kind, table in ENTITY_TABLES.items()
        }


def get_entity(folder: LocalFolder, kind: EntityKind, entity_id: int) -> EntityRecord:
    """Return one entity.

    Raises:
        EntityNotFoundError: There is none with this id.
    """
    from queue_core.database.finding import load_entity
    from queue_core.database.session import read_session

    with read_session(folder) as session:
        return to_record(load_entity(session, kind, entity_id))


def get_details(folder: LocalFolder, kind: EntityKind, entity_id: int) -> EntityDetails:
    """Return one entity with what it is made from and what hangs on it.

    Raises:
        EntityNotFoundError: There is none with this id.
    """
    from queue_core.database.dependents import dependents
    from queue_core.database.finding import load_entity
    from queue_core.database.session import read_session
    from queue_core.database.staleness import stale_results
    from queue_core.database.tables import Dataset, Notebook

    with read_session(folder) as session:
        entity = load_entity(session, kind, entity_id)
        stale = stale_results(session, entity) if isinstance(entity, Dataset | Notebook) else ()
        return EntityDetails(
            record=to_record(entity),
            parents=_parents(session, entity),
            dependents=dependents(session, entity),
            stale=stale,
        )


def metrics_of(folder: LocalFolder, run_id: int, *, after_id: int = 0) -> list[MetricRecord]:
    """Return what was measured of a run, in the order of measuring, also while it trains.

    Args:
        folder: The local folder.
        run_id: Which run; an unknown one has no metrics.
        after_id: Only what was measured after the metric with this id.
    """
    from sqlalchemy import select

    from queue_core.database.session import read_session
    from queue_core.database.tables import Metric

    query = select(Metric).where(Metric.run_id == run_id, Metric.id > after_id).order_by(Metric.id)
    with read_session(folder) as session:
        return [_record(MetricRecord, row) for row in session.scalars(query)]


def trials_of(folder: LocalFolder, run_id: int) -> list[TrialRecord]:
    """Return the trials of a run's parameter search by number, also while it goes on."""
    from sqlalchemy import select

    from queue_core.database.session import read_session
    from queue_core.database.tables import Trial

    query = select(Trial).where(Trial.run_id == run_id).order_by(Trial.number)
    with read_session(folder) as session:
        return [_record(TrialRecord, row) for row in session.scalars(query)]


def rename_entity(folder: LocalFolder, kind: EntityKind, entity_id: int, name: str) -> EntityRecord:
    """Give an entity another name; return it.

    Raises:
        EntityNotFoundError: There is none with this id.
        ParameterError: The name is empty.
    """
    from queue_core.database.finding import load_entity
    from queue_core.database.session import open_session

    stripped = name.strip()
    if not stripped:
        raise ParameterError(
            f"The name of a {kind.label} cannot be empty.", parameter="name", hint="Type a name."
        )
    with open_session(folder) as session:
        entity = load_entity(session, kind, entity_id)
        entity.name = stripped
        return to_record(entity)


_RecordT = TypeVar("_RecordT", MetricRecord, TrialRecord)
_COMMON = tuple(EntityRecord.__dataclass_fields__.keys() - {"kind", "details"})


def to_record(entity: Entity) -> EntityRecord:
    """Return the entity's columns as a record that outlives the session."""
    values = _columns_of(entity)
    common = {name: values.pop(name) for name in _COMMON}
    return EntityRecord(kind=entity.kind, details=values, **common)


def _record(kind: type[_RecordT], row: Base) -> _RecordT:
    """Return the columns of *row* that the record names."""
    values = _columns_of(row)
    return kind(**{name: values[name] for name in kind.__dataclass_fields__})


def _columns_of(row: Base) -> dict[str, Any]:
    from sqlalchemy import inspect

    names = inspect(type(row)).column_attrs.keys()
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    """Return JSON values without the database library's watching classes."""
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, list) else value


def _matching(kind: EntityKind, where: EntityFilter) -> Select[Entity]:
    from sqlalchemy import select

    from queue_core.database.tables import ENTITY_TABLES

    table = ENTITY_TABLES[kind]
    query = select(table)
    if where.ids is not None:
        query = query.where(table.id.in_(sorted(where.ids)))
    if where.statuses:
        query = query.where(table.status.in_(sorted(where.statuses)))
    if where.text:
        query = query.where(table.name.icontains(where.text, autoescape=True))
    known = table.__table__.c
    for name, value in where.having.items():
        if name not in known:
            raise ParameterError(
                f"A {kind.label} has no “{name}”.",
                parameter=name,
                hint=f"It has: {', '.join(known.keys())}.",
            )
        query = query.where(known[name] == value)
    return query


def _parents(session: Session, entity: Entity) -> dict[str, EntityRecord]:
    from queue_core.database.tables import ENTITY_TABLES

    found = {}
    for column in entity.__table__.c:
        parent_id = getattr(entity, column.name)
        for key in column.foreign_keys:
            parent_kind = EntityKind(key.column.table.name)
            parent = session.get(ENTITY_TABLES[parent_kind], parent_id) if parent_id else None
            if parent is not None:
                found[column.name.removesuffix("_id")] = to_record(parent)
    return found
