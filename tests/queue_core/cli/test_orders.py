"""Commands that change something: cancel, retry, remove, and waiting for the end."""

from __future__ import annotations

import json
import signal
import subprocess

from queue_core import HueyJobQueue, JobStatus


def _read_until(process: subprocess.Popen[str], wanted: str) -> None:
    assert any(line == wanted for line in process.stderr)


def test_a_waiting_job_is_cancelled_and_can_be_removed(cli) -> None:
    job_id = cli.put("Count", name="mine")
    cancelled = cli("cancel", job_id[:13])
    assert (cancelled.code, cancelled.out) == (0, f"{job_id[:13]}  mine is cancelled.\n")
    again = cli("cancel", job_id)
    assert (again.code, again.out) == (0, f"{job_id[:13]}  mine had ended already: cancelled.\n")
    removed = cli("remove", job_id, "--json")
    assert [job["id"] for job in removed.json] == [job_id]
    assert cli("jobs", "--json").json == []


def test_a_running_job_of_another_program_is_cancelled(cli, tmp_path, until) -> None:
    job_id = cli.put("Hold", release=tmp_path / "never")
    with HueyJobQueue() as queue:
        until(lambda: queue.get(job_id).status is JobStatus.STARTED)
        kept = cli("remove", job_id)
        assert kept.code == 2
        assert "cancel it first" in kept.err
        (record,) = cli("cancel", job_id, "--json").json
        assert record["status"] == "cancelled"


def test_retry_waits_and_consumes_by_itself(cli) -> None:
    job_id = cli.put("Count", name="mine")
    cli("cancel", job_id)
    retried = cli("retry", job_id, "-p", "steps=5", "--wait", "--json")
    assert retried.code == 0, retried.err
    (record,) = retried.json
    assert (record["status"], record["result"]) == ("finished", {"counted": 5})
    assert record["retry_of"] == job_id
    assert "mine" in retried.err


def test_a_failure_is_the_exit_code_and_a_sentence(cli) -> None:
    job_id = cli.put("Fail", name="mine")
    cli("cancel", job_id)
    retried = cli("retry", job_id, "--wait")
    assert retried.code == 1
    assert "✗ failed" in retried.out
    assert "The column “x” is missing." in retried.out
    assert "Choose another." in retried.out


def test_a_job_that_has_not_ended_is_not_retried(cli) -> None:
    waiting, ended = cli.put("Count", name="waiting"), cli.put("Count", name="ended")
    cli("cancel", ended)
    retried = cli("retry", waiting, ended, "--json")
    assert retried.code == 2
    assert "“waiting” has not ended yet." in retried.err
    assert [job["retry_of"] for job in retried.json] == [ended]
    assert "No program runs jobs now" in retried.err


def test_waiting_leaves_the_work_to_a_program_that_consumes(cli) -> None:
    job_id = cli.put("Count")
    cli("cancel", job_id)
    with HueyJobQueue():
        retried = cli("retry", job_id, "--wait", "--json")
        assert retried.code == 0
        assert "No program" not in cli("retry", job_id).err


def test_ctrl_c_while_waiting_says_what_becomes_of_the_job(cli, tmp_path, until) -> None:
    first = cli.put("Hold", release=tmp_path / "release", name="mine")
    cli("cancel", first)
    with HueyJobQueue() as queue, cli.start("retry", first, "--wait") as waiter:
        until(lambda: len(queue.ids()) == 2)
        (job_id,) = set(queue.ids()) - {first}
        until(lambda: queue.get(job_id).status is JobStatus.STARTED)
        _read_until(waiter, "mine: 50 % Holding\n")
        waiter.send_signal(signal.SIGINT)
        _, told = waiter.communicate(timeout=30)
        # Python ends by the signal where it came while code was made of a text, e.g. a dataclass;
        # both are 130 to a shell.
        assert waiter.returncode in (130, -signal.SIGINT), told
        assert f"“mine” goes on; stop it with: dashai-monitor cancel {job_id[:13]}" in told
        assert queue.get(job_id).status is JobStatus.STARTED
        (tmp_path / "release").touch()
        assert queue.wait(job_id, 30).status is JobStatus.FINISHED


def test_ctrl_c_where_the_waiter_ran_the_job_itself(cli, tmp_path, until) -> None:
    first = cli.put("Hold", release=tmp_path / "release", name="mine")
    cli("cancel", first)
    with cli.start("retry", first, "--wait", "--json") as waiter:
        _read_until(waiter, "mine: 50 % Holding\n")
        waiter.send_signal(signal.SIGINT)
        out, told = waiter.communicate(timeout=30)
    assert (waiter.returncode, out) == (130, "")
    again, interrupted = cli("jobs", "--json", "--limit", "2").json
    assert (again["status"], interrupted["status"]) == ("not_started", "killed")
    assert again["retry_of"] == interrupted["id"]
    assert f"“mine” was interrupted and waits again, as {again['id'][:13]}" in told


def test_jobs_of_dashai_are_left_alone(cli) -> None:
    queue = HueyJobQueue()
    with queue._database.transaction() as connection:
        connection.execute(
            "INSERT INTO task_copy (id, task_type, job_name, status) "
            "VALUES ('1', 'ModelJob', 'theirs', 'finished')"
        )
    queue.close()
    for command in ("cancel", "retry", "remove"):
        refused = cli(command, "1")
        assert refused.code == 2
        assert "belongs to DashAI" in refused.err
    assert json.loads(cli("show", "1", "--json").out)["origin"] is None
    assert "DashAI" in cli("show", "1").out
