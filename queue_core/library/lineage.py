"""Where an entity comes from and what was made of it: a graph from the file to the prediction.

Read from the foreign keys of the tables, so a new table is covered without a word here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.elements import KeyedColumnElement

    from queue_core.database.origins import Key

# More cannot be looked through, and a dataset may have thousands of explorations.
MOST_NODES = 120
MOST_OF_A_KIND = 12
# Steps belong to their notebook, exchanges to their conversation.
LEFT_OUT = frozenset({EntityKind.CONVERTER, EntityKind.GENERATIVE_PROCESS})

# None stands for the file that a dataset was read from; its number is the dataset's.
NodeKey = tuple[EntityKind | None, int]


@dataclass(frozen=True)
class LineageNode:
    """One thing of the graph.

    Attributes:
        key: What it is and its id.
        name: What the user sees.
        status: Where it stands; None for a file.
        is_stale: Whether it was made from data that have changed since.
        is_old: Whether it is a dataset that was loaded again from its file, with other data.
    """

    key: NodeKey
    name: str
    status: EntityStatus | None = None
    is_stale: bool = False
    is_old: bool = False


@dataclass(frozen=True)
class Lineage:
    """The graph around an entity.

    Attributes:
        root: The entity.
        nodes: All that is shown.
        edges: What was made of what.
        hidden: How many more there are, of which the nearest are shown.
    """

    root: NodeKey
    nodes: tuple[LineageNode, ...]
    edges: tuple[tuple[NodeKey, NodeKey], ...]
    hidden: int = 0


def lineage_of(folder: LocalFolder, kind: EntityKind, entity_id: int) -> Lineage:
    """Return the graph: all that an entity was made from, and what was made of it.

    Raises:
        EntityNotFoundError: There is none with this id.
    """
    from queue_core.database.finding import load_entity
    from queue_core.database.session import read_session
    from queue_core.database.staleness import stale_among

    with read_session(folder) as session:
        root = load_entity(session, kind, entity_id)
        walk = _Walk(session)
        walk.add((kind, entity_id), root)
        walk.upwards((kind, entity_id))
        walk.downwards((kind, entity_id))
        stale = stale_among(walk.origins)
        nodes = (
            LineageNode(key, *known, is_stale=key in stale, is_old=walk.is_old(key))
            for key, known in walk.nodes.items()
        )
        edges = tuple(dict.fromkeys(e for e in walk.edges if set(e) <= walk.nodes.keys()))
        return Lineage((kind, entity_id), tuple(nodes), edges, walk.hidden)


class _Walk:
    """Goes through the tables from one entity on."""

    def __init__(self, session: Session) -> None:
        from queue_core.database.origins import read_origins

        self._session = session
        self.origins = read_origins(session)
        self.nodes: dict[NodeKey, tuple[str, EntityStatus | None]] = {}
        self.edges: list[tuple[NodeKey, NodeKey]] = []
        self.hidden = 0

    def add(self, key: NodeKey, entity: Any) -> bool:
        """Take an entity, and the file that it was read from; return whether it is a new one."""
        if key in self.nodes or len(self.nodes) >= MOST_NODES:
            return False
        self.nodes[key] = (entity.name, entity.status)
        source = getattr(entity, "source_path", None)
        if source:
            file: NodeKey = (None, key[1])
            self.nodes[file] = (PurePath(source).name, None)
            self.edges.append((file, key))
        return True

    def upwards(self, start: NodeKey) -> None:
        """Find all that it was made from."""
        waiting = deque([start])
        while waiting:
            key = waiting.popleft()
            for other, entity in [*self._inputs(key), *self._makers(key)]:
                self.edges.append((other, key))
                if self.add(other, entity):
                    waiting.append(other)

    def downwards(self, start: NodeKey) -> None:
        """Find all that was made of it."""
        waiting = deque([start])
        while waiting:
            key = waiting.popleft()
            for other, entity in [*self._uses(key), *self._outputs(key)]:
                self.edges.append((key, other))
                if self.add(other, entity):
                    waiting.append(other)

    def is_old(self, key: NodeKey) -> bool:
        """Return whether other data were loaded since from the file of a dataset."""
        return key[0] is not None and self.origins[key[0], key[1]].newer is not None

    def _inputs(self, key: NodeKey) -> Iterator[tuple[NodeKey, Any]]:
        yield from self._named_by(key, outputs=False)
        # No foreign key tells which notebook's table was kept as a dataset.
        if key[0] is EntityKind.DATASET:
            known = self.origins[key[0], key[1]].inputs
            yield from self._entities(other for other in known if other[0] is EntityKind.NOTEBOOK)

    def _outputs(self, key: NodeKey) -> Iterator[tuple[NodeKey, Any]]:
        yield from self._named_by(key, outputs=True)

    def _entities(self, keys: Iterable[Key]) -> Iterator[tuple[NodeKey, Any]]:
        from queue_core.database.tables import ENTITY_TABLES

        for kind, number in keys:
            found = self._session.get(ENTITY_TABLES[kind], number)
            if found is not None:
                yield (kind, number), found

    def _named_by(self, key: NodeKey, *, outputs: bool) -> Iterator[tuple[NodeKey, Any]]:
        """Yield what the row of an entity names."""
        from queue_core.database.tables import ENTITY_TABLES

        kind, number = key
        if kind is None:
            return
        entity = self._session.get(ENTITY_TABLES[kind], number)
        for column, other in _links(kind):
            value = getattr(entity, column.name, None)
            if value is not None and _is_output(column) == outputs:
                found = self._session.get(ENTITY_TABLES[other], value)
                if found is not None:
                    yield (other, int(value)), found

    def _uses(self, key: NodeKey) -> Iterator[tuple[NodeKey, Any]]:
        yield from self._naming(key, outputs=False)
        if key[0] is EntityKind.NOTEBOOK:
            yield from self._entities(
                other
                for other, origin in self.origins.items()
                if other[0] is EntityKind.DATASET and key in origin.inputs
            )

    def _makers(self, key: NodeKey) -> Iterator[tuple[NodeKey, Any]]:
        yield from self._naming(key, outputs=True)

    def _naming(self, key: NodeKey, *, outputs: bool) -> Iterator[tuple[NodeKey, Any]]:
        """Yield what names an entity, the newest of each kind."""
        from sqlalchemy import func, select

        from queue_core.database.tables import ENTITY_TABLES

        for kind, table in ENTITY_TABLES.items():
            for column, other in _links(kind):
                if other is not key[0] or _is_output(column) != outputs or kind in LEFT_OUT:
                    continue
                query = select(table).where(column == key[1])
                newest = query.order_by(table.id.desc()).limit(MOST_OF_A_KIND)
                rows = list(self._session.scalars(newest))
                if len(rows) == MOST_OF_A_KIND:
                    count = select(func.count()).select_from(table).where(column == key[1])
                    self.hidden += (self._session.scalar(count) or 0) - len(rows)
                for entity in reversed(rows):
                    yield (kind, entity.id), entity


def _links(kind: EntityKind) -> Iterator[tuple[KeyedColumnElement[Any], EntityKind]]:
    """Yield the columns of a table that name entities, with the kind that they name."""
    from queue_core.database.tables import ENTITY_TABLES

    for column in ENTITY_TABLES[kind].__table__.c:
        for key in column.foreign_keys:
            yield column, EntityKind(key.column.table.name)


def _is_output(column: KeyedColumnElement[Any]) -> bool:
    from queue_core.database.columns import IS_OUTPUT

    return bool(IS_OUTPUT.keys() & column.info.keys())
