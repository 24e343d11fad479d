"""`connect`: the same methods over a folder and over HTTP."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sample_jobs import Echo, Held

from queue_core import (
    HueyJobQueue,
    JobError,
    JobNotFoundError,
    JobOptions,
    JobQueueError,
    JobStatus,
    connect,
)
from queue_core.client.display import card, one_line
from queue_core.client.job import WaitInterruptedError
from queue_core.errors import ParameterError

IRIS = "length,species\n5.1,setosa\n6.3,virginica\n4.9,setosa\n"


@pytest.fixture(params=["folder", "http"])
def client(request, queue: HueyJobQueue) -> Iterator:
    """The queue that runs jobs, held by a client of either kind."""
    queue.start(1)
    if request.param == "folder":
        with connect(queue.folder.root) as found:
            yield found
        return
    api = request.getfixturevalue("api")
    with connect(api.url) as found:  # the token is found in the folder
        yield found


@pytest.fixture
def iris(tmp_path):
    path = tmp_path / "iris.csv"
    path.write_text(IRIS)
    return path


def test_a_file_becomes_a_frame(client, iris, tmp_path) -> None:
    job = client.submit("dataset", iris, name="flowers").wait(60, progress=False)
    assert (job.status, job.result["rows"]) == (JobStatus.FINISHED, 3)
    assert job.frame()["species"].tolist() == ["setosa", "virginica", "setosa"]
    assert [item.name for item in job.results()] == ["rows"]
    assert job.save("rows", tmp_path / "out.csv").read_text().startswith('"length","species"')
    assert job.record.params["name"] == "flowers"
    found = client.jobs(search="flowers")
    assert [item.id for item in found] == [job.id]
    assert found.frame()["status"].tolist() == ["finished"]
    with pytest.raises(JobError, match="has made no table “none”"):
        job.frame("none")


def test_wrong_orders_raise_the_same_errors(client) -> None:
    with pytest.raises(ParameterError):
        client.submit("magic")
    with pytest.raises(JobNotFoundError):
        client.job("none")
    with pytest.raises(ParameterError) as told:
        client.submit("explorer", dataset_id=1)
    assert (told.value.parameter, bool(told.value.hint)) == ("explorer", True)


def test_a_failure_is_told_where_its_result_is_wanted(client, tmp_path) -> None:
    data = tmp_path / "broken.csv"
    data.write_bytes(b"\x00\x01\x02" * 50)
    job = client.submit("dataset", data).wait(60, progress=False)
    assert job.status is JobStatus.ERROR
    with pytest.raises(JobError, match="has no result"):
        job.frame()
    assert isinstance(job.logs(), list | tuple)


def test_waiting_shows_progress_and_ends_in_time(client, queue, tmp_path, capsys, until) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    job = client.job(queue.put(Held(started=str(started), release=str(release), name="held")))
    until(lambda: queue.get(job.id).progress_message == "Holding")
    with pytest.raises(TimeoutError, match="it goes on"):
        job.wait(0.01)
    assert "▶ running  held  50 %  Holding" in capsys.readouterr().err
    assert job.cancel()
    assert job.wait(progress=False).status is JobStatus.CANCELLED
    assert not job.cancel()
    again = job.retry()
    release.touch()
    assert again.wait(60).result == "let go"
    assert "✓ finished" in capsys.readouterr().err


def test_async_twins_do_not_block_the_loop(client, queue, tmp_path, iris) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    held_id = queue.put(Held(started=str(started), release=str(release)))

    async def notebook() -> None:
        held = await client.async_job(held_id)
        waiting = asyncio.create_task(held.async_wait(progress=False))
        while not started.exists():
            await asyncio.sleep(0)
        abandoned = asyncio.create_task(held.async_wait(progress=False))
        await asyncio.sleep(0)
        abandoned.cancel()
        # A wait that blocked the loop would never come here: the job is held until now.
        assert not waiting.done()
        release.touch()
        assert (await waiting).result == "let go"
        job = await client.async_submit("dataset", iris)
        await job.async_wait(60, progress=False)
        assert len(await job.async_frame()) == 3
        assert len(await client.async_jobs()) == 2

    asyncio.run(notebook())


def test_options_reach_the_job(client, iris) -> None:
    job = client.submit("dataset", iris, options=JobOptions(priority=4, delay_s=1000))
    assert (job.record.priority, job.status) == (4, JobStatus.NOT_STARTED)
    assert job.cancel()


def test_ctrl_c_ends_the_wait_and_says_so(client, queue, tmp_path, capsys, until) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    job = client.job(queue.put(Held(started=str(started), release=str(release), name="held")))
    until(started.exists)
    follow = job._backend.follow

    def interrupted(job_id: str, deadline: float | None):
        for record in follow(job_id, deadline):
            yield record
            raise KeyboardInterrupt

    job._backend.follow = interrupted
    with pytest.raises(WaitInterruptedError, match="“held” goes on") as told:
        job.wait()
    assert "stop it with job.cancel()" in capsys.readouterr().err
    assert told.value._render_traceback_() == [str(told.value)]
    job._backend.follow = follow
    release.touch()
    assert job.wait(60, progress=False).result == "let go"


SCRIPT = """
import sys
from queue_core import connect
from queue_core.client.job import WaitInterruptedError

client = connect()
job = client.submit("dataset", sys.argv[1])
held = client.job(sys.argv[2])
print("waiting", flush=True)
try:
    held.wait(progress=False)
except WaitInterruptedError as told:
    print(told, flush=True)
sys.stdin.readline()
print(held.wait(progress=False).status, job.wait(progress=False).status, flush=True)
client.close()
"""


def test_a_job_that_runs_in_the_notebook_survives_its_ctrl_c(local_folder, tmp_path, until) -> None:
    """Where no program runs jobs the waiting one does; Ctrl+C goes to all of its group."""
    started, release = tmp_path / "started", tmp_path / "release"
    data = tmp_path / "iris.csv"
    data.write_text(IRIS)
    queue = HueyJobQueue()
    held_id = queue.put(Held(started=str(started), release=str(release), name="held"))
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(data), held_id], text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with script:
        assert script.stdout is not None
        assert script.stdout.readline() == "waiting\n"
        until(started.exists, 60)
        os.killpg(script.pid, signal.SIGINT)
        assert "“held” goes on" in script.stdout.readline()
        assert queue.get(held_id).status is JobStatus.STARTED
        release.touch()
        out, told = script.communicate("\n", timeout=90)
    queue.close()
    assert (script.returncode, out) == (0, "finished finished\n"), told


def test_code_of_ones_own_goes_to_a_folder_only(client, queue) -> None:
    if client.place.startswith("http"):
        with pytest.raises(JobQueueError, match="code of your own"):
            client.submit(Echo(value=1))
    else:
        assert client.submit(Echo(value=7)).wait(60, progress=False).result == 7


def test_a_server_that_is_not_there_or_does_not_know_us(api, queue, monkeypatch) -> None:
    with connect(api.url, token="x" * 40) as stranger:
        with pytest.raises(JobQueueError, match="does not carry the token") as told:
            stranger.jobs()
        assert "monitor/api-token" in told.value.hint
    nobody = connect("http://127.0.0.1:9", token="x" * 40)
    with nobody, pytest.raises(JobQueueError, match="does not answer"):
        nobody.jobs()
    monkeypatch.delenv("DASHAI_MONITOR_TOKEN", raising=False)
    with pytest.raises(JobQueueError, match="no token"):
        connect("https://jobs.example")


def test_texts_of_others_are_shown_as_text(queue) -> None:
    job_id = queue.put(Echo(value=1, name="<script>alert(1)</script>\x1b[2J\u202e"))
    record = queue.get(job_id)
    assert "<script>" not in card(record)
    assert "&lt;script&gt;" in card(record)
    assert "\x1b" not in one_line(record)
    assert "\u202e" not in one_line(record) + card(record)
