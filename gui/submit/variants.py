"""Several jobs from one form: each ticked model with each combination of its listed values.

Knows no widgets.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gui.submit.schema import Field, Several
from queue_core.naming import default_name, name_of

MOST_JOBS = 60
NAME_LETTERS = 120
FEWEST_LETTERS = 20


@dataclass(frozen=True)
class Choice:
    """One component that is to be used.

    Attributes:
        id: Its id.
        title: What it is called, in English.
        params: Its parameters; some may be `Several`.
        fields: Its fields, which know when a parameter applies.
    """

    id: str
    title: str
    params: Mapping[str, Any]
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One job of several.

    Attributes:
        component: Id of its component.
        params: The component's parameters.
        name: What the job is called: it says what differs from the others.
    """

    component: str
    params: Mapping[str, Any]
    name: str


def most_of(choices: Sequence[Choice]) -> int:
    """Return how many jobs there are at most, without making any."""
    return sum(math.prod(len(values) for _, values in _listed(item)) for item in choices)


def variants_of(choices: Sequence[Choice], *, name: str, data: str) -> list[Variant]:
    """Return the jobs that a form comes to, each once.

    Args:
        choices: The components that are to be used.
        name: What the user calls them; may be empty.
        data: What they are used on; may be empty.
    """
    found: list[Variant] = []
    for choice in choices:
        title = default_name(choice.title)
        whole = name_of("{component} on {source}", choice.title, data) if data else title
        called = f"{name} · {title}" if name and len(choices) > 1 else name or whole
        listed = [field for field, _ in _listed(choice)]
        seen: list[dict[str, Any]] = []
        for params in _combinations(choice):
            if params in seen:  # a listed value changed only what does not apply
                continue
            seen.append(params)
            differs = ", ".join(f"{key} {_short(params[key])}" for key in listed if key in params)
            found.append(Variant(choice.id, params, _name(called, differs)))
    return found


def _name(called: str, differs: str) -> str:
    """Return a name that is not too long; what it is called gives way to what differs."""
    if not differs:
        return called[:NAME_LETTERS]
    room = max(FEWEST_LETTERS, NAME_LETTERS - len(differs) - len(" · "))
    start = called if len(called) <= room else f"{called[: room - 1]}…"
    return f"{start} · {differs}"[:NAME_LETTERS]


def _listed(choice: Choice) -> list[tuple[str, tuple[Any, ...]]]:
    return [(k, v.values) for k, v in choice.params.items() if isinstance(v, Several)]


def _combinations(choice: Choice) -> Iterator[dict[str, Any]]:
    listed = _listed(choice)
    for values in itertools.product(*(values for _, values in listed)):
        params = {**choice.params, **dict(zip((key for key, _ in listed), values, strict=True))}
        shown: dict[str, Any] = {}
        for field in choice.fields:
            if field.name in params and field.applies(shown):
                shown[field.name] = params[field.name]
        yield shown


def _short(value: Any) -> str:
    return "none" if value is None else str(value)
