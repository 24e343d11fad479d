from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.components.parameters import complete_parameters
from queue_core.components.schema_check import mismatch
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
        "names": {"type": "object", "additionalProperties": {"type": "string"}},
        "pairs": {
            "type": "array",
            "items": {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 2},
        },
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
        ({"share": float("inf")}, "a number, not infinite"),
        ({"share": True}, "a number"),
        ({"count": 3.0}, "a whole number"),
        ({"count": 10**19}, "between -9223372036854775807 and"),
        ({"count": 10**10_000}, "it is a number of some 10,000 digits"),
        ({"share": 10**400}, "between -9223372036854775807 and"),
        ({"range": [0, float("nan")]}, "a number, not infinite and not NaN"),
        ({"range": [0, 1, 2]}, "at most 2 items"),
        ({"mode": ["fast"]}, "one of fast, exact"),
        ({"mode": "x" * 100_000}, "it is 'xxxxxxx.*xxx'"),
        ({"mode": "exact", "value": "x" * 10_000_001}, "at most 10,000,000 characters"),
        ({"names": {"a": 1}}, "has “a”, which must be text"),
        ({"names": {1: "a"}}, "must be an object whose keys are text"),
        ({"pairs": [["a", 1], ["b"]]}, "has an item that must have at least 2 items"),
        ({"pairs": [["a", 1], ["b", None]]}, "has an item that has an item that must be"),
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


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_a_value_nested_too_deep_is_refused_and_shown() -> None:
    with pytest.raises(ParameterError, match="nested at most 50 deep; it is") as caught:
        complete_parameters(SCHEMA, {"pairs": nested(100_000)}, owner="Test")
    assert len(caught.value.message) < 200


def test_one_is_not_true_in_a_list_of_choices() -> None:
    assert mismatch({"enum": [1, "a"]}, True) == "must be one of 1, a"
    assert mismatch({"enum": [1, "a"]}, 1.0) == "must be one of 1, a"
    assert mismatch({"enum": [1, None]}, None) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(JSON, st.sampled_from(list(SCHEMA["properties"])))
def test_any_value_is_taken_or_explained(value: Any, name: str) -> None:
    problem = mismatch(SCHEMA["properties"][name], value)
    assert problem is None or problem.startswith(("must ", "has "))


def test_the_checker_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys\n"
        "from queue_core.components.parameters import require_known\n"
        "import queue_core.cli\n"
        "assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
