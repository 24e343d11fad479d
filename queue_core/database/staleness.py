"""Which results were made from data that have changed since.

A result is stale if its provenance names the source with another hash than the source has now,
or if it was made from a stale result, or if a stale result made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from queue_core.database.columns import Entity, JsonObject
from queue_core.database.status import EntityKind
from queue_core.database.tables import ENTITY_TABLES
from queue_core.database.tables.data import Dataset, Notebook

_Key = tuple[EntityKind, int]


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


@dataclass
class _Node:
    name: str
    # What it was made from, with the data's hash of then where it was noted.
    inputs: dict[_Key, str | None] = field(default_factory=dict)


def stale_results(session: Session, source: Dataset | Notebook) -> list[StaleResult]:
    """Return the results that were made from other data than *source* holds now.

    The nearest come first. Reads the provenance of every result, so not for a thread that paints.
    """
    if source.data_hash is None:
        return []
    nodes = _nodes(session)
    made_from: dict[_Key, list[_Key]] = {}
    for key, node in nodes.items():
        for origin in node.inputs:
            made_from.setdefault(origin, []).append(key)
    root: _Key = (source.kind, source.id)
    found: dict[_Key, _Key] = {
        key: root
        for key in made_from.get(root, ())
        if nodes[key].inputs[root] not in (None, source.data_hash)
    }
    queue = list(found)
    for origin in queue:
        for key in made_from.get(origin, ()):
            if key != root and key not in found:
                found[key] = origin
                queue.append(key)
    return [StaleResult(*key, nodes[key].name, found[key]) for key in queue]


def _nodes(session: Session) -> dict[_Key, _Node]:
    nodes: dict[_Key, _Node] = {}
    outputs: list[tuple[_Key, _Key]] = []
    for kind, table in ENTITY_TABLES.items():
        links = list(_links(table))
        columns = [table.__table__.c[name] for name, _, _ in links]
        for row in session.execute(select(table.id, table.name, table.provenance, *columns)):
            key = (kind, row[0])
            node = nodes[key] = _Node(row[1])
            for (_, parent_kind, is_output), parent_id in zip(links, row[3:], strict=True):
                if parent_id is None:
                    continue
                parent = (parent_kind, parent_id)
                if is_output:
                    outputs.append((parent, key))
                else:
                    node.inputs[parent] = None
            node.inputs.update(_noted(row[2]))
    for made, maker in outputs:
        if made in nodes:
            nodes[made].inputs.setdefault(maker, None)
    return nodes


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


def _noted(provenance: JsonObject | None) -> Mapping[_Key, str | None]:
    noted: dict[_Key, str | None] = {}
    for item in (provenance or {}).get("inputs", ()):
        if item.get("kind") in ENTITY_TABLES:
            noted[EntityKind(item["kind"]), int(item["id"])] = item.get("data_hash")
    return noted
