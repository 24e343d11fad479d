"""A mark is found in a stream, however that is cut."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from queue_core.runner.supervision.mark_filter import MarkFilter

MARK = b"abab"


def fed(pieces: list[bytes]) -> tuple[bytes, list[bool]]:
    found = MarkFilter(MARK)
    answers = [found.feed(piece) for piece in pieces]
    return b"".join(data for data, _ in answers) + found.finish(), [m for _, m in answers]


@given(st.binary(), st.binary(), st.lists(st.integers(0, 50)))
def test_what_is_around_it_stays_whole(before: bytes, after: bytes, cuts: list[int]) -> None:
    whole = before.replace(b"a", b"x") + MARK + after.replace(b"a", b"x")
    places = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    data, marks = fed([whole[a:b] for a, b in itertools.pairwise(places)])
    assert data == whole.replace(MARK, b"")
    assert sum(marks) == 1


@given(st.lists(st.sampled_from([b"a", b"b", b"ab", b"aba", b"x"])))
def test_what_is_none_is_not_lost(pieces: list[bytes]) -> None:
    data, marks = fed(pieces)
    assert data + MARK * sum(marks) == b"".join(pieces) or any(marks)
