"""`worker`: jobs run without a window until it is told to end."""

from __future__ import annotations

import json
import signal

from queue_core import HueyJobQueue, JobStatus


def test_it_runs_jobs_until_sigterm_and_says_what_it_interrupts(cli, tmp_path, until) -> None:
    done = cli.put("Count", name="short")
    with cli.start("worker", "--workers", 2, "--json") as worker:
        queue = HueyJobQueue()
        until(lambda: queue.get(done).status is JobStatus.FINISHED)
        held = cli.put("Hold", name="long", release=tmp_path / "never")
        until(lambda: queue.get(held).progress_message == "Holding")
        assert cli("pause", held).out.endswith("long is paused.\n")
        until(lambda: queue.get(held).paused)
        assert cli("resume", held).code == 0
        assert "Hold.run" in cli("stacks", held).out
        worker.send_signal(signal.SIGTERM)
        out, told = worker.communicate(timeout=30)
        assert queue.get(held).status is JobStatus.KILLED
        queue.close()
    assert worker.returncode == 0
    assert [job["id"] for job in json.loads(out)["interrupted"]] == [held]
    assert "✓ finished" in told
    assert f"dashai-monitor interrupted retry {held[:13]}" in told


def test_a_number_of_workers_that_makes_no_sense(run) -> None:
    assert run("worker", "--workers", 0).code == 2
