"""Places as the settings tell them: whatever stands there, a sentence says why it is not used."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queue_core.places import configuration
from queue_core.places.choice import make_place
from queue_core.places.configuration import read_places
from queue_core.places.contract import PlaceError

WHOLE = {"kind": "ray", "storage": "/shared", "url": "http://127.0.0.1:9"}
# What the parsers of URLs, paths and host names refuse each in its own way.
_PARTS = st.sampled_from(
    ["s3://", "file://", "[", "]", "@", ":", "~", "/", "%00", "\0", "..", "x", "é", "℀", "xn--"]
)
TEXTS = st.lists(_PARTS, max_size=6).map("".join) | st.text(max_size=20)
_TEXT_FIELDS = [key for key, kind in configuration._KINDS_OF.items() if kind is str]
_LIST_FIELDS = [key for key, kind in configuration._KINDS_OF.items() if kind is list]


@given(field=st.sampled_from(_TEXT_FIELDS), text=TEXTS)
@example(field="storage", text="s3://[x/y")
@example(field="storage", text="~nobody-of-this-name/x")
@example(field="storage", text="file:///a%00b")
def test_any_text_in_any_field_is_used_or_refused_with_a_sentence(field: str, text: str) -> None:
    places, problems = read_places({"a": {**WHOLE, field: text}})
    assert len(places) + len(problems) == 1
    assert all(problem.startswith("The place a in the settings ") for problem in problems)
    assert not any("\0" in f"{place.storage}{place.python}{place.url}" for place in places)


@given(field=st.sampled_from(_LIST_FIELDS), texts=st.lists(TEXTS | st.integers(), max_size=3))
def test_any_list_is_used_or_refused_with_a_sentence(field: str, texts: list[object]) -> None:
    places, problems = read_places({"a": {**WHOLE, field: texts}})
    assert len(places) + len(problems) == 1
    assert not any("\0" in text for place in places for text in getattr(place, field))


@pytest.mark.parametrize(
    ("storage", "sentence"),
    [
        ("s3://[x/y", 'has a storage that is no URL. Write storage = "s3://bucket/folder".'),
        ("~nobody-of-this-name/x", "has a storage in the home of a user who is not known here."),
        ("file:///a%00b", "does not say its storage."),
        ("/a\0b", "has a storage with a character that no program takes."),
    ],
)
def test_a_storage_that_is_none_is_said_so(storage: str, sentence: str) -> None:
    places, (problem,) = read_places({"a": {**WHOLE, "storage": storage}, "b": WHOLE})
    assert sentence in problem
    assert [place.name for place in places] == ["ray:b"]  # the others are not lost with it


@pytest.mark.skipif(importlib.util.find_spec("httpx") is None, reason="Ray needs httpx")
@pytest.mark.parametrize(
    ("changes", "token", "sentence"),
    [
        ({"url": f"http://{'a' * 300}"}, "t", "does not answer"),
        ({"url": "http://xn--/"}, "t", "does not answer"),
        ({}, "señal", "letters that no token has"),
        ({"token_file": "~nobody-of-this-name/x"}, "t", "cannot be read"),
    ],
)
def test_an_address_or_a_token_that_is_none_is_said_so(
    changes: dict[str, Any], token: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", token)
    (config,), _ = read_places({"a": {**WHOLE, **changes}})
    with pytest.raises(PlaceError, match=sentence):
        make_place(config).nodes()
