"""Components of other packages: a broken one is told, and harms no other.

A package declares entry points of the group `dashai_monitor.components`, each a list of `Component`
or a function that returns one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from itertools import islice
from typing import Any, Final

from queue_core.components.component import Component, ComponentKind
from queue_core.entry_points import Declared, declared, reason

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP: Final = "dashai_monitor.components"
_ID = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_FACTORY = re.compile(r"[\w.]+:\w+")
_MOST_LISTED = 10_000
# Facts without which the code of a kind cannot use a component.
_NEEDED_OPTIONS: Mapping[ComponentKind, tuple[str, tuple[object, ...]]] = {
    ComponentKind.EXPLAINER: ("scope", ("global", "local")),
    ComponentKind.METRIC: ("greater_is_better", (True, False)),
}


@dataclass(frozen=True)
class ComponentProblem:
    """Components of another package that cannot be used.

    Attributes:
        name: Name of the entry point; empty where those of a package cannot be read.
        package: The package that declares it.
        message: Why, one sentence.
    """

    name: str
    package: str
    message: str


def installed_components(
    taken: Mapping[tuple[ComponentKind, str], str],
) -> tuple[tuple[Component, ...], tuple[ComponentProblem, ...]]:
    """Return the components of other packages in the order of their titles, and what is broken.

    Args:
        taken: Kind and id of the components that there are, with who has them.
    """
    owners = dict(taken)
    found: list[Component] = []
    problems: dict[ComponentProblem, None] = {}  # in order, each once
    for item in declared(ENTRY_POINT_GROUP):
        name = item.point.name if item.point else ""
        good, messages = _read(item, owners)
        found += good
        problems |= {ComponentProblem(name, item.package, message): None for message in messages}
    for problem in problems:
        logger.info("%s", problem.message)
    found.sort(key=lambda item: item.title.casefold())
    return tuple(found), tuple(problems)


def _read(
    item: Declared, owners: dict[tuple[ComponentKind, str], str]
) -> tuple[list[Component], list[str]]:
    """Return the components of an entry point, entered in *owners*, and what is wrong with it."""
    if item.point is None:
        return [], [f"What the package {item.package} declares cannot be read: {item.problem}."]
    whose = f"the components “{item.point.name}” of the package {item.package}"
    listed, problem = _listed(item.point)
    messages = [f"The{whose.removeprefix('the')} cannot be loaded: {problem}."] if problem else []
    good: list[Component] = []
    for value in listed:
        problem = _unfit(value, owners)
        if problem:
            messages.append(f"One of {whose} {problem}.")
        else:
            good.append(value)
            owners[value.kind, value.id] = item.package
    return good, messages


def _listed(point: EntryPoint) -> tuple[list[Any], str]:
    """Return what an entry point lists, and why it lists nothing more."""
    listed: list[Any] = []
    try:
        value = point.load()
        for item in islice(value() if callable(value) else value, _MOST_LISTED):
            listed.append(item)  # noqa: PERF402 - what comes before a failure is kept
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        logger.debug("%s could not be loaded", point.value, exc_info=True)
        return listed, reason(error)
    return listed, ""


def _unfit(value: Any, owners: Mapping[tuple[ComponentKind, str], str]) -> str:
    """Return why a value cannot be used as a component, as the end of a sentence; or nothing."""
    if type(value) is not Component:
        return f"is of the class {type(value).__name__}, not a queue_core Component"
    try:
        problem = _wrong_field(value)
        if not problem:
            json.dumps(value.to_json())
    except Exception as error:  # noqa: BLE001 - a border: another package's values
        return f"has a description that cannot be read: {reason(error)}"
    if problem:
        return problem
    owner = owners.get((value.kind, value.id))
    return f"has the id “{value.id}”, which {owner} uses already" if owner else ""


def _wrong_field(item: Any) -> str:
    if not isinstance(item.id, str) or not _ID.fullmatch(item.id):
        return "needs an id of letters, digits, hyphens and underscores"
    if not isinstance(item.kind, ComponentKind):
        return f"(“{item.id}”) has a kind that is no ComponentKind"
    for field in ("title", "description"):
        if not isinstance(getattr(item, field), str) or not getattr(item, field).strip():
            return f"(“{item.id}”) needs a {field}"
    if not isinstance(item.factory, str) or not _FACTORY.fullmatch(item.factory):
        return f"(“{item.id}”) has a factory that is not written “module:attribute”"
    for field in ("tasks", "column_types"):
        words = getattr(item, field)
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            return f"(“{item.id}”) has {field} that are not a tuple of words"
    for field in ("extra", "package"):
        if not isinstance(getattr(item, field), str | None):
            return f"(“{item.id}”) has a field “{field}” that is not text"
    if not isinstance(item.options, Mapping):
        return f"(“{item.id}”) has options that are no mapping"
    option, choices = _NEEDED_OPTIONS.get(item.kind, ("", ()))
    if option and item.options.get(option) not in choices:
        listed = " or ".join(map(str, choices))
        return f"(“{item.id}”) needs the option “{option}” to be {listed}"
    return _wrong_schema(item)


def _wrong_schema(item: Any) -> str:
    schema = item.schema
    properties = schema.get("properties", {}) if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not all(
        isinstance(name, str) and isinstance(value, Mapping) for name, value in properties.items()
    ):
        return f"(“{item.id}”) has a schema that is not a JSON Schema object with properties"
    required = schema.get("required", ())
    if not isinstance(required, list | tuple):
        return f"(“{item.id}”) has a list of required parameters that is no list"
    unknown = [name for name in required if name not in properties]
    if unknown:
        return f"(“{item.id}”) requires “{unknown[0]}”, which it does not describe"
    return ""
