"""The stack of a native crash, found in real logs and in what else a log may hold."""

from __future__ import annotations

import pytest
import sample_jobs
from hypothesis import given
from hypothesis import strategies as st

from queue_core import HueyJobQueue
from queue_core.paths import log_path
from queue_core.runner.log.log_lines import RawLine
from queue_core.runner.log.logs import read_log
from queue_core.runner.snapshots.crash_stack import crash_stack


def lines(text: str, *, attempt: int = 1, source: str = "stderr") -> list[RawLine]:
    return [RawLine(n, 0.0, 30, source, line, attempt) for n, line in enumerate(text.split("\n"))]


CRASH = """\
Fatal Python error: Segmentation fault

Current thread 0x00007f909aa87b80 (most recent call first):
  File "/home/me/job.py", line 10 in run"""


@pytest.mark.parametrize(
    ("how", "what"), [("segfault", "Segmentation fault"), ("abort", "Aborted")]
)
def test_a_crashed_job_has_left_its_stack(running: HueyJobQueue, how: str, what: str) -> None:
    job_id = running.put(sample_jobs.Dies(how=how))
    running.wait(job_id, 20)
    stack = crash_stack(read_log(log_path(running.folder.logs, job_id)))
    assert stack.startswith(f"Fatal Python error: {what}\n\nCurrent thread 0x")
    assert f'File "{sample_jobs.__file__}"' in stack
    assert "_watch" not in stack
    assert "Extension modules" not in stack


def test_a_job_that_did_not_crash_has_none(running: HueyJobQueue) -> None:
    job_id = running.put(sample_jobs.Talks())
    running.wait(job_id, 20)
    assert crash_stack(read_log(log_path(running.folder.logs, job_id))) == ""


def test_the_crash_may_begin_within_a_line_and_others_may_talk() -> None:
    text = CRASH.replace("Fatal", "10 % doneFatal").replace("\n\n", "\n\nanother thread speaks\n")
    assert crash_stack(lines(text + "\nExtension modules: a, b (total: 2)\n  File later")) == CRASH


def test_an_attempt_has_its_own_crash() -> None:
    log = lines(CRASH) + lines("it worked", attempt=2)
    assert crash_stack(log) == CRASH
    assert crash_stack(log, attempt=1) == CRASH
    assert crash_stack(log, attempt=2) == ""


def test_only_standard_error_counts() -> None:
    assert crash_stack(lines(CRASH, source="stdout")) == ""


@given(st.lists(st.text(st.characters(exclude_characters="\n")), max_size=20))
def test_whatever_was_written_before_does_not_hide_it(before: list[str]) -> None:
    before = [line for line in before if "Fatal Python error" not in line]
    assert crash_stack(lines("\n".join([*before, CRASH]))) == CRASH
