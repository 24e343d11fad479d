"""What the program knows of a component before its code is imported."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from queue_core.components.json_data import JsonMapping, JsonObject
from queue_core.errors import MissingPackageError


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
    schema: JsonMapping = field(default_factory=dict)
    tasks: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    extra: str | None = None
    package: str | None = None
    options: JsonMapping = field(default_factory=dict)

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

    def to_json(self) -> JsonObject:
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
