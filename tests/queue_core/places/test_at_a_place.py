"""Jobs at another place keep the promises: none lost, none twice, and a failure says why."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest
from sample_jobs import Echo, Grandchildren, Held, Progresses, Raises, Wait

from queue_core import HueyJobQueue, JobStatus
from queue_core.components.loaders.files.sample import sample_dataset_path
from queue_core.errors import JobQueueError
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.paths import URL_VARIABLE
from queue_core.places import commands, shared
from queue_core.places.log_copy import LogCopy
from queue_core.places.storage import OUTCOME
from queue_core.queue.engine import away_place, handing_over
from queue_core.queue.store import away as store
from queue_core.queue.store.connection import Connection
from queue_core.queue.values import JobOptions, WaitKind
from queue_core.server_address import parse_address

from .conftest import HERE, Cluster

Until = Callable[[Callable[[], bool]], None]


def test_a_job_runs_there_and_everything_of_it_comes_back(
    cluster: Cluster, away: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    job_id = away.put(Progresses(started=str(started), go=str(go)), HERE)
    failing = away.put(Raises(), replace(HERE, place="test"))
    until(lambda: away.get(job_id).progress == 25.0)
    record = away.get(job_id)
    assert (record.progress_message, record.node) == ("reading", "stand-in")
    assert record.warnings == ("3 rows were left out",)
    assert any("3 rows were left out" in line.text for line in away.logs(job_id))
    until(lambda: away.samples(job_id))
    assert (away.get(job_id).memory_bytes or 0) > 1_000_000
    with pytest.raises(JobQueueError, match="cannot be suspended"):
        away.pause(job_id)
    snapshot = away.stack_snapshot(job_id)
    assert any("sample_jobs.py" in f.file for thread in snapshot.threads for f in thread.frames)
    assert "sample_jobs.py" in snapshot.text
    go.touch()
    assert away.wait(job_id, 20).status is JobStatus.FINISHED
    failed = away.wait(failing, 20)
    assert failed.error_msg == "The column age is missing."
    assert "KeyError" in (failed.traceback or "")
    # Nothing of either stays on the storage.
    until(lambda: not list((cluster.storage / "jobs").iterdir()))
    assert cluster.submissions() == 2


def test_cancel_and_a_time_limit_end_the_whole_tree_there(
    cluster: Cluster, away: HueyJobQueue, tmp_path: Path, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(commands, "_PATIENCE_S", 1.0)
    started = tmp_path / "started"
    limited = away.put(Wait(started=str(tmp_path / "2")), replace(HERE, timeout_s=0.5))
    job_id = away.put(Grandchildren(started=str(started)), HERE)
    until(started.exists)
    pids = [int(pid) for pid in started.read_text().split()]
    until((tmp_path / "2").exists)
    (cluster.state / "hangs").touch()  # the storage alone carries the order
    began = time.monotonic()
    assert away.cancel(job_id)
    until(lambda: not any(_runs(pid) for pid in pids))
    assert away.wait(job_id, 20).status is JobStatus.CANCELLED
    assert time.monotonic() - began < 5.0
    overdue = away.wait(limited, 20)
    assert (overdue.status, overdue.error_type) == (JobStatus.ERROR, "TimeLimitExceeded")


@pytest.mark.slow
def test_a_place_that_shares_the_folder_works_with_its_datasets(
    cluster: Cluster, until: Until
) -> None:
    with cluster.folder.settings.open("a") as file:
        file.write("shares_folder = true\n")
    with cluster.open() as queue:
        job_id = queue.put(DatasetJob(file_path=str(sample_dataset_path())), HERE)
        record = queue.wait(job_id, 60)
        assert (record.status, record.error_msg) == (JobStatus.FINISHED, None)
    assert any((cluster.folder.datasets / "1").iterdir())


@pytest.mark.team
def test_a_machine_that_does_not_know_a_teams_list_makes_none_of_its_own(
    team_url: str, cluster: Cluster, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nunset {URL_VARIABLE}\nexec {sys.executable} "$@"\n')
    python.chmod(0o700)
    settings = cluster.folder.settings.read_text().replace(sys.executable, str(python))
    cluster.folder.settings.write_text(f"{settings}shares_folder = true\n")
    with cluster.open() as queue:
        record = queue.wait(queue.put(DatasetJob(file_path=str(sample_dataset_path())), HERE), 60)
        plain = queue.wait(queue.put(Echo(value=1), HERE), 60)
    assert (record.status, record.error_type) == (JobStatus.ERROR, "LocalFolderError")
    name = parse_address(team_url).name
    assert f"The job is of the list {name}, which" in (record.error_msg or "")
    assert not cluster.folder.main_db.exists()
    assert plain.result == 1  # it needs no list


def test_a_job_waits_here_until_there_is_room_and_says_what_for(
    cluster: Cluster, away: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    release = tmp_path / "release"
    large = replace(HERE, cores=3)
    first = away.put(Held(started=str(tmp_path / "1"), release=str(release)), large)
    until((tmp_path / "1").exists)
    second = away.put(Echo(value=2), large)
    until(lambda: "No machine has room for 3 cores now" in _reason(away, second))
    assert away.why_waiting(second).kind is WaitKind.PLACE  # type: ignore[union-attr]
    assert cluster.submissions() == 1
    (cluster.state / "down").touch()
    until(lambda: "Unable to contact slurm controller" in (away.get(first).place_note or ""))
    release.touch()  # its end comes by the storage
    assert away.wait(first, 20).result == "let go"
    assert away.get(second).status is JobStatus.NOT_STARTED
    (cluster.state / "down").unlink()
    assert away.wait(second, 30).result == 2
    assert away.put(Echo(), replace(HERE, cores=9))
    last = away.list(limit=1)[0].id
    until(lambda: "No machine is large enough for 9 cores" in _reason(away, last))


def test_what_waits_inside_the_cluster_can_be_cancelled_and_never_runs(
    cluster: Cluster, away: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    (cluster.state / "held").touch()
    job_id = away.put(Wait(started=str(tmp_path / "started")), HERE)
    until(lambda: "it has not begun (Resources)" in (away.get(job_id).place_note or ""))
    assert away.cancel(job_id)
    assert away.wait(job_id, 20).status is JobStatus.CANCELLED
    (cluster.state / "held").unlink()
    assert not (tmp_path / "started").exists()


def test_a_job_goes_on_without_the_program_and_the_next_one_follows_it(
    cluster: Cluster, tmp_path: Path, until: Until
) -> None:
    release = tmp_path / "release"
    with cluster.open() as first:
        job_id = first.put(Held(started=str(tmp_path / "1"), release=str(release)), HERE)
        until((tmp_path / "1").exists)
        until(lambda: first.get(job_id).progress == 50.0)
    with HueyJobQueue(cluster.folder.root) as reader:
        assert reader.get(job_id).status is JobStatus.STARTED
    with cluster.open() as second:
        assert second.get(job_id).status is JobStatus.STARTED
        release.touch()
        assert second.wait(job_id, 20).result == "let go"
    assert cluster.submissions() == 1


def test_a_killed_machine_agent_takes_the_job_with_it_and_the_job_is_reported(
    cluster: Cluster, away: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    job_id = away.put(Grandchildren(started=str(started)), HERE)
    until(started.exists)
    pids = [int(pid) for pid in started.read_text().split()]
    jobs, elsewhere = cluster.storage / "jobs", cluster.storage / "away"
    jobs.rename(elsewhere)
    for agent in cluster.agents():
        agent.kill()
    until(lambda: not any(_runs(pid) for pid in pids))
    # The place says that it has ended; whether it has left a result is known with the storage.
    until(lambda: "The storage of slurm:test says:" in (away.get(job_id).place_note or ""))
    assert away.get(job_id).status is JobStatus.STARTED
    elsewhere.rename(jobs)
    record = away.wait(job_id, 20)
    assert record.status is JobStatus.KILLED
    assert "left no result; its place says: FAILED" in (record.error_msg or "")
    assert [job.id for job in away.interrupted()] == [job_id]


@pytest.mark.slow
def test_a_machine_that_is_cut_off_from_the_storage_ends_its_job(
    cluster: Cluster, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "Ticket", partial(handing_over.Ticket, silence_s=1.0))
    started = tmp_path / "started"
    with cluster.open() as away:
        job_id = away.put(Grandchildren(started=str(started)), HERE)
        until(started.exists)
        pids = [int(pid) for pid in started.read_text().split()]
        jobs, elsewhere = cluster.storage / "jobs", cluster.storage / "cut off"
        jobs.rename(elsewhere)
        until(lambda: not any(_runs(pid) for pid in pids))
        assert away.get(job_id).status is JobStatus.STARTED  # nobody has heard of it
        elsewhere.rename(jobs)
        record = away.wait(job_id, 20)
    assert record.status is JobStatus.KILLED
    assert "could not reach the storage for 1 s" in (record.error_msg or "")


def test_a_start_that_cannot_begin_says_what_it_has_printed(cluster: Cluster) -> None:
    text = cluster.folder.settings.read_text().replace(sys.executable, "/no/such/python")
    cluster.folder.settings.write_text(text)
    with cluster.open() as away:
        record = away.wait(away.put(Echo(), HERE), 20)
    assert record.status is JobStatus.ERROR
    assert "did not begin at its place, which says: FAILED" in (record.error_msg or "")
    assert "/no/such/python" in (record.error_msg or "")
    assert cluster.submissions() == 1


def test_a_storage_that_fails_in_the_middle_and_cannot_be_cleared_only_delays_a_job(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, tried = shared.write_once, []

    def write(path: Path, data: bytes) -> bool:
        tried.append(path.name)
        if len(tried) == 2:
            raise OSError(116, "Stale file handle")
        return whole(path, data)

    monkeypatch.setattr(shared, "write_once", write)
    monkeypatch.setattr(shared.SharedStart, "remove", lambda _start: None)
    monkeypatch.setattr(away_place, "_TROUBLE_S", 0.1)
    with cluster.open() as away:
        record = away.wait(away.put(Echo(), HERE), 20)
    assert (record.status, record.error_msg) == (JobStatus.FINISHED, None)
    assert tried == ["job.bin", "ticket.json"] * 2


def test_a_result_whose_log_still_comes_is_not_lost(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    slowly = [False] * 12

    class Slow(LogCopy):
        def follow(self) -> bool:
            has_ended = any((folder / OUTCOME).exists() for folder in self._source.parents)
            return slowly.pop() if has_ended and slowly else super().follow()

    monkeypatch.setattr(handing_over, "LogCopy", Slow)
    with cluster.open() as away:
        record = away.wait(away.put(Echo(), HERE), 20)
    assert (record.status, record.error_msg, slowly) == (JobStatus.FINISHED, None, [])


def test_what_cannot_run_there_is_refused_when_it_is_put(
    cluster: Cluster, queue: HueyJobQueue
) -> None:
    for job, options, why in (
        (Echo(), JobOptions(place="nowhere"), "no place named nowhere"),
        (Echo(), JobOptions(cores=2), "another place"),
        (DatasetJob(file_path="a.csv"), HERE, "does not see"),
        (Echo(), replace(HERE, cores=0.5), "cores must be"),  # type: ignore[arg-type]
    ):
        with pytest.raises(JobQueueError, match=why):
            queue.put(job, options)
    assert queue.is_empty()


def test_a_repeated_job_goes_to_the_same_place(cluster: Cluster, queue: HueyJobQueue) -> None:
    job_id = queue.put(Echo(), replace(HERE, cores=3, gpus=1))
    queue.cancel(job_id)
    repeated = queue.get(queue.retry(job_id))
    assert (repeated.place, repeated.cores, repeated.gpus) == ("slurm:test", 3, 1)


def _reason(queue: HueyJobQueue, job_id: str) -> str:
    reason = queue.why_waiting(job_id)
    return "" if reason is None else reason.text


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_what_a_place_has_is_counted_and_the_first_of_it_shown(
    cluster: Cluster, queue: HueyJobQueue
) -> None:
    ids = [queue.put(Echo(value=number), HERE) for number in range(3)]
    queue.put(Echo())  # runs here
    found = queue.jobs_at("slurm:test", limit=2)
    assert [record.id for record in found.records] == ids[:2]
    assert (found.running, found.waiting) == (0, 3)
    assert queue.jobs_at("slurm:other", limit=2).records == ()

    def run(connection: Connection, job_id: str, node: str | None) -> None:
        job = store.next_for(queue._database, "slurm:test", time.time())
        assert job is not None
        store.claim(connection, job, "somebody", "slurm:test", time.time())
        store.note(connection, job_id, node, None)

    for job_id, node in zip(ids, ("node-1", "node-1", None), strict=True):
        queue._database.write(partial(run, job_id=job_id, node=node))
    found = queue.jobs_at("slurm:test", limit=1)
    # Also those that are not shown, of whose machines nothing else tells.
    assert (len(found.records), found.running, found.by_node) == (1, 3, {"node-1": 2})
