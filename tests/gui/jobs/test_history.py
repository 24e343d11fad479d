"""The past of a job: where its time went, what it used, how its attempts differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gui.jobs.details.history_section import attempt_change
from gui.jobs.details.phase_bar import PhaseBar
from gui.jobs.details.phase_spans import spans_of, summed
from gui.jobs.details.usage_curve import Limit, top_of
from gui.widgets import TextLabel
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import Attempt, Phase

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def record(seconds: float | None, attempt: int = 1) -> JobRecord:
    end = None if seconds is None else START + timedelta(seconds=seconds)
    return JobRecord(
        id="x", task_type="ModelJob", job_name="study", enqueued_at=START, last_update=START,
        status=JobStatus.STARTED if end is None else JobStatus.FINISHED, started_at=START,
        finished_at=end, attempt=attempt,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("phases", "seconds", "shown"),
    [
        ([], 10.0, []),
        ([Phase(1, 0.1, "Reading")], 10.0, []),
        ([Phase(1, 2.0, "Reading")], 10.0, [("Starting", 0, 2), ("Reading", 2, 8)]),
        ([Phase(1, 0.1, "a"), Phase(1, 4.0, "b"), Phase(1, 6.0, "a")], 10.0,
         [("a", 0, 4), ("b", 4, 2), ("a", 6, 4)]),
        ([Phase(1, 0.0, "a"), Phase(1, 5.0, "b")], None, [("a", 0, 5), ("b", 5, 15)]),
        ([Phase(1, 0.0, "a"), Phase(1, 90.0, "b")], 10.0, [("a", 0, 10), ("b", 10, 0)]),
        ([Phase(2, 0.0, "a"), Phase(2, 5.0, "b")], 10.0, []),
    ],
)  # fmt: skip
def test_phases_follow_each_other(
    phases: list[Phase], seconds: float | None, shown: list[tuple[str, float, float]]
) -> None:
    spans = spans_of(phases, record(seconds), START + timedelta(seconds=20))
    assert [(span.name, span.began_s, span.seconds) for span in spans] == shown


def test_the_bar_names_each_phase_once_with_its_share(theme: object) -> None:
    bar = PhaseBar()
    phases = [Phase(1, 0.0, "Reading"), Phase(1, 4.0, "Training"), Phase(1, 6.0, "Reading")]
    spans = spans_of(phases, record(10.0), START)
    assert [span.seconds for span in summed(spans)] == [8.0, 2.0]
    bar.show_spans(spans)
    bar.resize(300, 100)
    bar.grab()
    words = [label.text for label in bar.findChildren(TextLabel)]
    assert words == ["Reading", "8.0 s · 80 %", "Training", "2.0 s · 20 %"]
    bar.show_spans(())
    assert bar.isHidden()
    bar.deleteLater()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (None, {}, ""),
        ({"error_msg": "Line 4"}, {"error_msg": "Line 90"},
         "Beside the attempt before: the same error."),
        ({"error_msg": "no", "run_seconds": 2.0}, {"error_msg": "never", "run_seconds": 5.0},
         "Beside the attempt before: another error, 3.0 s longer."),
        ({"peak_memory_bytes": 500_000_000}, {"peak_memory_bytes": 100_000_000},
         "Beside the attempt before: 400 MB less memory."),
        ({"run_seconds": 100.0}, {"run_seconds": 101.0}, ""),
    ],
)  # fmt: skip
def test_attempts_are_held_against_each_other(
    before: dict[str, object] | None, after: dict[str, object], said: str
) -> None:
    first = None if before is None else Attempt(attempt=1, status=JobStatus.ERROR, **before)  # type: ignore[arg-type]
    assert attempt_change(first, Attempt(attempt=2, status=JobStatus.ERROR, **after)) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "top"), [(0.0, 4.0), (3.0, 4.0), (6.0, 6.0), (12.0, 12.0), (13.0, 4.0)]
)
def test_a_limit_is_drawn_where_it_is_near(limit: float, top: float) -> None:
    assert top_of(((0.0, 1.0), (1.0, 4.0)), Limit(limit, "Limit")) == top
