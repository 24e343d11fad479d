from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui import format as fmt
from gui import i18n

pytestmark = pytest.mark.gui

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_600, "1.0 MB"),
        (1_834_000_000, "1.8 GB"), (123_400_000, "123 MB"),
    ],
)  # fmt: skip
def test_bytes(size: int, text: str) -> None:
    assert fmt.format_bytes(size) == text


def test_bytes_of_uses_the_unit_of_the_total() -> None:
    assert fmt.format_bytes_of(1_100_000_000, 1_800_000_000) == "1.1 of 1.8 GB"
    i18n.set_language("es")
    assert fmt.format_bytes_of(1_100_000_000, 1_800_000_000) == "1,1 de 1,8 GB"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0.0, "0 ms"), (0.42, "420 ms"), (3.14, "3.1 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
        (245, "4 min 05 s"), (7380, "2 h 03 min"), (90_000, "1 d 1 h"),
        (timedelta(seconds=2), "2.0 s"),
    ],
)  # fmt: skip
def test_duration(span: float | timedelta, text: str) -> None:
    assert fmt.format_duration(span) == text


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (1, "just now"), (30, "30 s ago"), (185, "3 min ago"), (7300, "2 h ago"),
        (86_400, "1 day ago"), (3 * 86_400, "3 days ago"), (-120, "in 2 min"),
    ],
)  # fmt: skip
def test_relative(age_s: int, text: str) -> None:
    assert fmt.format_relative(NOW - timedelta(seconds=age_s), now=NOW) == text


def test_old_moments_are_dates() -> None:
    now = datetime.now(UTC)
    text = fmt.format_relative(now - timedelta(days=730), now=now)
    assert str(now.year - 2) in text
    assert any(letter.isalpha() for letter in text)  # the month is a word: no order to guess
    today = fmt.format_moment(now)
    assert str(now.astimezone().year) not in today


def test_estimates_have_as_many_digits_as_they_deserve() -> None:
    assert fmt.format_about(2_001) == "2,000"
    assert fmt.format_about(3_214_567) == "3.2 million"
    assert fmt.format_about(7) == "7"


def test_numbers_follow_the_language() -> None:
    assert fmt.format_count(1_234_567) == "1,234,567"
    assert fmt.format_number(1234.5678) == "1,235"
    assert fmt.format_number(0.1250) == "0.125"
    i18n.set_language("es")
    assert fmt.format_count(1_234_567) == "1.234.567"
    assert fmt.format_number(0.125) == "0,125"


def test_percent_never_promises_the_end_early() -> None:
    assert fmt.format_percent(0.999) == "99 %"
    assert fmt.format_percent(0.29) == "29 %"
    assert fmt.format_percent(1.0) == "100 %"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_has_a_text(value: float) -> None:
    assert fmt.format_number(value)


@given(st.floats(min_value=0, max_value=1e9))
def test_remaining_is_never_zero(seconds: float) -> None:
    text = fmt.format_remaining(seconds)
    assert text.startswith("about ")
    assert " 0 " not in text
