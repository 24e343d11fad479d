"""Parameters as they are typed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.cli.parameters import merged, parse_pairs, read_parameters
from queue_core.errors import ParameterError

SCHEMA = {
    "properties": {
        "delimiter": {"type": "string"},
        "label": {"type": ["string", "null"]},
        "columns": {"type": ["array", "null"]},
        "skip": {"type": "integer"},
        "either": {"anyOf": [{"type": "string"}, {"type": "array"}]},
        "params": {"type": "object", "properties": {"code": {"type": "string"}}},
    }
}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("x=3", {"x": 3}),
        ("x=0.5", {"x": 0.5}),
        ("x=true", {"x": True}),
        ("x=null", {"x": None}),
        ('x=["a", 1]', {"x": ["a", 1]}),
        ("x=", {"x": ""}),
        ("x=a=b", {"x": "a=b"}),
        ("x=007", {"x": "007"}),
        ("delimiter=;", {"delimiter": ";"}),
        ("delimiter=5", {"delimiter": "5"}),
        ("delimiter=null", {"delimiter": "null"}),
        ("label=null", {"label": None}),
        ("label=true", {"label": "true"}),
        ("columns=a, b", {"columns": ["a", "b"]}),
        ("columns=5", {"columns": ["5"]}),
        ('columns=["a,b"]', {"columns": ["a,b"]}),
        ("columns=null", {"columns": None}),
        ("either=a,b", {"either": "a,b"}),
        ("skip=2", {"skip": 2}),
        ("params.bins=20", {"params": {"bins": 20}}),
        ("params.code=20", {"params": {"code": "20"}}),
    ],
)
def test_values(pair: str, value: object) -> None:
    assert parse_pairs([pair], SCHEMA) == value


def test_several_pairs_meet_in_one_object() -> None:
    assert parse_pairs(["p.a=1", "p.b.c=2", "x=y", "p.a=3"]) == {
        "p": {"a": 3, "b": {"c": 2}},
        "x": "y",
    }


@pytest.mark.parametrize("pairs", [["x"], ["=3"], [".a=1"], ["a.=1"], ["a=1", "a.b=2"]])
def test_what_is_no_parameter_is_refused(pairs: list[str]) -> None:
    with pytest.raises(ParameterError):
        parse_pairs(pairs)


@given(st.dictionaries(st.from_regex(r"[a-z_]+", fullmatch=True), st.text()))
def test_text_is_kept_where_the_schema_says_text(values: dict[str, str]) -> None:
    schema = {"properties": {key: {"type": "string"} for key in values}}
    assert parse_pairs([f"{key}={value}" for key, value in values.items()], schema) == values


def test_changes_reach_into_objects() -> None:
    base = {"params": {"bins": 10, "log": True}, "seed": 1}
    assert merged(base, {"params": {"bins": 20}, "seed": {"a": 1}}) == {
        "params": {"bins": 20, "log": True},
        "seed": {"a": 1},
    }
    assert base["params"] == {"bins": 10, "log": True}


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"a": [1]}))
    assert read_parameters(str(path)) == {"a": [1]}
    assert read_parameters(None) == {}
    monkeypatch.setattr("sys.stdin", io.StringIO('{"b": 2}'))
    assert read_parameters("-") == {"b": 2}


@pytest.mark.parametrize(("text", "word"), [("[1]", "object"), ("{", "not JSON"), (None, "read")])
def test_files_that_do_not_serve(tmp_path: Path, text: str | None, word: str) -> None:
    path = tmp_path / "p.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ParameterError, match=word) as caught:
        read_parameters(str(path))
    assert str(path) in caught.value.message
