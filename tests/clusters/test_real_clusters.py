"""What is promised of jobs at another place, on a real SLURM and a real Ray."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from cluster_jobs import Marks, Ticks
from real_slurm import RealSlurm
from sample_jobs import Grandchildren

from queue_core import HueyJobQueue, JobStatus
from queue_core.queue.values import JobOptions

pytestmark = [pytest.mark.clusters, pytest.mark.expects_log(), pytest.mark.long_lived]

Until = Callable[..., None]
THERE = JobOptions(place="test")
KINDS = ("slurm", "ray")


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_runs_there_and_its_lines_arrive_within_a_second(
    kind: str, make_cluster: Any, tmp_path: Path, until: Until
) -> None:
    cluster = make_cluster(kind)
    program = cluster.program()
    queue = HueyJobQueue(cluster.folder.root)
    try:
        put_s = time.time()
        job_id = queue.put(Ticks(release=str(tmp_path / "release")), THERE)
        until(lambda: queue.logs(job_id), 90.0)
        first_s = time.time() - put_s
        delays: list[float] = []
        seen = queue.logs(job_id)[-1].number
        while len(delays) < 40:
            for line in queue.logs(job_id, after=seen):
                delays.append(time.time() - float(line.text))
                seen = line.number
            time.sleep(0.02)
        (tmp_path / "release").touch()
        assert queue.wait(job_id, 30).status is JobStatus.FINISHED
        print(f"{kind}: first line after {first_s:.1f} s, then {max(delays):.2f} s at most, "
              f"{sorted(delays)[20]:.2f} s in the middle")  # fmt: skip
        assert sorted(delays)[20] < 1.0
    finally:
        _end(program)
        queue.close()


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_and_a_killed_agent_leave_nothing_of_a_job(
    kind: str, make_cluster: Any, tmp_path: Path, until: Until
) -> None:
    cluster = make_cluster(kind)
    program = cluster.program(lost_after_s=5.0)
    queue = HueyJobQueue(cluster.folder.root)
    try:
        for way in ("cancel", "kill"):
            started = tmp_path / way
            job_id = queue.put(Grandchildren(started=str(started)), THERE)
            until(started.exists, 90.0)
            pids = [int(pid) for pid in started.read_text().split()]
            began_s = time.monotonic()
            if way == "cancel":
                assert queue.cancel(job_id)
            else:
                for agent in cluster.agents():
                    agent.kill()
            until(lambda pids=pids: not any(_runs(pid) for pid in pids), 30.0)
            gone_s = time.monotonic() - began_s
            record = queue.wait(job_id, 60)
            print(f"{kind}, {way}: tree dead after {gone_s:.2f} s, {record.status} after "
                  f"{time.monotonic() - began_s:.1f} s: {record.error_msg}")  # fmt: skip
            assert gone_s < 5.0
            ended = {"cancel": JobStatus.CANCELLED, "kill": JobStatus.KILLED}[way]
            assert record.status is ended
    finally:
        _end(program)
        queue.close()


def test_when_rays_head_dies_its_jobs_end_and_are_reported_once_it_is_back(
    make_cluster: Any, tmp_path: Path, until: Until
) -> None:
    cluster = make_cluster("ray")
    program = cluster.program(lost_after_s=5.0)
    queue = HueyJobQueue(cluster.folder.root)
    try:
        started = tmp_path / "started"
        job_id = queue.put(Grandchildren(started=str(started)), THERE)
        until(started.exists, 90.0)
        pids = [int(pid) for pid in started.read_text().split()]
        cluster.engine.kill("gcs_server")
        began_s = time.monotonic()
        until(lambda: "The place ray:test says:" in (queue.get(job_id).place_note or ""), 60.0)
        noted_s = time.monotonic() - began_s
        until(lambda: not any(_runs(pid) for pid in pids), 150.0)
        print(f"ray, head: noted after {noted_s:.0f} s, tree dead after "
              f"{time.monotonic() - began_s:.0f} s")  # fmt: skip
        cluster.engine.stop()
        cluster.engine.start()
        record = queue.wait(job_id, 60)
        assert record.status is JobStatus.KILLED
        print(record.error_msg)
    finally:
        _end(program)
        queue.close()


@pytest.mark.parametrize(("kind", "count"), [("slurm", 100), ("ray", 40)])
def test_whatever_is_killed_each_job_is_done_once_or_reported(
    kind: str, count: int, make_cluster: Any, tmp_path: Path
) -> None:
    cluster = make_cluster(kind)
    rng = random.Random(7)
    marks = tmp_path / "marks"
    marks.mkdir()
    queue = HueyJobQueue(cluster.folder.root)
    ids = [
        queue.put(Marks(folder=str(marks), number=n, seconds=rng.uniform(0.0, 2.0)), THERE)
        for n in range(count)
    ]
    program = cluster.program(lost_after_s=15.0)
    killed: Counter[str] = Counter()
    deadline = time.monotonic() + 15 * 60
    try:
        while not queue.is_empty():
            assert time.monotonic() < deadline, _left(queue)
            time.sleep(rng.uniform(4.0, 12.0))
            program = _kill_something(rng, cluster, program, killed)
        statuses = Counter(record.status for record in queue.list())
        print(f"{kind}: {count} jobs, killed {dict(killed)}: {dict(statuses)}")
        for number, job_id in enumerate(ids):
            record = queue.get(job_id)
            begun, ended = (_lines(marks / f"{number}.{mark}") for mark in ("begun", "ended"))
            assert begun <= 1, f"job {number} began {begun} times"
            if record.status is JobStatus.FINISHED:
                assert (begun, ended, record.result) == (1, 1, number)
            else:
                assert record.status in (JobStatus.KILLED, JobStatus.ERROR)
                assert record.error_msg
        assert statuses[JobStatus.FINISHED] > count / 2
    finally:
        _end(program)
        queue.close()


def _kill_something(
    rng: random.Random, cluster: Any, program: subprocess.Popen[str], killed: Counter[str]
) -> subprocess.Popen[str]:
    """Kill the program, an agent, or a daemon of SLURM; start again what has to be there."""
    engine = cluster.engine
    daemons = ["controller", "node"] if isinstance(engine, RealSlurm) else []
    what = rng.choice(["program", "program", "agent", "agent", *daemons])
    killed[what] += 1
    if what == "program":
        _end(program)
        time.sleep(rng.uniform(0.0, 2.0))
        return cluster.program(lost_after_s=15.0)  # type: ignore[no-any-return]
    if what == "agent":
        for agent in cluster.agents()[:1]:
            agent.kill()
    elif what == "controller":
        engine.kill_controller()
        time.sleep(rng.uniform(0.0, 4.0))
        engine.start_controller()
    elif what == "node":
        engine.kill_node()
        time.sleep(rng.uniform(0.0, 4.0))
        engine.start_node()
    return program


def _left(queue: HueyJobQueue) -> list[str]:
    return [
        f"{job.job_name} {job.status} {job.place_note}"
        for job in queue.list()
        if not job.status.is_final
    ][:5]


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def _end(program: subprocess.Popen[str]) -> None:
    program.kill()
    program.wait()
    assert program.stdout is not None
    program.stdout.close()


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
