"""What has to be done again, in which order, so that results fit their data again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queue_core.database.status import EntityKind, EntityStatus
from queue_core.library.recipes import Recipe, recipes_of
from queue_core.paths import LocalFolder

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from queue_core.database.origins import Key, Origin

# More files are not looked at: each look may wait for a disk or a network.
MOST_FILES = 50
# What can be made anew by a job of its own.
MADE_BY_JOBS = (
    EntityKind.DATASET, EntityKind.NOTEBOOK, EntityKind.RUN, EntityKind.EXPLORER,
    EntityKind.EXPLAINER, EntityKind.PREDICTION,
)  # fmt: skip


class Outdated(StrEnum):
    """Why something is out of date."""

    FILE = "file"
    LOADED_AGAIN = "loaded_again"
    SOURCE = "source"


@dataclass(frozen=True)
class RenewalStep:
    """One job of a renewal.

    Attributes:
        of: The entity that is made anew.
        name: Its name.
        recipe: How.
    """

    of: Key
    name: str
    recipe: Recipe


@dataclass(frozen=True)
class Renewal:
    """Jobs that make out-of-date results anew, each behind what it needs.

    Attributes:
        steps: In the order in which they can be put.
        stands_for: What is used instead of an older thing, by the older one.
        busy: The jobs that still make what is used instead.
        why: Why the thing that was asked about is out of date itself; None where it is not.
        successor: What stands for it already; None where nothing does.
        left_out: Names of what cannot be made anew like this.
    """

    steps: tuple[RenewalStep, ...] = ()
    stands_for: Mapping[Key, Key] = field(default_factory=dict)
    busy: Mapping[Key, str] = field(default_factory=dict)
    why: Outdated | None = None
    successor: Key | None = None
    left_out: tuple[str, ...] = ()

    @property
    def seconds(self) -> float | None:
        """How long they took the last time, one after the other; None where one is not known."""
        spans = [step.recipe.seconds for step in self.steps]
        known = [span for span in spans if span is not None]
        return sum(known) if len(known) == len(spans) else None


def plan_renewal(
    folder: LocalFolder, about: Key | None = None, *, looks_at_files: bool = True
) -> Renewal:
    """Return what to do so that results fit their data again.

    Results that have been made anew already are not made again.

    Args:
        folder: The local folder.
        about: Only what this was made from and what was made of it, of an earlier version of it,
            too; None: all that is out of date.
        looks_at_files: Whether files that have changed since they were loaded count.
    """
    from queue_core.database.origins import read_origins
    from queue_core.database.session import read_session

    with read_session(folder) as session:
        origins = read_origins(session)
        if about is not None and about not in origins:
            return Renewal()  # it was deleted
        return _Planner(session, origins, about, looks_at_files).plan()


def outdated(folder: LocalFolder) -> frozenset[Key]:
    """Return what no longer fits its data, and datasets of which a newer version was loaded.

    Files are not looked at: a list of thousands must not wait for a network.
    """
    from queue_core.database.origins import read_origins
    from queue_core.database.session import read_session
    from queue_core.database.staleness import stale_among

    with read_session(folder) as session:
        origins = read_origins(session)
    replaced = (key for key, origin in origins.items() if origin.newer is not None)
    return frozenset((*replaced, *stale_among(origins)))


class _Planner:
    """Finds what is out of date and in which order it can be made again."""

    def __init__(
        self, session: Session, origins: Mapping[Key, Origin], about: Key | None, looks: bool
    ) -> None:
        from queue_core.database.staleness import stale_among

        self._session = session
        self._read: dict[EntityKind, dict[int, Any]] = {}
        self._origins = origins
        self._about = about
        self._family = None if about is None else _family(origins, about)
        self._changed = set(self._changed_files()) if looks else set()
        self._stale = stale_among(origins, changed=self._changed)
        self._stands_for: dict[Key, Key] = {}
        self._busy: dict[Key, str] = {}
        self._planned: set[Key] = set()
        self._steps: list[RenewalStep] = []
        self._left_out: dict[Key, str] = {}
        self._marks: dict[Key, str] = {}
        self._users: dict[tuple[EntityKind, Key | None], list[Key]] | None = None

    def plan(self) -> Renewal:
        """Go through all that is out of date."""
        stale = [*self._changed, *self._stale]
        for key in stale:
            if key[0] in MADE_BY_JOBS and (self._family is None or key in self._family):
                self._renew(key)
        about = self._about
        return Renewal(
            steps=tuple(self._steps),
            stands_for=self._stands_for,
            busy=self._busy,
            why=None if about is None else self._why(about),
            successor=self._stands_for.get(about) if about is not None else None,
            left_out=tuple(self._left_out.values()),
        )

    def _why(self, key: Key) -> Outdated | None:
        if self._origins[key].newer is not None:
            return Outdated.LOADED_AGAIN
        if key in self._changed:
            return Outdated.FILE
        return Outdated.SOURCE if key in self._stale else None

    def _renew(self, key: Key) -> bool:
        """See to it that something up to date stands for a thing; return whether it will."""
        if key in self._stands_for or key in self._planned:
            return True
        if key in self._left_out or key not in self._origins:
            return False
        newer = self._origins[key].newer
        if newer is not None:
            return self._stand_in(key, newer)
        if key not in self._stale and key not in self._changed:
            return True
        if makers := self._origins[key].makers:
            # It comes with what made it, under an id that nobody knows before: what was made
            # from it finds nothing that stands for it.
            for maker in makers:
                self._renew(maker)
            return False
        recipes = recipes_of(self._entity(key))
        # Below, it may be asked for again: by what it was made from, where that is a circle.
        self._left_out[key] = self._origins[key].name
        if not recipes or not all(self._renew(used) for r in recipes for used in r.uses.values()):
            return False
        del self._left_out[key]
        made = self._made_already(key[0], recipes)
        if made is not None:
            return self._stand_in(key, made)
        self._planned.add(key)
        name = self._origins[key].name
        self._steps += [RenewalStep(_made_by(r), r.name or name, r) for r in recipes]
        return True

    def _stand_in(self, key: Key, other: Key) -> bool:
        """Let another stand for a thing, once that is up to date itself."""
        if not self._renew(other):
            return False
        self._stands_for[key] = other = self._now(other)
        if other not in self._planned:
            entity = self._entity(other)
            if entity.status.is_busy and entity.job_id is not None:
                self._busy[other] = entity.job_id
        return True

    def _made_already(self, kind: EntityKind, recipes: tuple[Recipe, ...]) -> Key | None:
        """Return what was made anew by hand or by an earlier renewal; the newest of these."""
        used = {self._now(key) for recipe in recipes for key in recipe.uses.values()}
        if not self._planned.isdisjoint(used):
            return None  # one of its sources will be made only now
        wanted = _mark(recipes, lambda key: self._now(key)[1])
        for key in reversed(self._fresh_users(kind, used)):
            if key not in self._marks:
                made = recipes_of(self._entity(key))
                self._marks[key] = _mark(made, lambda used: used[1]) if made else ""
            if self._marks[key] == wanted:
                return key
        return None

    def _fresh_users(self, kind: EntityKind, used: Collection[Key]) -> Sequence[Key]:
        """Return what is up to date, or being made, of all of these sources; of none: of files."""
        if self._users is None:
            self._users = {}
            for key, origin in self._origins.items():
                is_out = key in self._stale or key in self._changed or origin.newer is not None
                if key[0] not in MADE_BY_JOBS or is_out or origin.status is EntityStatus.ERROR:
                    continue
                # A run that is being made names only its session, which names the dataset.
                asked = [p for p in origin.inputs if p[0] is EntityKind.MODEL_SESSION]
                above = {*origin.inputs, *(q for p in asked for q in self._origins[p].inputs)}
                for parent in above or (None,):
                    self._users.setdefault((key[0], parent), []).append(key)
        found = [self._users.get((kind, key), []) for key in used] or [
            self._users.get((kind, None), [])
        ]
        return min(found, key=len)

    def _now(self, key: Key) -> Key:
        return self._stands_for.get(key, key)

    def _entity(self, key: Key) -> Any:
        """Return an entity; where all is looked at, all of its kind are read at once."""
        from sqlalchemy import select

        from queue_core.database.tables import ENTITY_TABLES

        kind, number = key
        read = self._read.setdefault(kind, {})
        if not read and self._about is None:
            query = select(ENTITY_TABLES[kind])
            read.update({entity.id: entity for entity in self._session.scalars(query)})
        if number not in read:
            read[number] = self._session.get_one(ENTITY_TABLES[kind], number)
        return read[number]

    def _changed_files(self) -> Iterator[Key]:
        """Yield the newest datasets of files that have changed since they were loaded."""
        from queue_core.database.origins import place_read

        seen: set[tuple[str, ...]] = set()
        for key, origin in reversed(list(self._origins.items())):
            if key[0] is not EntityKind.DATASET or origin.status is not EntityStatus.FINISHED:
                continue
            if len(seen) >= MOST_FILES or (self._family is not None and key not in self._family):
                continue
            dataset = self._entity(key)
            place = place_read(dataset.source_path, dataset.name, dataset.options)
            source = (dataset.provenance or {}).get("source")
            if isinstance(source, Mapping) and place not in seen:
                seen.add(place)
                if _has_changed(source):
                    yield key


def _family(origins: Mapping[Key, Origin], about: Key) -> set[Key]:
    """Return a thing, all it was made from, and all that was made of it or of earlier versions."""
    parents: dict[Key, list[Key]] = {}
    children: dict[Key, list[Key]] = {}
    for key, origin in origins.items():
        for parent in (*origin.inputs, *origin.makers):
            parents.setdefault(key, []).append(parent)
            children.setdefault(parent, []).append(key)
    versions = [about, *(key for key, origin in origins.items() if origin.newer == about)]
    newer = origins[about].newer if about in origins else None
    above = _reach([about], parents)
    # A source may have been loaded again: the one of now is of the family, too.
    now = {found for key in above if key in origins and (found := origins[key].newer) is not None}
    return {*above, *now, *_reach(versions, children), *({newer} if newer else ())}


def _reach(starts: Iterable[Key], edges: Mapping[Key, Iterable[Key]]) -> set[Key]:
    waiting = list(starts)
    found = set(waiting)
    for key in waiting:
        for other in edges.get(key, ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _made_by(recipe: Recipe) -> Key:
    return next(iter(recipe.makes.values()))


def _mark(recipes: tuple[Recipe, ...], of: Callable[[Key], int]) -> str:
    return "\n".join(recipe.mark(of) for recipe in recipes)


def _has_changed(source: Mapping[str, Any]) -> bool:
    """Return whether a file is there and another one than it was."""
    try:
        now = Path(str(source["path"])).stat()
        then = datetime.fromisoformat(str(source["modified_at"]))
        size = int(source["bytes"])
    except (OSError, KeyError, ValueError, TypeError):
        return False  # what is gone cannot be loaded again
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return now.st_size != size or int(now.st_mtime) != int(then.timestamp())
