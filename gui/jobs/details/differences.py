"""What a job was told otherwise than the one that it repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gui.jobs.details.json_tree import value_text
from gui.jobs.details.labels import labelled

_MISSING = object()


@dataclass(frozen=True)
class Difference:
    """One parameter that is another one.

    Attributes:
        label: What the form calls it.
        before: What the earlier job had, as text.
        after: What the later one has.
    """

    label: str
    before: str
    after: str


def differences(
    task_type: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return the parameters that differ, in the order of the form."""
    pairs = _pairs(labelled(task_type, before), labelled(task_type, after))
    return tuple(
        Difference(label, _text(one), _text(other))
        for label, one, other in pairs
        if not _is_same(one, other)
    )


def _pairs(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, object, object]]:
    """Yield each parameter with both values; of nested ones each within them."""
    for label in dict.fromkeys((*before, *after)):
        one, other = before.get(label, _MISSING), after.get(label, _MISSING)
        inner = [value for value in (one, other) if isinstance(value, Mapping)]
        if inner and all(isinstance(v, Mapping) or _is_empty(v) for v in (one, other)):
            yield from _pairs(
                one if isinstance(one, Mapping) else {}, other if isinstance(other, Mapping) else {}
            )
        else:
            yield label, one, other


def _is_empty(value: object) -> bool:
    return value is _MISSING or value is None


def _is_same(one: object, other: object) -> bool:
    if _is_empty(one) and _is_empty(other):
        return True
    # 1 and True are equal to Python, not to a user.
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _text(value: object) -> str:
    return value_text(None if value is _MISSING else value)
