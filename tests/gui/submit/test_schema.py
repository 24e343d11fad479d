from __future__ import annotations

import pytest

from gui.submit.schema import Bounds, FieldKind, parse_field, parse_schema
from gui.submit.validation import problem_with, range_sentence


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "boolean"}, FieldKind.BOOLEAN),
        ({"type": "integer"}, FieldKind.INTEGER),
        ({"type": "number"}, FieldKind.NUMBER),
        ({"type": "string"}, FieldKind.TEXT),
        ({"type": "string", "format": "multiline"}, FieldKind.MULTILINE),
        ({"type": "string", "format": "path"}, FieldKind.PATH),
        ({"type": "string", "format": "column"}, FieldKind.COLUMN),
        ({"type": "array", "format": "columns"}, FieldKind.COLUMNS),
        ({"type": "array", "format": "column"}, FieldKind.COLUMNS),
        ({"type": "integer", "format": "dataset"}, FieldKind.ENTITY),
        ({"type": "array", "format": "metric"}, FieldKind.ENTITIES),
        ({"enum": ["a", "b"]}, FieldKind.CHOICE),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, FieldKind.CHOICES),
        ({"type": "array", "items": {"type": "integer"}}, FieldKind.LIST),
        ({"type": "object"}, FieldKind.OBJECT),
        ({"type": ["integer", "string"]}, FieldKind.UNION),
    ],
)
def test_kind_of_field(schema: dict[str, object], kind: FieldKind) -> None:
    assert parse_field("x", schema).kind is kind


def test_null_in_the_type_makes_the_field_nullable() -> None:
    field = parse_field("max_depth", {"type": ["integer", "null"], "minimum": 1})
    assert (field.kind, field.nullable, field.bounds.minimum) == (FieldKind.INTEGER, True, 1)


def test_several_kinds_of_value_become_choices_and_alternatives() -> None:
    field = parse_field(
        "max_features",
        {"anyOf": [{"type": "integer"}, {"enum": ["sqrt", "log2"]}, {"type": "null"}]},
    )
    assert field.kind is FieldKind.UNION
    assert field.choices == ("sqrt", "log2")
    assert [inner.kind for inner in field.alternatives] == [FieldKind.INTEGER]
    assert field.nullable


def test_a_union_of_one_kind_and_null_is_that_kind() -> None:
    field = parse_field("c", {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]})
    assert (field.kind, field.nullable, field.bounds.minimum) == (FieldKind.NUMBER, True, 0)


def test_conditions() -> None:
    fields = parse_schema(
        {
            "properties": {
                "a": {"type": "boolean", "depends-on": "other"},
                "b": {"type": "boolean", "depends-on": {"other": ["x", "y"], "more": True}},
            }
        }
    )
    assert fields[0].applies({"other": "x"})
    assert not fields[0].applies({"other": ""})
    assert not fields[0].applies({})
    assert fields[1].applies({"other": "y", "more": True})
    assert not fields[1].applies({"other": "y", "more": 1})
    assert not fields[1].applies({"other": "z", "more": True})


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, 10, "From 1 to 9."),
        ({"type": "integer"}, 1.5, "not a whole number"),
        ({"type": "integer"}, True, "not a whole number"),
        ({"type": "number"}, "abc", "“abc” is not a number"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "Above 0."),
        ({"type": "number"}, float("inf"), ""),
        ({"type": "string"}, 3, "not a text"),
        ({"type": "boolean"}, "yes", "neither"),
        ({"enum": ["a"]}, "b", "not one of the choices"),
        ({"type": "array", "minItems": 2}, ["a"], "at least 2"),
        ({"type": "array", "items": {"type": "integer"}}, [1, "b"], "“b” is not a whole"),
        ({"anyOf": [{"type": "integer"}, {"enum": ["sqrt"]}]}, "log", "not a whole number"),
    ],
)
def test_problems(schema: dict[str, object], value: object, words: str) -> None:
    problem = problem_with(parse_field("x", schema), value)
    assert problem is not None
    assert words in problem


def test_range_sentences() -> None:
    assert range_sentence(Bounds()) == ""
    assert range_sentence(Bounds(minimum=1)) == "At least 1."
    assert range_sentence(Bounds(maximum=1000)) == "At most 1,000."
    assert range_sentence(Bounds(above=0, maximum=1)) == "Above 0, at most 1."
    assert range_sentence(Bounds(minimum=0, below=1)) == "At least 0, below 1."
    assert range_sentence(Bounds(above=0, below=1)) == "Above 0 and below 1."
    assert range_sentence(Bounds(below=1)) == "Below 1."
