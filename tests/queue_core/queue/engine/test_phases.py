"""Where the time of a job went: the phases that it tells of."""

from __future__ import annotations

import pytest

from queue_core.jobs.base import BaseJob
from queue_core.queue.engine.phases import MOST_PHASES, PhaseClock, phase_name
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus


class Works(BaseJob):
    def run(self) -> None:
        for phase in ("Reading 1 of 2", "Reading 2 of 2", "", "Training · fold 1", "Reading"):
            self.report_progress(None, phase)


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("Reading the file", "Reading the file"),
        ("Reading 26 %", "Reading"),
        ("Reading · 1.1 of 1.8 GB", "Reading"),
        ("Predicted 1,000 of 2,000 rows", "Predicted"),
        ("Writing: 120 tokens", "Writing"),
        ("3 of 5 folds", "of folds"),
        ("12", ""),
        ("  \nsecond line", "second line"),
        ("", ""),
    ],
)
def test_a_phase_is_what_does_not_change(message: str, name: str) -> None:
    assert phase_name(message) == name


def test_phases_are_bounded() -> None:
    clock = PhaseClock()
    turns = [clock.turn(f"file {chr(97 + n % 26)}{'x' * n}") for n in range(3 * MOST_PHASES)]
    assert sum(turn is not None for turn in turns) == MOST_PHASES


def test_a_job_keeps_when_it_went_over_to_which_phase(queue: HueyJobQueue) -> None:
    job_id = queue.put(Works())
    queue.start()
    assert queue.wait(job_id, 30).status is JobStatus.FINISHED
    phases = queue.phases(job_id)
    assert [phase.name for phase in phases] == ["Reading", "Training", "Reading"]
    assert [phase.began_s for phase in phases] == sorted({p.began_s for p in phases})
    queue.remove([job_id])
    assert queue.phases(job_id) == []
