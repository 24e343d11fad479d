from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queue_core.queue.finding import quantities
from queue_core.queue.finding.language import Mistake, QueryError, parse, without

ISSUED = (
    "status:error type:model name:iris age:<2d took:>5m param.max_depth:>8 "
    'error:memory log:"no space" -flights "two words"'
)


def test_a_query_is_read_term_by_term() -> None:
    terms = parse(ISSUED)
    keys = [term.key.name if term.key else "" for term in terms]
    assert keys == [
        "status", "type", "name", "age", "took", "param.max_depth", "error", "log", "", "",
    ]  # fmt: skip
    assert [term.operator for term in terms] == ["", "", "", "<", ">", ">", "", "", "", ""]
    assert (terms[3].number, terms[4].number) == (2 * 86400, 300)
    assert [term.value for term in terms[-3:]] == ["no space", "flights", "two words"]
    assert [term.is_negated for term in terms[-2:]] == [True, False]
    assert all(ISSUED[t.start : t.end].strip() == ISSUED[t.start : t.end] for t in terms)


def test_people_s_words_and_several_values() -> None:
    (status,) = parse("STATUS:failed,waiting")
    assert status.choices == ("error", "not_started")


@pytest.mark.parametrize(
    ("text", "mistake", "position", "hint"),
    [
        ("iris stauts:error", Mistake.UNKNOWN_KEY, 5, "status"),
        ("https://x", Mistake.UNKNOWN_KEY, 0, "quotes"),
        ("iris took:", Mistake.NO_VALUE, 5, "took:>5m"),
        ("took:>soon", Mistake.WRONG_VALUE, 6, "took:>5m"),
        ("status:broken", Mistake.WRONG_VALUE, 7, "status:failed"),
        ("created:2026-13", Mistake.WRONG_VALUE, 8, "created:today"),
        ("x" * 3000, Mistake.TOO_LONG, 2000, "Leave"),
    ],
)
def test_a_mistake_says_where_and_what_to_write(
    text: str, mistake: Mistake, position: int, hint: str
) -> None:
    with pytest.raises(QueryError) as found:
        parse(text)
    assert (found.value.mistake, found.value.position) == (mistake, position)
    assert hint in found.value.hint


@given(st.text(alphabet='ab :"-<>=.param1stu,\\%*(){}^é\n', max_size=40))
@example('1 " ')  # a quote that is opened and holds nothing
def test_any_text_is_a_query_or_a_mistake(text: str) -> None:
    try:
        terms = parse(text)
    except QueryError:
        return
    for term in terms:
        assert 0 <= term.start < term.end <= len(text)
        rest = parse(without(text, term))
        assert len(rest) == len(terms) - 1


def test_quantities() -> None:
    assert quantities.duration("1h30m") == 5400
    assert quantities.duration("90") == 90
    assert quantities.size("1.5G") == 1.5 * (1 << 30)
    assert quantities.size("2GB") == quantities.size("2gib")
    first, after = quantities.day("2026-02", date(2026, 3, 1))
    assert (first.day, first.month, after.month) == (1, 2, 3)
    for wrong in ("m", "5 m", "1e999", "5x"):
        with pytest.raises(ValueError, match=wrong):
            quantities.duration(wrong)
