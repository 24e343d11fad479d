"""Order and time of waiting jobs, schedules, clean-up, and looks into a job."""

from __future__ import annotations

import zipfile

from queue_core import HueyJobQueue


def test_jobs_are_moved_and_given_priority(run, waiting) -> None:
    ids = {name: waiting(name) for name in ("a", "b", "c")}
    with HueyJobQueue() as queue:  # it consumes, but the queue is paused: nothing starts
        queue.pause_queue()
        assert run("move", ids["c"], "top").code == 0
        assert queue.peek().job_name == "c"
        assert run("move", ids["c"], ids["a"], "bottom").code == 0
        assert queue.peek().job_name == "b"
        assert run("priority", ids["a"], 5).out == f"{ids['a'][:13]}  a has priority 5.\n"
        assert queue.peek().job_name == "a"
        assert run("why", ids["a"]).out == "The queue is paused.\n"
        queue.cancel_all()
    ended = run("priority", ids["a"], 1)
    assert (ended.code, ended.out) == (2, "")
    assert "does not wait: it is cancelled" in ended.err
    assert run("move", ids["a"], "top").code == 2
    assert "is not a place in the queue" in run("move", ids["a"]).err
    assert run("why", ids["a"], "--json").json is None


def test_the_queue_is_paused_until_it_is_resumed(run, waiting) -> None:
    job_id = waiting("mine")
    assert "The queue is paused" in run("pause").out
    assert run("why", job_id, "--json").json["kind"] == "paused"
    assert run("resume", "--json").json == {"paused": False}
    assert run("why", job_id, "--json").json["kind"] == "no_worker"
    refused = run("pause", job_id)
    assert (refused.code, refused.out) == (2, f"{job_id[:13]}  mine does not run: it is waiting.\n")


def test_all_jobs_or_some_are_cancelled(run, waiting) -> None:
    for name in ("red apple", "green apple", "pear"):
        waiting(name)
    some = run("cancel", "--all", "--search", "apple", "--json").json
    assert {job["job_name"] for job in some} == {"red apple", "green apple"}
    assert run("cancel", "--all", "--type", "dataset").err == "No waiting or running job matches.\n"
    assert [job["job_name"] for job in run("cancel", "--all", "--json").json] == ["pear"]
    for wrong in (["--all", "01"], ["--search", "apple"], []):
        assert run("cancel", *wrong).code == 2


def test_a_schedule_is_added_switched_changed_and_removed(run, tmp_path) -> None:
    (tmp_path / "t.csv").write_text("x\n1\n")
    (added,) = run(
        "schedule", "add", "dataset", tmp_path / "t.csv", "--cron", "30 18 * * 1-5", "--json"
    ).json
    assert (added["cron"], added["enabled"]) == ("30 18 * * 1-5", True)
    assert added["params"]["file_path"] == str(tmp_path / "t.csv")
    short = added["id"][:13]
    assert run("schedule", "off", short).out.endswith("is off.\n")
    assert run("schedule", "list", "--json").json[0]["enabled"] is False
    assert run("schedule", "change", short, "--cron", "@daily").code == 0
    assert "@daily" in run("schedule").out
    assert run("schedule", "remove", short).out.endswith("is removed.\n")
    assert run("schedule", "--json").json == []
    assert run("schedule", "off", short).code == 3
    wrong = run("schedule", "add", "dataset", tmp_path / "t.csv", "--cron", "at night")
    assert (wrong.code, wrong.out) == (2, "")


def test_ended_jobs_are_cleaned_up(run, waiting) -> None:
    for name in ("a", "b", "c"):
        waiting(name)
    run("cancel", "--all")
    assert run("clean-up").code == 2  # the settings keep all
    assert run("clean-up", "--older-than", 1, "--json").json["removed"] == 0
    assert run("clean-up", "--keep", 1, "--json").json["removed_for_count"] == 2
    assert len(run("jobs", "--json").json) == 1


def test_a_report_is_a_zip(run, waiting, tmp_path) -> None:
    job_id = waiting("mine")
    written = run("report", job_id, tmp_path / "r.zip", "--json").json
    assert "record.json" in zipfile.ZipFile(written["path"]).namelist()
    assert run("stacks", job_id).code == 2
    assert run("attempts", job_id, "--json").json == []


def test_interrupted_jobs_are_resumed_or_discarded(run, waiting) -> None:
    ids = [waiting(name) for name in ("once", "twice")]
    queue = HueyJobQueue()
    with queue._database.transaction() as connection:
        connection.execute(
            "UPDATE task_copy SET status = 'killed', interruptions = "
            "CASE job_name WHEN 'twice' THEN 2 ELSE 1 END"
        )
    queue.close()
    listed = run("interrupted", "--json").json
    assert {job["job_name"]: job["interruptions"] for job in listed} == {"once": 1, "twice": 2}
    assert "INTERRUPTIONS" in run("interrupted").out
    resumed = run("interrupted", "retry", "--json")
    assert [(job["retry_of"], job["interruptions"]) for job in resumed.json] == [(ids[0], 1)]
    assert "twice was interrupted 2 times and is left out" in resumed.err
    refused = run("interrupted", "retry", ids[0])
    assert (refused.code, refused.out) == (2, "")
    assert [job["id"] for job in run("interrupted", "remove", "--json").json] == [ids[1]]
    assert "No job was interrupted." in run("interrupted").err
