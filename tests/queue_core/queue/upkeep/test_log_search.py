"""Finding lines in logs: the same as reading every line, only faster."""

from __future__ import annotations

import time

import pytest
import sample_jobs
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder, log_path
from queue_core.queue.store.clock import new_id
from queue_core.queue.upkeep import log_search
from queue_core.queue.upkeep.log_search import search_logs
from queue_core.runner.log.log_lines import delete_log
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log

TEXT = st.text(st.sampled_from("abAB 01ñÑßé列\t"), max_size=12)


def write(folder: LocalFolder, *chunks: str, limit_bytes: int = 1 << 20) -> str:
    job_id = new_id()
    writer = LogWriter(log_path(folder.logs, job_id), attempt=1, limit_bytes=limit_bytes)
    for chunk in chunks:
        writer.feed("stdout", chunk.encode() + b"\n")
    writer.close()
    return job_id


@settings(max_examples=150)
@given(chunks=st.lists(TEXT, min_size=1, max_size=12), wanted=TEXT, window=st.integers(1, 40))
def test_it_finds_what_reading_every_line_finds(
    local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch, chunks: list[str], wanted: str,
    window: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(log_search, "_WINDOW_BYTES", window)
    job_id = write(local_folder, *chunks)
    path = log_path(local_folder.logs, job_id)
    expected = [
        line.number for line in read_log(path) if wanted and wanted.lower() in line.text.lower()
    ]
    found = search_logs(local_folder, wanted, [job_id])
    assert [match.line.number for match in found] == expected
    delete_log(path)


def test_what_a_job_writes_in_any_way_is_found(running: HueyJobQueue) -> None:
    job_id = running.put(sample_jobs.Talks())
    running.wait(job_id, 20)
    for text, source in (
        ("FROM PRINT", "stdout"), ("from stderr", "stderr"), ("from logging", "logging"),
        ("from warnings", "warnings"), ("a process", "stdout"), ("100 %", "stdout"),
    ):  # fmt: skip
        (match,) = search_logs(running.folder, text)
        assert match.job_id == job_id
        assert match.line.source == source
        assert match.line == running.logs(job_id)[match.line.number - 1]
    assert search_logs(running.folder, "\t1\tstdout\t") == []  # the headers are not text


def test_newest_jobs_first_within_the_limits(local_folder: LocalFolder) -> None:
    first, second, third = (write(local_folder, "hit\nhit", "hit\nmiss") for _ in range(3))
    found = search_logs(local_folder, "hit", limit=5)
    assert [match.job_id for match in found] == [third] * 3 + [second] * 2
    found = search_logs(local_folder, "hit", limit_per_job=1)
    assert [match.job_id for match in found] == [third, second, first]
    assert [match.job_id for match in search_logs(local_folder, "hit", [first, "none"])] == (
        [first] * 3
    )
    assert search_logs(local_folder, "") == []
    assert search_logs(local_folder, "hit", should_stop=lambda: True) == []


def test_the_tail_of_a_cut_log_is_searched(local_folder: LocalFolder) -> None:
    job_id = write(local_folder, *(f"line {n} of many" for n in range(9_000)), limit_bytes=65_536)
    assert [match.line.number for match in search_logs(local_folder, "LINE 8999 of")] == [9_000]
    assert [match.line.number for match in search_logs(local_folder, "line 3 of")] == [4]
    assert search_logs(local_folder, "line 4500 of", [job_id]) == []


def test_much_text_is_searched_in_a_moment(local_folder: LocalFolder) -> None:
    block = "\n".join(f"epoch {n} loss 0.{n:06d}" for n in range(40_000))
    for _ in range(4):
        write(local_folder, *[block] * 10, "The needle", limit_bytes=1 << 30)
    began = time.perf_counter()
    found = search_logs(local_folder, "the NEEDLE")
    assert time.perf_counter() - began < 5
    assert len(found) == 4
