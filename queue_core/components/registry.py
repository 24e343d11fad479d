"""The one registry of what jobs are made of: loaders, explorers, converters, models, ...

A component is described by a record that costs nothing to make; its code is imported when it is
first used. Each module of a kind's folder lists its own records in `COMPONENTS`; other packages
add theirs through the entry point group `dashai_monitor.components` (a list of `Component`, or a
function that returns one).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from queue_core.errors import MissingPackageError, ParameterError

ENTRY_POINT_GROUP = "dashai_monitor.components"


class ComponentKind(StrEnum):
    """The kinds of component; the value plus "s" is the folder's name."""

    LOADER = "loader"
    EXPLORER = "explorer"
    CONVERTER = "converter"
    MODEL = "model"
    METRIC = "metric"
    EXPLAINER = "explainer"
    GENERATOR = "generator"


@dataclass(frozen=True, kw_only=True)
class Component:
    """What the program knows of a component without importing it.

    Attributes:
        id: Unique within its kind, stable for ever: it is stored.
        kind: What it is.
        title: What the user sees.
        description: One sentence.
        factory: `module:attribute` of the callable that makes it.
        schema: Its parameters as a JSON Schema object: `properties` with `type`, `default`,
            `minimum`, `maximum`, `enum`, `description`, `depends-on`; and `required`.
        tasks: Tasks it serves, e.g. `classification`; empty means any.
        column_types: Column types it accepts, e.g. `number`; empty means any.
        extra: The extra of this project that it needs.
        package: The importable package that the extra brings.
        options: Facts that the kind's own code reads, e.g. file suffixes of a loader.
    """

    id: str
    kind: ComponentKind
    title: str
    description: str
    factory: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    extra: str | None = None
    package: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """Import and return the callable that makes it.

        Raises:
            MissingPackageError: The optional package it needs is not installed.
        """
        module, _, attribute = self.factory.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if self.extra is None or error.name is None:
                raise
            raise MissingPackageError(
                error.name.partition(".")[0], extra=self.extra, feature=self.title
            ) from error

    def to_json(self) -> dict[str, Any]:
        """Return the description as JSON data; enough to draw a form."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "description": self.description,
            "schema": dict(self.schema),
            "tasks": list(self.tasks),
            "column_types": list(self.column_types),
            "extra": self.extra,
        }


@cache
def components(kind: ComponentKind) -> Mapping[str, Component]:
    """Return all components of a kind by id, built-in ones first, in the order of their titles."""
    found = {item.id: item for item in _built_in(kind)}
    for item in _third_party():
        if item.kind is kind:
            found.setdefault(item.id, item)
    return found


def get_component(kind: ComponentKind, component_id: str) -> Component:
    """Return one component.

    Raises:
        ParameterError: There is none with this id; the message names the nearest ones.
    """
    known = components(kind)
    if component_id in known:
        return known[component_id]
    import difflib

    near = difflib.get_close_matches(component_id, known, n=3, cutoff=0.4)
    listing = f"List what there is with: dashai-monitor components {kind.value}"
    raise ParameterError(
        f"There is no {kind.value} named “{component_id}”."
        if component_id
        else f"It was not said which {kind.value} is meant.",
        parameter=kind.value,
        hint=f"Did you mean {' or '.join(near)}?" if near else listing,
    )


def _built_in(kind: ComponentKind) -> Iterable[Component]:
    package = importlib.import_module(f"queue_core.components.{kind.value}s")
    listed: list[Component] = []
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        listed.extend(
            getattr(importlib.import_module(f"{package.__name__}.{module}"), "COMPONENTS", ())
        )
    return sorted(listed, key=lambda item: item.title.casefold())


@cache
def _third_party() -> tuple[Component, ...]:
    found: list[Component] = []
    for point in entry_points(group=ENTRY_POINT_GROUP):
        value = point.load()
        found.extend(value() if callable(value) else value)
    return tuple(found)
