from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.palette.entries import Entry, rank
from gui.palette.matching import fold, match


def nothing() -> None:
    return None


def entry(title: str, **more: object) -> Entry:
    return Entry(id=title, title=title, kind="Command", run=nothing, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("pq", "Pause queue"), ("queue pau", "Pause queue"), ("rtry", "Retry"), ("", "Retry"),
        ("configuracion", "Configuración…"), ("wer", "Window · Errors"), ("CSV", "iris.csv"),
        ("res", "Train forest"),
    ],
)  # fmt: skip
def test_what_is_meant_is_found(typed: str, text: str) -> None:
    assert match(typed, text) is not None


@pytest.mark.parametrize(
    ("typed", "text"),
    [("iris", "Hide in crash reports"), ("quit", "Pause queue, and wait"), ("z", "Retry")],
)
def test_letters_scattered_over_words_are_no_find(typed: str, text: str) -> None:
    assert match(typed, text) is None


@settings(max_examples=60)
@given(st.text(max_size=30), st.text(max_size=60))
def test_the_letters_that_are_marked_are_those_typed(typed: str, text: str) -> None:
    found = match(typed, text)
    if found is not None:
        marked = {fold(text)[place] for place in found.places}
        assert marked == set("".join(fold(typed).split()))


def test_beginnings_of_words_come_first_and_what_was_used_last_before_its_equals() -> None:
    names = ["Permutation of the forest", "Random forest", "Resume", "Reset all", "Rest"]
    entries = [entry(name) for name in names]
    assert [r.entry.title for r in rank("res", entries)][:3] == ["Rest", "Resume", "Reset all"]
    first = rank("res", entries, recent=("Reset all",))[0]
    assert (first.entry.title, first.places) == ("Reset all", frozenset({0, 1, 2}))


def test_a_sentence_finds_too_and_settings_wait_for_words() -> None:
    entries = [
        entry("Nice", sentence="Leaves more of the processor to the desktop", is_quiet=True),
        entry("Processor time"),
    ]
    assert [r.entry.title for r in rank("processor", entries)] == ["Processor time", "Nice"]
    assert [r.entry.title for r in rank("", entries)] == ["Processor time"]
