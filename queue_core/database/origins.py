"""What every entity was made from: by its foreign keys, and by what its provenance notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from queue_core.database.columns import Entity
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import ENTITY_TABLES
from queue_core.database.tables.data import Dataset, Notebook

Key = tuple[EntityKind, int]
# What was read again so is the same part of the same file.
_PARTS = ("member", "sheet", "records", "table")


@dataclass
class Origin:
    """What an entity was made from.

    Attributes:
        name: What the user sees.
        status: Where it stands.
        inputs: What it was made from, with the data's hash of then where it was noted.
        makers: What made it, where it is no entity's own result.
        data_hash: Hash of the data that it holds now; None where it holds none.
        newer: A dataset that was loaded later from the same file and holds other data.
    """

    name: str
    status: EntityStatus
    inputs: dict[Key, str | None] = field(default_factory=dict)
    makers: list[Key] = field(default_factory=list)
    data_hash: str | None = None
    newer: Key | None = None


def read_origins(session: Session) -> dict[Key, Origin]:
    """Return the origin of every entity. Reads all of them: not for a thread that paints."""
    found: dict[Key, Origin] = {}
    outputs: list[tuple[Key, Key]] = []
    for kind, table in ENTITY_TABLES.items():
        links = list(_links(table))
        columns = [table.__table__.c[name] for name, _, _ in links]
        # Libraries and versions stand beside the inputs and are long: they stay where they are.
        noted = table.provenance["inputs"]
        for row in session.execute(select(table.id, table.name, table.status, noted, *columns)):
            key = (kind, row[0])
            origin = found[key] = Origin(row[1], row[2])
            for (_, parent_kind, is_output), parent_id in zip(links, row[4:], strict=True):
                if parent_id is None:
                    continue
                parent = (parent_kind, parent_id)
                if is_output:
                    outputs.append((parent, key))
                else:
                    origin.inputs[parent] = None
            origin.inputs.update(_noted(row[3]))
    for made, maker in outputs:
        if made in found:
            found[made].makers.append(maker)
    _add_hashes(session, found)
    _add_newer(session, found)
    return found


def place_read(path: str | None, name: str, options: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return what datasets share that were read from the same place by the same name."""
    return (str(path), name, *(str((options or {}).get(part)) for part in _PARTS))


def _links(table: type[Entity]) -> Iterator[tuple[str, EntityKind, bool]]:
    """Yield name, target and whether it names an output, for each foreign key."""
    described = table.__table__
    if isinstance(described, Table):
        for key in described.foreign_keys:
            column = key.parent
            yield (
                column.name,
                EntityKind(key.column.table.name),
                bool(column.info.get("is_output")),
            )


def _noted(inputs: Sequence[Mapping[str, Any]] | None) -> Mapping[Key, str | None]:
    noted: dict[Key, str | None] = {}
    for item in inputs or ():
        if item.get("kind") in ENTITY_TABLES:
            noted[EntityKind(item["kind"]), int(item["id"])] = item.get("data_hash")
    return noted


def _add_hashes(session: Session, found: Mapping[Key, Origin]) -> None:
    for kind, table in ((EntityKind.DATASET, Dataset), (EntityKind.NOTEBOOK, Notebook)):
        for number, data_hash in session.execute(select(table.id, table.data_hash)):
            found[kind, number].data_hash = data_hash


def _add_newer(session: Session, found: Mapping[Key, Origin]) -> None:
    """Find datasets that were loaded again: the same part of the same file by the same name."""
    query = select(
        Dataset.id, Dataset.name, Dataset.source_path, Dataset.options, Dataset.data_hash
    ).where(
        Dataset.source_path.is_not(None),
        Dataset.data_hash.is_not(None),
        Dataset.status == EntityStatus.FINISHED,
    )
    latest: dict[tuple[str, ...], tuple[int, str | None]] = {}
    for number, name, path, options, data_hash in session.execute(
        query.order_by(Dataset.id.desc())
    ):
        place = place_read(path, name, options)
        newest, newest_hash = latest.setdefault(place, (number, data_hash))
        if newest_hash != data_hash:
            found[EntityKind.DATASET, number].newer = (EntityKind.DATASET, newest)
