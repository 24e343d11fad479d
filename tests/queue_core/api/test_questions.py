"""What the API tells, field by field as DashAI 0.10 tells it."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime

from sample_jobs import Echo, Prints, Raises

from queue_core import JobOptions
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.queue.engine.options import EngineOptions

STATUS = ("status", "updated", "error", "job_name", "progress", "progress_message")
ITEM = (
    "id", "task_type", "job_name", "enqueued_at", "status", "last_update", "error_msg", "progress",
    "progress_message",
)  # fmt: skip
CHANGES = ("jobs", "cursor", "server_now", "queue_empty", "recently_completed")
DETAILS = (
    "entity_type", "entity_id", "entity_name", "created_at", "last_modified", *STATUS,
)  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+")


def test_the_status_has_the_fields_that_dashai_s_front_end_polls(queue, api) -> None:
    job_id = queue.put(Echo(value=1, name="once"))
    status = api.get(f"/api/v1/job/status/{job_id}")
    assert tuple(status) == STATUS
    assert status == {
        "status": "not_started", "updated": status["updated"], "error": None, "job_name": "once",
        "progress": None, "progress_message": None,
    }  # fmt: skip
    assert MOMENT.fullmatch(status["updated"])


def test_a_failure_and_an_end_reach_the_status(queue, api) -> None:
    queue.start(1, EngineOptions(grace_s=0.5))
    done = queue.wait(queue.put(Echo(value=1)), 30)
    failed = queue.wait(queue.put(Raises()), 30)
    assert api.get(f"/api/v1/job/status/{done.id}")["status"] == "finished"
    status = api.get(f"/api/v1/job/status/{failed.id}")
    assert (status["status"], status["error"]) == ("error", failed.error_msg)


def test_a_status_that_nobody_knows(api) -> None:
    answer = api.client.get("/api/v1/job/status/none")
    assert answer.status_code == 404
    assert tuple(answer.json()) == ("code", "message", "hint", "field", "detail")
    assert answer.json()["code"] == "no_such_job"


def test_values_of_other_programs_do_not_break_the_status(queue, api) -> None:
    job_id = queue.put(Echo(value=1))
    with sqlite3.connect(queue.folder.queue_db) as other:
        other.execute("UPDATE task_copy SET progress = 9e999, error_msg = x'ff', job_name = NULL")
    other.close()
    status = api.get(f"/api/v1/job/status/{job_id}")
    assert (status["progress"], status["error"], status["job_name"]) == (None, None, "Echo")


def test_lists_are_arrays_of_dashai_s_items(queue, api) -> None:
    ids = [queue.put(Echo(value=1, name=name)) for name in ("first", "middle", "last")]
    jobs = api.get("/api/v1/job/")
    assert [job["id"] for job in jobs] == ids[::-1]
    assert all(tuple(job)[:9] == ITEM for job in jobs)
    assert [job["id"] for job in api.get("/api/v1/job/", search="middle")] == [ids[1]]
    assert [job["id"] for job in api.get("/api/v1/job/", limit=1, offset=1)] == [ids[1]]
    assert api.get("/api/v1/job/", status="finished") == []


def test_a_whole_job_has_its_parameters_and_every_other_field(queue, api) -> None:
    job_id = queue.put(Echo(value=[1, None]), JobOptions(priority=3))
    job = api.get(f"/api/v1/job/{job_id}")
    assert tuple(job)[:9] == ITEM
    assert job["kwargs"] == {"value": [1, None]}
    assert (job["priority"], job["result"], job["traceback"]) == (3, None, None)


def test_numbers_that_json_does_not_know_are_texts(queue, api) -> None:
    queue.start(1)
    job_id = queue.put(Echo(value=float("nan")))
    queue.wait(job_id, 30)
    assert api.get(f"/api/v1/job/{job_id}")["result"] == "NaN"


def test_changes_since_a_time_and_after_a_number(queue, api) -> None:
    first = queue.put(Echo(value=1))
    changes = api.get("/api/v1/job/changes")
    assert tuple(changes)[:5] == CHANGES
    assert [job["id"] for job in changes["jobs"]] == [first]
    assert tuple(changes["jobs"][0])[:9] == ITEM
    assert (changes["queue_empty"], changes["recently_completed"]) == (False, False)
    assert MOMENT.fullmatch(changes["cursor"])
    second = queue.put(Echo(value=2))
    since = api.get("/api/v1/job/changes", since=changes["cursor"])
    assert second in [job["id"] for job in since["jobs"]]
    after = api.get("/api/v1/job/changes", after=changes["sequence"])
    assert [job["id"] for job in after["jobs"]] == [second]
    queue.cancel(second)
    queue.remove([second])
    gone = api.get("/api/v1/job/changes", after=after["sequence"])
    assert (gone["jobs"], gone["deleted"]) == ([], [second])
    assert api.get("/api/v1/job/changes", after=2**52)["reset"]


def test_a_time_may_be_written_as_iso_with_a_zone(queue, api) -> None:
    queue.put(Echo(value=1))
    now = datetime.now(UTC)
    for text in (now.isoformat(), now.isoformat().replace("+", " "), f"{now:%Y-%m-%dT%H:%M:%SZ}"):
        assert len(api.get("/api/v1/job/changes", since=text)["jobs"]) == 1
    assert api.client.get("/api/v1/job/changes", params={"since": "soon"}).status_code == 422
    assert api.get("/api/v1/job/changes", since="0001-01-01 00:00:00")["jobs"]


def test_the_queue_is_empty_or_not(queue, api) -> None:
    assert api.get("/api/v1/job/is_empty") == {"is_empty": True}
    queue.put(Echo(value=1))
    assert api.get("/api/v1/job/is_empty") == {"is_empty": False}


def test_details_tell_the_entity_as_dashai_does(queue, api, tmp_path) -> None:
    data = tmp_path / "iris.csv"
    data.write_text("a,b\n1,2\n")
    queue.start(1)
    loaded = queue.wait(queue.put(DatasetJob(file_path=str(data))), 60)
    details = api.get(f"/api/v1/job/{loaded.id}/details")
    assert set(DETAILS) <= set(details)
    assert (details["entity_type"], details["entity_name"]) == ("dataset", "iris")
    assert (details["status"], details["entity_id"]) == ("finished", 1)
    assert MOMENT.fullmatch(details["created_at"])
    echoed = queue.wait(queue.put(Echo(value={"entity": "run", "id": 99})), 60)
    assert api.get(f"/api/v1/job/{echoed.id}/details") == {"id": echoed.id, "no_entity": True}


def test_logs_by_page_and_from_the_end(queue, api) -> None:
    queue.start(1)
    job_id = queue.put(Prints(lines=30))
    queue.wait(job_id, 30)
    place = f"/api/v1/job/{job_id}/logs"
    lines = [line for line in api.get(place) if line["source"] == "stdout"]
    assert [line["text"] for line in lines] == [f"line {number}" for number in range(30)]
    assert tuple(lines[0]) == ("number", "time", "level", "source", "text", "attempt")
    assert api.get(place, after=lines[9]["number"], limit=5) == lines[10:15]
    assert api.get(place, tail=3) == api.get(place)[-3:]
    assert api.client.get("/api/v1/job/none/logs").status_code == 404
