"""A parameter schema read once into fields that a form can be made from. Knows no Qt.

The words understood in each of `properties`:

- `type` (one, or a list with "null"), `anyOf`/`oneOf`, `enum`, `const`, `default`, `minimum`,
  `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `items`, `minItems`, `maxLength`;
- an object with `properties` is a group of fields; one that may be null has a switch;
- `title`, `description`, `enum-titles` (one for each of `enum`), `empty-title` (what None is called
  where it is not "Not set"; in an `enum` its title says so), `advanced` (true: below a fold);
- `depends-on`: `"other"` (while it is on or filled), `{"other": value}` or
  `{"other": [values]}`: the field is shown, and part of the values, only then;
- `format`: `multiline`, `path`, `folder`, `save-path`, `column`, `columns`, `date-time`, or what
  is picked from a list: `dataset`, `notebook`, `session`, `run`, `generative-session`, `loader`,
  `explorer`, `converter`, `model`, `metric`, `explainer`, `generator`; `column-types` narrows
  `column` and `columns`; `usually-one`: a list of columns that mostly holds one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

CHOSEN_FROM_A_LIST = frozenset({
    "dataset", "notebook", "session", "run", "generative-session",
    "loader", "explorer", "converter", "model", "metric", "explainer", "generator",
})  # fmt: skip
SEVERAL = "s"


class FieldKind(StrEnum):
    """How a value is edited."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    MULTILINE = "multiline"
    PATH = "path"
    CHOICE = "choice"
    CHOICES = "choices"
    COLUMN = "column"
    COLUMNS = "columns"
    ENTITY = "entity"
    ENTITIES = "entities"
    LIST = "list"
    GROUP = "group"
    OBJECT = "object"
    UNION = "union"


@dataclass(frozen=True)
class Bounds:
    """The numbers that a field accepts.

    Attributes:
        minimum: The smallest, or None.
        maximum: The largest, or None.
        above: The value must be larger than this.
        below: The value must be smaller than this.
    """

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def contain(self, value: float) -> bool:
        """Return whether *value* lies within."""
        return (
            (isinstance(value, int) or math.isfinite(value))
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    @property
    def lowest(self) -> float | None:
        """The lower bound, itself allowed or not."""
        return self.minimum if self.minimum is not None else self.above

    @property
    def highest(self) -> float | None:
        """The upper bound, itself allowed or not."""
        return self.maximum if self.maximum is not None else self.below


@dataclass(frozen=True)
class Several:
    """A list of values for one parameter: one job each.

    Attributes:
        values: At least two, all different.
    """

    values: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One parameter.

    Attributes:
        name: Its key in the values.
        title: What the label says.
        kind: How it is edited.
        description: Help, one or two sentences.
        default: Its value where nothing was entered; meaningful with `has_default`.
        has_default: Whether the schema names a default.
        required: Whether it must have a value.
        nullable: Whether None is a value of its own.
        bounds: For numbers.
        choices: The values to choose from.
        choice_titles: What is shown for each of `choices`.
        empty_title: What None is called; empty: "Not set".
        format: The schema's `format`, singular.
        column_types: The types of column it accepts; empty means any.
        item: What each item of a list is.
        minimum_items: The least number of items of a list.
        alternatives: The kinds of value that a union accepts.
        fields: What a group holds.
        conditions: It applies while each of these parameters has one of these values;
            an empty tuple stands for any value that is not empty.
        advanced: Whether it stays below a fold.
        usually_one: Whether a list mostly holds one item.
    """

    name: str
    title: str
    kind: FieldKind
    description: str = ""
    default: Any = None
    has_default: bool = False
    required: bool = False
    nullable: bool = False
    bounds: Bounds = Bounds()
    choices: tuple[Any, ...] = ()
    choice_titles: tuple[str, ...] = ()
    empty_title: str = ""
    format: str = ""
    column_types: tuple[str, ...] = ()
    item: Field | None = None
    minimum_items: int = 0
    alternatives: tuple[Field, ...] = ()
    fields: tuple[Field, ...] = ()
    conditions: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    advanced: bool = False
    usually_one: bool = False

    @property
    def may_be_empty(self) -> bool:
        """Whether None can be chosen; where a default stands for nothing, it is not offered."""
        return self.nullable or not (
            self.required or (self.has_default and self.default is not None)
        )

    def applies(self, values: Mapping[str, Any]) -> bool:
        """Return whether the field is part of the form while the others have *values*."""
        for name, wanted in self.conditions:
            given = values.get(name)
            found = given.values if isinstance(given, Several) else (given,)
            if not any(_meets(value, wanted) for value in found):
                return False
        return True

    def empty_value(self) -> Any:
        """Return the value to start from."""
        if self.has_default:
            return self.default
        if self.kind is FieldKind.BOOLEAN and not self.nullable:
            return False
        if self.kind in (FieldKind.COLUMNS, FieldKind.CHOICES, FieldKind.ENTITIES, FieldKind.LIST):
            return None if self.nullable else []
        if self.kind is FieldKind.CHOICE and self.choices and not self.nullable and self.required:
            return self.choices[0]
        return None


def parse_schema(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the fields of a JSON Schema object, in its order."""
    required = frozenset(schema.get("required", ()))
    return tuple(
        replace(parse_field(name, item), required=name in required)
        for name, item in schema.get("properties", {}).items()
    )


def parse_field(name: str, schema: Mapping[str, Any]) -> Field:
    """Return the field that a property describes."""
    kind, nullable = _kind_and_null(schema)
    field = Field(
        name=name,
        title=str(schema.get("title") or _title_of(name)),
        kind=kind,
        description=str(schema.get("description", "")),
        default=schema.get("default"),
        has_default="default" in schema,
        nullable=nullable,
        bounds=_bounds(schema),
        empty_title=str(schema.get("empty-title", "")),
        format=_singular(str(schema.get("format", ""))),
        column_types=tuple(schema.get("column-types", ())),
        minimum_items=int(schema.get("minItems", 0)),
        conditions=_conditions(schema.get("depends-on")),
        advanced=bool(schema.get("advanced", False)),
        usually_one=bool(schema.get("usually-one", False)),
    )
    if kind is FieldKind.UNION:
        return _union(field, schema)
    if kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        source = schema if kind is FieldKind.CHOICE else schema["items"]
        values = tuple(source["enum"]) if "enum" in source else (source["const"],)
        titles = tuple(source.get("enum-titles", ())) or tuple(str(value) for value in values)
        named = list(zip(values, titles, strict=False))
        kept = [(v, t) for v, t in named if v is not None]
        of_none = next((t for v, t in named if v is None and t != str(None)), "")
        return replace(
            field,
            choices=tuple(value for value, _ in kept),
            choice_titles=tuple(title for _, title in kept),
            empty_title=of_none or field.empty_title,
            nullable=nullable or None in values,
        )
    if kind is FieldKind.GROUP:
        return replace(field, fields=parse_schema(schema))
    if kind is FieldKind.LIST and "items" in schema:
        return replace(field, item=parse_field(name, schema["items"]))
    return field


def _kind_and_null(schema: Mapping[str, Any]) -> tuple[FieldKind, bool]:
    if "anyOf" in schema or "oneOf" in schema:
        return FieldKind.UNION, False
    if "enum" in schema or "const" in schema:
        return FieldKind.CHOICE, False
    declared = schema.get("type", "string" if "format" in schema else "object")
    types = [declared] if isinstance(declared, str) else list(declared)
    nullable = "null" in types
    types = [item for item in types if item != "null"]
    if len(types) > 1:
        return FieldKind.UNION, nullable
    return _kind(types[0] if types else "string", schema), nullable


def _kind(json_type: str, schema: Mapping[str, Any]) -> FieldKind:
    name = _singular(str(schema.get("format", "")))
    several = json_type == "array"
    if name == "column":
        return FieldKind.COLUMNS if several else FieldKind.COLUMN
    if name in CHOSEN_FROM_A_LIST:
        return FieldKind.ENTITIES if several else FieldKind.ENTITY
    if several:
        items = schema.get("items", {})
        return FieldKind.CHOICES if "enum" in items else FieldKind.LIST
    if json_type == "string" and name:
        by_format = {"multiline": FieldKind.MULTILINE, "path": FieldKind.PATH}
        by_format |= {"folder": FieldKind.PATH, "save-path": FieldKind.PATH}
        return by_format.get(name, FieldKind.TEXT)
    if json_type == "object" and schema.get("properties"):
        return FieldKind.GROUP
    by_type = {"boolean": FieldKind.BOOLEAN, "integer": FieldKind.INTEGER}
    by_type |= {"number": FieldKind.NUMBER, "string": FieldKind.TEXT}
    return by_type.get(json_type, FieldKind.OBJECT)


def _union(field: Field, schema: Mapping[str, Any]) -> Field:
    """Split the alternatives into fixed choices, None, and kinds that need an editor."""
    declared = schema.get("anyOf") or schema.get("oneOf")
    parts = declared or [{**schema, "type": item} for item in schema["type"] if item != "null"]
    choices: list[Any] = []
    titles: list[str] = []
    alternatives: list[Field] = []
    nullable = field.nullable
    for part in parts:
        if part.get("type") == "null":
            nullable = True
            continue
        inner = parse_field(field.name, {k: v for k, v in part.items() if k != "default"})
        nullable = nullable or inner.nullable
        if inner.kind is FieldKind.CHOICE:
            choices.extend(inner.choices)
            titles.extend(inner.choice_titles)
        else:
            alternatives.append(replace(inner, nullable=False))
    merged = replace(
        field, nullable=nullable, choices=tuple(choices), choice_titles=tuple(titles),
        alternatives=tuple(alternatives),
    )  # fmt: skip
    return _simplified(merged)


def _simplified(field: Field) -> Field:
    if field.alternatives and not field.choices and len(field.alternatives) == 1:
        only = field.alternatives[0]
        return replace(
            field, kind=only.kind, bounds=only.bounds, item=only.item, alternatives=(),
            choices=only.choices, choice_titles=only.choice_titles, format=only.format,
            column_types=field.column_types or only.column_types,
        )  # fmt: skip
    if field.choices and not field.alternatives:
        return replace(field, kind=FieldKind.CHOICE)
    return field


def _bounds(schema: Mapping[str, Any]) -> Bounds:
    return Bounds(
        schema.get("minimum"), schema.get("maximum"),
        schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"),
    )  # fmt: skip


def _conditions(declared: Any) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    if not declared:
        return ()
    if isinstance(declared, str):
        return ((declared, ()),)
    return tuple(
        (name, tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,))
        for name, wanted in declared.items()
    )


def _singular(name: str) -> str:
    """Return "column" for "columns": whether there may be several is a matter of the type."""
    stem = name.removesuffix(SEVERAL)
    return stem if stem in CHOSEN_FROM_A_LIST or stem == "column" else name


def _title_of(name: str) -> str:
    words = name.removesuffix("_id").removesuffix("_ids").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _meets(value: Any, wanted: tuple[Any, ...]) -> bool:
    if not wanted:
        return value not in (None, False, "", [], {})
    return any(_same(value, item) for item in wanted)


def _same(left: Any, right: Any) -> bool:
    """Compare as JSON does: true is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
