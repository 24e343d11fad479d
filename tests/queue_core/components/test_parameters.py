from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.components.parameters import complete_parameters, mismatch
from queue_core.errors import ParameterError

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer", "minimum": 1, "default": 3},
        "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.5},
        "mode": {"type": "string", "enum": ["fast", "exact"], "default": "fast"},
        "depth": {"type": ["integer", "null"], "minimum": 1, "default": None},
        "size": {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "enum": ["auto"]},
                {"type": "null"},
            ],
            "default": "auto",
        },
        "range": {
            "type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2,
            "default": [0, 1],
        },
        "value": {"type": "string", "depends-on": {"mode": "exact"}},
    },
    "required": ["value"],
}  # fmt: skip


def test_defaults_are_filled_in() -> None:
    found = complete_parameters(SCHEMA, {"count": 5}, owner="Test")
    assert found == {
        "count": 5, "share": 0.5, "mode": "fast", "depth": None, "size": "auto", "range": [0, 1],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"count": 0}, "at least 1"),
        ({"count": 1.5}, "a whole number"),
        ({"count": True}, "a whole number"),
        ({"share": 0}, "above 0"),
        ({"share": 1.1}, "at most 1"),
        ({"share": float("nan")}, "a number"),
        ({"mode": "slow"}, "one of fast, exact"),
        ({"depth": "x"}, "a whole number or null"),
        ({"size": 0}, "at least 1 or one of auto"),
        ({"range": [0]}, "at least 2 items"),
        ({"range": [0, "x"]}, "has an item that must be a number"),
        ({"mode": "exact"}, "needs the parameter “value”"),
        ({"colour": 1}, "has no parameter “colour”"),
    ],
)
def test_mistakes_name_the_parameter_and_the_bound(params: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words) as caught:
        complete_parameters(SCHEMA, params, owner="Test")
    assert caught.value.parameter in caught.value.message
    assert caught.value.hint


def test_what_depends_on_another_may_be_missing_only_then() -> None:
    assert complete_parameters(SCHEMA, {"mode": "exact", "value": "x"}, owner="T")["value"] == "x"


def test_an_empty_field_is_its_default() -> None:
    assert complete_parameters(SCHEMA, {"count": None, "size": None}, owner="T") == {
        "count": 3, "share": 0.5, "mode": "fast", "depth": None, "size": None, "range": [0, 1],
    }  # fmt: skip


@given(st.integers() | st.floats(allow_nan=True) | st.text() | st.none() | st.booleans())
def test_a_union_accepts_what_one_of_its_parts_accepts(value: Any) -> None:
    schema = SCHEMA["properties"]["size"]
    parts = [mismatch(part, value) for part in schema["anyOf"]]
    assert (mismatch(schema, value) is None) == (None in parts)
