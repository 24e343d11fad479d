"""What like jobs needed: those on the same data count first, and nothing is made up."""

from __future__ import annotations

from gui.submit.history import History, PastJob

MB = 10**6
JOBS = (
    PastJob("forest", (1, None), 10.0, 300 * MB),
    PastJob("forest", (1, None), 14.0, 340 * MB),
    PastJob("forest", (2, None), 900.0, 9000 * MB),
    PastJob("line", (2, None), 2.0, None),
)
HISTORY = History(JOBS, free_bytes=1000 * MB)


def test_like_jobs_on_the_same_data_count_first() -> None:
    need = HISTORY.need(["forest"], {"dataset_id": 1})
    assert need is not None
    assert (need.seconds, need.peak_bytes, need.is_same_data) == (12.0, 320 * MB, True)
    assert not need.is_too_much
    large = HISTORY.need(["forest"], {"dataset_id": 2})
    assert large is not None
    assert large.is_too_much


def test_several_take_the_time_of_all_and_the_memory_of_the_largest() -> None:
    need = HISTORY.need(["forest", "line"], {"dataset_id": 1})
    assert need is not None
    assert (need.seconds, need.peak_bytes, need.is_same_data) == (14.0, 320 * MB, False)


def test_what_never_ran_is_not_guessed() -> None:
    assert HISTORY.need(["forest", "tree"], {"dataset_id": 1}) is None
    assert History().need([], {}) is None
