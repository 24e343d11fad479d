"""Which failures are alike."""

from __future__ import annotations

import pytest

from queue_core.failures.fingerprint import fingerprint, place_of, without_values

TRACE = """Traceback (most recent call last):
  File "/home/ana/study/{file}", line {line}, in load
    table = read(path)
  File "/x/site-packages/pandas/io/parsers.py", line 1026, in read
    return _read(path)
ValueError: no
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Line 104 of iris.csv has 6 values", "Line 7 of flights-2.csv has 12 values"),
        ("No column “species”", "No column “bill length, mm”"),
        ("KeyError: there is no 'a'", "KeyError: there is no 'it\"s'"),
        ("/home/ana/a.csv does not exist.", "C:\\data\\b.csv does not exist."),
        ("object at 0x7f3a2b of 3", "object at 0x1122ff of 12"),
        ("job 0198f3a1-6c1e-7b52-9d57-6c3f0f9f1a2b", "job 0298f3a1-6c1e-7b52-9d57-6c3f0f9f1a2b"),
        ("peak 4.1 GiB, 1e-05", "peak 12 GiB, 3.5"),
        ("GET http://a.b/c?d=1 failed", "GET https://x.y/z failed"),
    ],
)
def test_values_make_no_difference(one: str, other: str) -> None:
    assert without_values(one) == without_values(other)


def test_words_kinds_and_places_make_one() -> None:
    first = TRACE.format(file="prepare.py", line=4)
    base = fingerprint("ValueError", "it doesn't fit, don't ask", first)
    assert base == fingerprint("ValueError", "it doesn't fit, don't ask",
                               TRACE.format(file="prepare.py", line=900))  # fmt: skip
    others = {
        fingerprint("TypeError", "it doesn't fit, don't ask", first),
        fingerprint("ValueError", "it does fit, ask", first),
        fingerprint("ValueError", "it doesn't fit, don't ask", TRACE.format(file="b.py", line=4)),
        fingerprint("ValueError", "it doesn't fit, don't ask", ""),
    }
    assert len(others - {base}) == 4


def test_the_place_is_the_users_own_call() -> None:
    assert place_of(TRACE.format(file="prepare.py", line=4)) == "load in prepare.py"
    alone = 'Traceback (most recent call last):\n  File "/x/site-packages/a/b.py", line 1, in c\n'
    assert place_of(alone) == "c in b.py"
    assert place_of("nothing of the kind") == ""


def test_hostile_texts_take_no_time() -> None:
    for text in ("/" * 100_000, "'" * 99_999, "a." * 50_000, "1." * 50_000, "“" * 9_999):
        assert len(fingerprint("E", text, text)) == 16
