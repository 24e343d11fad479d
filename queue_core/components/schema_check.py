"""What is wrong with a value by its JSON Schema, as the end of a sentence.

`jsonschema` decides (Draft 2020-12); the words are ours, made from its error objects. It is
stricter than the draft in three points that matter for parameters: numbers are finite and fit a
double, whole numbers have no point and fit 64 bits, and 1 is not true.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_MAX_DEPTH: Final = 50
_MAX_CHARACTERS: Final = 10_000_000
_MAX_WHOLE: Final = 2**63 - 1
_JSON_NAMES: Final = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_MUST: Final = "must be "


def mismatch(schema: Mapping[str, Any], value: Any) -> str | None:
    """Return what *value* must be and is not, e.g. `must be at least 1`; None where it fits."""
    problem = _unfit_for_json(value)
    if problem is not None:
        return problem
    errors = list(_validator_class()(schema).iter_errors(value))
    return _sentence(_worst(errors)) if errors else None


def _unfit_for_json(value: object) -> str | None:
    """Return why no file, row or message could take *value*, whatever its schema says."""
    layer: list[object] = [value]
    for _ in range(_MAX_DEPTH):
        below: list[object] = []
        for item in layer:
            if isinstance(item, str) and len(item) > _MAX_CHARACTERS:
                return f"must have at most {_MAX_CHARACTERS:,} characters"
            if isinstance(item, int) and abs(item) > _MAX_WHOLE:
                return f"must be between -{_MAX_WHOLE} and {_MAX_WHOLE}"
            if isinstance(item, float) and not math.isfinite(item):
                return "must be a number, not infinite and not NaN"
            if isinstance(item, Mapping):
                if not all(isinstance(key, str) for key in item):
                    return "must be an object whose keys are text"
                below += item.values()
            elif isinstance(item, (list, tuple)):
                below += item
        if not below:
            return None
        layer = below
    return f"must be nested at most {_MAX_DEPTH} deep"


@cache
def _validator_class() -> type[Validator]:
    # Imported here: 30 ms that no bare command should wait for.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def one_of(
        _validator: object, choices: list[object], value: object, _schema: object
    ) -> Iterable[ValidationError]:
        # To the draft 1.0 is the 1 of an enumeration; to a function that counts it is not.
        if not any(value == item and type(value) is type(item) for item in choices):
            yield ValidationError("not among the choices")

    types = Draft202012Validator.TYPE_CHECKER.redefine_many(
        {
            "integer": lambda _, value: isinstance(value, int) and not isinstance(value, bool),
            "number": lambda _, value: (
                isinstance(value, (int, float)) and not isinstance(value, bool)
            ),
            "array": lambda _, value: isinstance(value, (list, tuple)),
            "object": lambda _, value: isinstance(value, Mapping),
        }
    )
    made: type[Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, validators={"enum": one_of}, type_checker=types
    )
    return made


def _worst(errors: Iterable[ValidationError]) -> ValidationError:
    """Return the error to speak of: an outer one first, and the choices before their type."""
    return max(
        errors,
        key=lambda error: (-len(error.path), error.validator == "enum", error.validator == "type"),
    )


def _sentence(error: ValidationError) -> str:
    where = "".join(
        "has an item that " if isinstance(step, int) else f"has “{step}”, which "
        for step in error.relative_path
    )
    if error.validator in ("anyOf", "oneOf") and error.context:
        branches: dict[object, list[ValidationError]] = {}
        for inner in error.context:
            branches.setdefault(inner.schema_path[0], []).append(inner)
        wanted = (_sentence(_worst(branch)).removeprefix(_MUST) for branch in branches.values())
        return f"{where}{_MUST}{' or '.join(dict.fromkeys(wanted))}"
    words = _WORDS.get(str(error.validator))
    if words is None:
        return f"{where}must fit its schema ({error.message})"
    return where + words(error.validator_value)


def _type_words(declared: Any) -> str:
    names = [declared] if isinstance(declared, str) else declared
    return _MUST + " or ".join(_JSON_NAMES[name] for name in names)


def _choices(choices: Any) -> str:
    return "must be one of " + ", ".join("null" if c is None else str(c) for c in choices)


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": _type_words,
    "enum": _choices,
    "const": lambda bound: f"must be {bound}",
    "minimum": lambda bound: f"must be at least {bound}",
    "maximum": lambda bound: f"must be at most {bound}",
    "exclusiveMinimum": lambda bound: f"must be above {bound}",
    "exclusiveMaximum": lambda bound: f"must be below {bound}",
    "multipleOf": lambda bound: f"must be a multiple of {bound}",
    "minItems": lambda bound: f"must have at least {bound} items",
    "maxItems": lambda bound: f"must have at most {bound} items",
    "uniqueItems": lambda _: "must have no item twice",
    "minLength": lambda bound: f"must have at least {bound} characters",
    "maxLength": lambda bound: f"must have at most {bound} characters",
    "pattern": lambda bound: f"must look like {bound}",
}
