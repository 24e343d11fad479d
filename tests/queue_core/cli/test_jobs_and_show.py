"""What the reading commands print: tables and sentences for people, one document for programs."""

from __future__ import annotations

from datetime import datetime

import pytest

from queue_core import HueyJobQueue
from queue_core.queue.job_record import JobRecord


@pytest.fixture
def ended(cli) -> dict[str, str]:
    """A finished and a failed job, by the command line's own doing."""
    jobs = {"Count": cli.put("Count", name="first"), "Fail": cli.put("Fail", name="second")}
    with HueyJobQueue() as queue:
        for job_id in jobs.values():
            queue.wait(job_id, 30)
    return jobs


def test_an_empty_queue_says_so(cli) -> None:
    assert cli("jobs") == type(cli("jobs"))(0, "", "No jobs.\n")
    assert cli("jobs", "--json").json == []


def test_a_table_and_a_document_of_jobs(cli, ended) -> None:
    table = cli("jobs").out.splitlines()
    assert table[0].split() == [
        "STATUS", "ID", "TYPE", "NAME", "PROGRESS", "CREATED", "DURATION", "ERROR",
    ]  # fmt: skip
    assert table[1].split()[:2] == ["✗", "failed"]
    assert "The column “x” is missing." in table[1]
    assert table[2].split()[:2] == ["✓", "finished"]
    assert len(table) == 3

    newest, oldest = cli("jobs", "--json").json
    assert set(JobRecord.__dataclass_fields__) == set(newest)
    assert (newest["id"], newest["status"]) == (ended["Fail"], "error")
    assert (oldest["id"], oldest["status"], oldest["progress"]) == (ended["Count"], "finished", 100)
    assert datetime.fromisoformat(oldest["started_at"]).utcoffset() is not None


def test_a_list_is_saved_as_a_table(cli, ended, tmp_path) -> None:
    file = tmp_path / "jobs.csv"
    assert cli("jobs", "--status", "failed", "--save", str(file)).out == f"1 job in {file}\n"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ended["Fail"] in lines[1]
    refused = cli("jobs", "--save", str(tmp_path / "jobs.doc"))
    assert refused.code != 0
    assert "csv" in refused.err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--status", "error"], ["second"]),
        (["--status", "failed"], ["second"]),
        (["--status", "error", "--status", "finished"], ["second", "first"]),
        (["--status", "killed"], []),
        (["--type", "count"], ["first"]),
        (["--type", "Fail", "--search", "COLUMN second"], ["second"]),
        (["--search", "100%"], []),
        (["--where", "status:failed error:column -first"], ["second"]),
        (["--where", "type:count took:<1h"], ["first"]),
        (["--limit", "1"], ["second"]),
        (["--limit", "0"], []),
    ],
)
def test_filters(cli, ended, arguments, names) -> None:
    assert [job["job_name"] for job in cli("jobs", "--json", *arguments).json] == names


def test_a_limited_table_says_that_there_is_more(cli, ended) -> None:
    limited = cli("jobs", "--limit", "1")
    assert len(limited.out.splitlines()) == 2
    assert "older ones" in limited.err


def test_show_tells_why_a_job_failed(cli, ended) -> None:
    shown = cli("show", ended["Fail"][:18]).out
    for piece in (
        "✗ failed", ended["Fail"], "The column “x” is missing.", "Choose another.",
        "because of KeyError: 'key'", "Traceback (most recent call last):",
        "about to fail", "name = second",
    ):  # fmt: skip
        assert piece in shown


def test_show_as_a_document_has_the_log(cli, ended) -> None:
    shown = cli("show", ended["Count"], "--json").json
    assert shown["result"] == {"counted": 3}
    assert [line["text"] for line in shown["log"]] == ["step 0", "step 1", "step 2"]
    assert shown["log"][0]["source"] == "stdout"
    failed = cli("--json", "show", ended["Fail"]).json
    assert failed["error_type"] == "DataError"
    assert failed["error_causes"] == [{"type": "KeyError", "message": "'key'"}]
    assert "dataset" not in failed


def test_an_unknown_or_ambiguous_id(cli, ended) -> None:
    for command in (["show"], ["logs"], ["cancel"], ["retry"], ["remove"]):
        unknown = cli(*command, "ffff")
        assert (unknown.code, unknown.out) == (3, "")
        assert unknown.err.startswith("There is no job whose id begins with “ffff”.")
    ambiguous = cli("show", ended["Count"][:4])
    assert ambiguous.code == 2
    assert "2 jobs have an id that begins with" in ambiguous.err
    assert ended["Count"][:13] in ambiguous.err
    assert cli("show", "").code == 3


def test_logs(cli, ended) -> None:
    assert cli("logs", ended["Count"]).out == "step 0\nstep 1\nstep 2\n"
    assert cli("logs", ended["Count"], "-n", "1").out == "step 2\n"
    assert cli("logs", "-t", ended["Fail"]).out.split(maxsplit=1)[1] == "about to fail\n"
    (line,) = cli("logs", ended["Fail"], "--json").json
    assert line["text"] == "about to fail"


def test_logs_are_followed_until_the_job_ends(cli, ended, tmp_path) -> None:
    release = tmp_path / "release"
    job_id = cli.put("Hold", release=release)
    with HueyJobQueue() as queue, cli.start("logs", "-f", job_id) as follower:
        assert follower.stdout.readline() == "begun\n"
        release.touch()
        assert follower.communicate(timeout=30) == ("done\n", "")
        assert follower.returncode == 0
        queue.wait(job_id, 30)


def test_what_a_job_returned_is_shown(cli) -> None:
    job_id = cli.put("Count", name="mine")
    cli("cancel", job_id)
    retried = cli("retry", job_id, "--wait", "--json")
    shown = cli("show", retried.json[0]["id"])
    assert '  Result:       {"counted": 3}\n' in shown.out
    assert cli("show", job_id, "--json").json["wait_reason"] is None


def test_a_query_that_cannot_be_understood_says_what_to_write(cli) -> None:
    said = cli("jobs", "--where", "stauts:error")
    assert said.code != 0
    assert "There is no key “stauts” (character 1)." in said.err
    assert "status:" in said.err
