"""Plain text and numbers of whatever somebody hands over."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.errors import DataError, JobError, ParameterError
from queue_core.plain import as_fraction, plain_repr, plain_text, sentence, storable, type_name


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __len__(self) -> int:
        raise RuntimeError

    def __getitem__(self, key: Any) -> str:
        raise RuntimeError

    def encode(self, *arguments: Any) -> bytes:
        raise RuntimeError


class Exits:
    def __str__(self) -> str:
        raise SystemExit(1)

    __repr__ = __str__

    def __float__(self) -> float:
        raise KeyboardInterrupt


class NoText:
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__qualname__", "__name__", "__module__"):
            raise RuntimeError(name)
        return super().__getattribute__(name)


class Nameless(metaclass=Meta):
    pass


@given(st.text(st.characters()), st.integers(1, 50))
def test_all_text_can_be_stored(text: str, limit: int) -> None:
    plain = storable(text, limit)
    assert type(plain) is str
    plain.encode()
    assert "\0" not in plain
    assert sqlite3.connect(":memory:").execute("SELECT ?", (plain,)).fetchone() == (plain,)
    if len(text) <= limit and text.isprintable():
        assert plain == text


def test_surrogates_are_shown_as_python_shows_them() -> None:
    assert storable("caf\udce9\0", 10) == "caf\\udce9\\x00"
    assert storable("x" * 12, 10) == "x" * 10 + "… (2 more characters)"


def test_objects_cannot_do_harm() -> None:
    assert type(storable(Text("abc"), 10)) is str
    assert plain_text(Text("abc"), 10) == "abc"
    assert plain_text(Exits(), 100) == "(Exits: its text cannot be shown, SystemExit in __str__)"
    assert plain_repr(Exits(), 100) == "<Exits: SystemExit in __repr__>"
    assert "TypeError" in plain_text(NoText(), 100)
    assert type_name(Nameless()) == "Nameless"


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("a sentence", "a sentence"),
        (404, "404"),
        (None, ""),
        (ValueError("why"), "ValueError: why"),
        (ValueError(), "ValueError"),
        (["Do this.", "Or that."], "Do this. Or that."),
        ({"a": 1}, "{'a': 1}"),
        (b"bytes", "b'bytes'"),
    ],
)
def test_anything_becomes_a_sentence(given_: object, shown: str) -> None:
    assert sentence(given_, 100) == shown
    for kind in (JobError, DataError, ParameterError):
        error = kind(given_, hint=given_)
        assert (error.message, error.hint, str(error)) == (shown, shown, shown)


# By number, for pytest would ask hostile objects for their names.
FRACTIONS: list[tuple[object, float | None]] = [
    (0.25, 0.25), (1, 1.0), (0, 0.0), (True, 1.0), (7, 1.0), (-3, 0.0), (10**400, 1.0),
    (float("inf"), 1.0), (float("-inf"), 0.0), (float("nan"), None), (None, None),
    ("50%", 0.5), (" 12.5 %", 0.125), ("0.5", 0.5), ("half", None), ("nan", None),
    (Decimal("0.5"), 0.5), (Fraction(1, 4), 0.25), (np.float32(0.5), 0.5), (np.int64(1), 1.0),
    (np.array([1, 2]), None), (1j, None), (object(), None), (Exits(), None), ([], None),
    (Text("50%"), 0.5), ("9" * 1_000_000, 1.0), ("\udcff", None),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(FRACTIONS)))
def test_a_fraction_of_anything(number: int) -> None:
    value, fraction = FRACTIONS[number]
    found = as_fraction(value)
    assert found == fraction
    assert found is None or type(found) is float
