"""The parts of the timeline that need no window."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.timeline.geometry import Geometry
from gui.timeline.lanes import Grouping, lanes_of, pack
from gui.timeline.stretch import LONGEST_S, NAMED, SHORTEST_S, Stretch, last_night
from gui.timeline.ticks import ticks
from queue_core.queue.job_record import JobStatus
from queue_core.queue.timeline import Crowd, Span, Timeline


@pytest.fixture
def in_madrid(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock of a zone that changes twice a year."""
    monkeypatch.setenv("TZ", "Europe/Madrid")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def span(begin_s: float, end_s: float, kind: str = "ModelJob") -> Span:
    return Span(f"{kind}{begin_s}", "name", kind, JobStatus.FINISHED, begin_s, end_s)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0.1, 1e3)), max_size=20))
def test_no_two_attempts_in_a_row_overlap_and_no_row_is_wasted(
    times: list[tuple[float, float]],
) -> None:
    spans = [span(begin, begin + took) for begin, took in sorted(times)]
    placed, rows = pack(spans)
    by_row = [[one.span for one in placed if one.row == row] for row in range(rows)]
    for members in by_row:
        assert all(first.end_s <= second.begin_s for first, second in pairwise(members))
    at_once = max((sum(o.begin_s <= s.begin_s < o.end_s for o in spans) for s in spans), default=0)
    assert rows <= max(at_once, 1) or not spans


@settings(max_examples=40)
@given(st.floats(0.001, 1e3), st.floats(0, 1))
def test_zooming_keeps_the_moment_under_the_pointer(factor: float, share: float) -> None:
    before = Stretch(1e9, 1e9 + 3600)
    around = 1e9 + 3600 * share
    after = before.zoomed(factor, around)
    assert SHORTEST_S <= after.length_s <= LONGEST_S * 1.001
    shares = [(around - s.begin_s) / s.length_s for s in (before, after)]
    assert shares[0] == pytest.approx(shares[1], abs=1e-4)
    geometry = Geometry(after, 1000)
    assert geometry.moment(geometry.x(around)) == pytest.approx(around, abs=after.length_s / 1e4)


def test_lanes_are_types_or_what_ran_at_once() -> None:
    timeline = Timeline(
        begin_s=0, end_s=100, step_s=1,
        spans=[span(0, 50), span(10, 60), span(20, 30, "DatasetJob"), span(70, 80)],
        crowds=[Crowd("ModelJob", 3, 5, 1), Crowd("PredictJob", 3, 2, 2)],
    )  # fmt: skip
    by_type = lanes_of(timeline, Grouping.TYPE)
    assert [(lane.title, lane.rows, lane.count) for lane in by_type] == [
        ("Dataset", 1, 1), ("Model", 2, 8), ("Prediction", 0, 2),
    ]  # fmt: skip
    at_once = lanes_of(timeline, Grouping.SLOT)
    assert [(lane.title, lane.count) for lane in at_once] == [
        ("No. 1", 2), ("No. 2", 1), ("No. 3", 1), ("Short ones", 7),
    ]  # fmt: skip
    assert [(c.step, c.count, c.failed) for c in at_once[-1].crowds] == [(3, 7, 3)]


def test_the_night_is_the_one_that_is_or_the_one_before(in_madrid: None) -> None:
    def night(*moment: int) -> list[str]:
        found = last_night(datetime(*moment).astimezone())  # type: ignore[arg-type, misc]
        ends = (found.begin_s, found.end_s)
        return [f"{datetime.fromtimestamp(s, UTC).astimezone():%d %H}" for s in ends]

    assert night(2026, 3, 10, 7, 30) == ["09 18", "10 09"]
    assert night(2026, 3, 10, 14, 0) == ["09 18", "10 09"]
    assert night(2026, 3, 10, 20, 0) == ["10 18", "11 09"]


def test_following_ends_just_after_now() -> None:
    now = datetime.now().astimezone()
    hour = NAMED["hour"].of(now)
    later = hour.at(now.timestamp() + 600)
    assert later.length_s == pytest.approx(3600)
    assert later.end_s - hour.end_s == pytest.approx(600, abs=1)


def test_marks_stand_on_whole_hours_and_midnights_whatever_the_clock_does(in_madrid: None) -> None:
    # In the night to 29 March the clock goes from 02:00 to 03:00.
    begin = datetime(2026, 3, 28, 18).astimezone().timestamp()
    marks = ticks(Stretch(begin, begin + 15 * 3600), 8)
    assert [mark.text for mark in marks][:5] == ["18:00", "20:00", "22:00", "Sun 29 Mar", "03:00"]
    week = ticks(Stretch(begin, begin + 7 * 86400), 8)
    assert [mark.text for mark in week][:3] == ["Sun 29 Mar", "Mon 30 Mar", "Tue 31 Mar"]
    assert all(mark.is_day for mark in week)


@settings(max_examples=40)
@given(st.floats(0, 2e9), st.floats(SHORTEST_S, LONGEST_S), st.integers(1, 30))
def test_there_are_never_too_many_marks(begin: float, length: float, most: int) -> None:
    stretch = Stretch(begin, begin + length)
    marks = ticks(stretch, most)
    assert len(marks) <= most * 2 + 2
    assert all(stretch.begin_s <= mark.moment_s <= stretch.end_s for mark in marks)
