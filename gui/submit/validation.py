"""Whether a value fits its field, and the sentence that says why not. Knows no widgets."""

from __future__ import annotations

from typing import Any

from gui.format import format_number
from gui.i18n import tr, tr_plural
from gui.submit.schema import Bounds, Field, FieldKind, Several

_SEVERAL = (FieldKind.COLUMNS, FieldKind.CHOICES, FieldKind.ENTITIES, FieldKind.LIST)
_TEXTS = (FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.PATH, FieldKind.COLUMN)


class Unmatched(str):
    """A text that was typed where one of several is to be chosen, and that names none of them."""

    __slots__ = ()


def problem_with(field: Field, value: Any) -> str | None:
    """Return why *value* cannot be used, one sentence; None where it can."""
    if value is None or value == "":
        return tr("Enter a value.") if field.required and not field.nullable else None
    if isinstance(value, Several):
        return next(filter(None, (problem_with(field, item) for item in value.values)), None)
    if isinstance(value, Unmatched):
        return tr("Nothing that can be chosen is called “{value}”.", value=value)
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return _problem_with_number(field, value)
    if field.kind in _SEVERAL:
        return _problem_with_list(field, value)
    if field.kind is FieldKind.CHOICE and value not in field.choices:
        return tr("“{value}” is not one of the choices.", value=value)
    if field.kind is FieldKind.UNION:
        return _problem_with_union(field, value)
    if field.kind is FieldKind.BOOLEAN and not isinstance(value, bool):
        return tr("“{value}” is neither yes nor no.", value=value)
    if field.kind in _TEXTS and not isinstance(value, str):
        return tr("“{value}” is not a text.", value=value)
    return None


def range_sentence(bounds: Bounds) -> str:
    """Return which numbers are allowed, one sentence; empty where any is."""
    low, high = bounds.lowest, bounds.highest
    if low is not None and high is not None:
        strict = bounds.minimum is None or bounds.maximum is None
        low_text, high_text = format_number(low), format_number(high)
        if not strict:
            return tr("From {low} to {high}.", low=low_text, high=high_text)
        if bounds.minimum is None and bounds.maximum is None:
            return tr("Above {low} and below {high}.", low=low_text, high=high_text)
        if bounds.minimum is None:
            return tr("Above {low}, at most {high}.", low=low_text, high=high_text)
        return tr("At least {low}, below {high}.", low=low_text, high=high_text)
    if low is not None:
        text = format_number(low)
        return tr("At least {low}.", low=text) if bounds.minimum is not None else tr(
            "Above {low}.", low=text
        )  # fmt: skip
    if high is not None:
        text = format_number(high)
        return tr("At most {high}.", high=text) if bounds.maximum is not None else tr(
            "Below {high}.", high=text
        )  # fmt: skip
    return ""


def _problem_with_number(field: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if field.kind is FieldKind.INTEGER:
            return tr("“{value}” is not a whole number.", value=value)
        return tr("“{value}” is not a number.", value=value)
    if field.kind is FieldKind.INTEGER and not isinstance(value, int):
        return tr("“{value}” is not a whole number.", value=value)
    return None if field.bounds.contain(value) else range_sentence(field.bounds)


def _problem_with_list(field: Field, value: Any) -> str | None:
    if not isinstance(value, list):
        return tr("“{value}” is not a list.", value=value)
    least = max(field.minimum_items, 1 if field.required else 0)
    if len(value) < least:
        return tr_plural("Choose at least {count}.", "Choose at least {count}.", least)
    if field.item is None:
        return None
    return next((text for text in (problem_with(field.item, item) for item in value) if text), None)


def _problem_with_union(field: Field, value: Any) -> str | None:
    if any(type(value) is type(choice) and value == choice for choice in field.choices):
        return None
    problems = [problem_with(inner, value) for inner in field.alternatives]
    if not problems or any(problem is None for problem in problems):
        return None if problems else tr("“{value}” is not one of the choices.", value=value)
    return min((text for text in problems if text), key=len)
