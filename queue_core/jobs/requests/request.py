"""The base of all requests: from what a job was told to a checked record, and to a form.

A request is a frozen dataclass with one field for each parameter. Its annotation says the type,
`parameter` says what people see; the JSON Schema that forms and the command line are made from is
derived from both. A `hidden` field is no part of a form: an id that a retry brings along, say.
"""

from __future__ import annotations

import dataclasses
import operator
import os
from collections.abc import Iterable, Mapping
from enum import Enum
from types import UnionType
from typing import Any, ClassVar, Self, SupportsIndex, Union, get_args, get_origin, get_type_hints

from queue_core.components.parameters import complete_parameters, require_known

_WORDS = "words"
_IS_SHOWN = "is_shown"
_JSON_TYPES: Mapping[object, str] = {
    bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null",
    tuple: "array", Mapping: "object",
}  # fmt: skip
_UNSAID: Any = object()
MOST_SEED = 2**32 - 1


def parameter(
    description: str, *, title: str = "", default: Any = None, starts_as: Any = _UNSAID,
    is_required: bool = False, schema: Mapping[str, Any] | None = None,
    **words: Any,
) -> Any:  # fmt: skip
    """Return a field of a request that a form shows.

    Args:
        description: One sentence on it.
        title: What people read beside it; empty where its name says it.
        default: Its value where nothing is said.
        starts_as: What a form begins with, if not the default.
        is_required: Whether a form must give it.
        schema: Its whole description as JSON Schema, instead of all this.
        **words: More words of its description, `_` for `-`: `format`, `minimum`, `enum`, ...
    """
    if schema is not None:
        return _field(default, schema=schema)
    # Where a form requires it and nothing is usual, it begins with nothing.
    has_start = starts_as is not _UNSAID or not (is_required and is_empty(default))
    begins = default if starts_as is _UNSAID else starts_as
    said: dict[str, Any] = {"title": title} if title else {}
    if has_start:
        said["default"] = begins
    said |= {name.replace("_", "-") if name in _DASHED else name: v for name, v in words.items()}
    never_empty = is_required or starts_as is not _UNSAID
    return _field(
        default, said={**said, "description": description}, is_required=is_required,
        never_empty=never_empty,
    )  # fmt: skip


_DASHED = frozenset(("enum_titles", "empty_title", "depends_on", "usually_one"))


def seed_parameter(description: str, **words: Any) -> Any:
    """Return the field of the number that random numbers start from."""
    return parameter(
        description,
        title="Random seed",
        default=0,
        minimum=0,
        maximum=MOST_SEED,
        advanced=True,
        **words,
    )


def hidden(*, default: Any = None) -> Any:
    """Return a field of a request that no form shows."""
    return _field(default, is_shown=False)


def is_empty(value: object) -> bool:
    """Return whether a value says nothing, like an empty field of a form."""
    return value is None or (isinstance(value, str | tuple | list | dict) and not value)


def _field(default: Any, *, is_shown: bool = True, **words: Any) -> Any:
    metadata = {_WORDS: words, _IS_SHOWN: is_shown}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """What a job was told, checked; subclasses name the parameters.

    Attributes:
        OWNER: What the parameters belong to, for messages.
    """

    OWNER: ClassVar[str] = "The job"

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """Return the request that *given* parameters make.

        What a form requires may be missing: something stored may say it instead.

        Raises:
            ParameterError: One is unknown, of a wrong type or out of bounds.
        """
        properties = every_parameter(cls)
        require_known(given, properties, owner=cls.OWNER)
        said = {
            name: _plain(value, properties[name])
            for name, value in given.items()
            if value is not None
        }
        complete_parameters({"properties": properties}, said, owner=cls.OWNER)
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in said.items()})

    @classmethod
    def schema(cls) -> Mapping[str, Any]:
        """Return the JSON Schema object of what a form shows."""
        return _form(cls)


# Requests are described once, when they are first asked for.
_forms: dict[type[Request], Mapping[str, Any]] = {}
_parameters: dict[type[Request], Mapping[str, Mapping[str, Any]]] = {}


def every_parameter(request: type[Request]) -> Mapping[str, Mapping[str, Any]]:
    """Return the JSON Schema of each parameter: those of the form first, the hidden ones last."""
    if request not in _parameters:
        annotations = get_type_hints(request)
        fields = [field for field in dataclasses.fields(request) if _WORDS in field.metadata]
        fields.sort(key=lambda field: not field.metadata[_IS_SHOWN])
        _parameters[request] = {f.name: _property(f, annotations[f.name]) for f in fields}
    return _parameters[request]


def _form(request: type[Request]) -> Mapping[str, Any]:
    if request not in _forms:
        shown = [field for field in dataclasses.fields(request) if field.metadata.get(_IS_SHOWN)]
        properties = every_parameter(request)
        _forms[request] = {
            "type": "object",
            "properties": {field.name: properties[field.name] for field in shown},
            "required": [f.name for f in shown if f.metadata[_WORDS].get("is_required")],
        }
    return _forms[request]


def _property(field: dataclasses.Field[Any], annotation: object) -> Mapping[str, Any]:
    words = field.metadata[_WORDS]
    if "schema" in words:
        found: Mapping[str, Any] = words["schema"]
        return found
    origin = get_origin(annotation)
    choices = get_args(annotation) if origin in (UnionType, Union) else (annotation,)
    if words.get("never_empty"):
        choices = tuple(item for item in choices if item is not type(None))
    names = [_json_type(item) for item in choices]
    described: dict[str, Any] = {"type": names[0] if len(names) == 1 else names}
    of_list = next((get_args(item)[0] for item in choices if get_origin(item) is tuple), Any)
    if _json_type(of_list):
        described["items"] = {"type": _json_type(of_list)}
    return {**described, **words.get("said", {})}


def _json_type(annotation: object) -> str:
    """Return the name of a type in JSON Schema; empty for any other and for several."""
    return _JSON_TYPES.get(get_origin(annotation) or annotation, "")


def _plain(value: Any, described: Mapping[str, Any]) -> Any:
    """Return a value as JSON data: paths, members of enumerations and NumPy's numbers, too.

    One item may stand for a list of one.
    """
    if isinstance(value, Enum):
        value = value.value
    elif isinstance(value, os.PathLike):
        value = os.fspath(value)
    elif not isinstance(value, int) and isinstance(value, SupportsIndex):
        value = operator.index(value)
    declared = described.get("type")
    types = [declared] if isinstance(declared, str) else declared or []
    if "array" not in types:
        return value
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        return value if {"string", "object"} & set(types) else [value]
    return list(value)
