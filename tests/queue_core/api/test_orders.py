"""What can be ordered: jobs put, changed, stopped, repeated."""

from __future__ import annotations

import json
import sqlite3

import pytest
from sample_jobs import Echo, Held, Raises

from queue_core import JobStatus
from queue_core.api.serving import ServeOptions

DESCRIBE = {"dataset_id": 1, "explorer": "describe"}


def refused(answer, status: int, code: str, field: str | None = None) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert body["message"].endswith(".")
    if field is not None:
        assert body["field"] == field


@pytest.fixture
def table(queue, api) -> str:
    """The id of a dataset job that has finished."""
    queue.start(1)
    made = api.client.post("/api/v1/datasets/?filename=iris.csv", content=b"a,b\n1,2\n3,5\n")
    job_id = made.json()["id"]
    assert queue.wait(job_id, 60).status is JobStatus.FINISHED
    return job_id


def test_a_job_as_json_and_as_dashai_s_form(queue, api, table) -> None:
    made = api.client.post("/api/v1/job/", json={"job_type": "ExplorerJob", "kwargs": DESCRIBE})
    assert (made.status_code, list(made.json())) == (201, ["id"])
    form = {"job_type": "ExplorerJob", "kwargs": json.dumps(DESCRIBE)}
    by_form = api.client.post("/api/v1/job/", data=form)
    as_parts = api.client.post("/api/v1/job/", files={k: (None, v) for k, v in form.items()})
    for answer in (made, by_form, as_parts):
        ended = queue.wait(answer.json()["id"], 60)
        assert (ended.task_type, ended.status) == ("ExplorerJob", JobStatus.FINISHED)


def test_a_form_with_a_file_as_dashai_s_front_end_sends_it(queue, api) -> None:
    queue.start(1)
    answer = api.client.post(
        "/api/v1/job/",
        data={"job_type": "DatasetJob", "kwargs": json.dumps({"name": "flowers"})},
        files={"file": ("../../iris.csv", b"a;b\n" + b"1;2\n" * 50_000)},
        headers={"filename": "iris.csv"},
    )
    assert answer.status_code == 201, answer.text
    ended = queue.wait(answer.json()["id"], 60)
    assert (ended.status, ended.result["rows"]) == (JobStatus.FINISHED, 50_000)
    assert ended.result["name"] == "flowers"


def test_options_say_how_it_is_run(queue, api) -> None:
    form = {"name": "kept", "function": "builtins:print"}
    asked = {"job_type": "dataset", "kwargs": {}, "options": {"priority": 5, "timeout_s": 60}}
    kept = api.client.post("/api/v1/uploads/?filename=a.csv", content=b"a\n1\n").json()["file"]
    asked["kwargs"] = {"file_path": kept}
    job = queue.get(api.post("/api/v1/job/", asked)["id"])
    assert (job.priority, job.timeout_s) == (5, 60)
    asked["options"] = {"priority": "high"}
    refused(api.client.post("/api/v1/job/", json=asked), 422, "wrong_parameter", "options.priority")
    asked["options"] = {"after": ["none"]}
    refused(api.client.post("/api/v1/job/", json=asked), 404, "no_such_job")
    assert form


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"job_type": "magic", "kwargs": {}}, 422, "wrong_parameter", None),
        ({"kwargs": {}}, 422, "wrong_parameter", "job_type"),
        ({"job_type": "dataset", "kwargs": []}, 422, "wrong_parameter", "kwargs"),
        ({"job_type": "dataset", "kwargs": {}, "more": 1}, 422, "wrong_parameter", "more"),
        ({"job_type": "dataset", "kwargs": {"kwargs": 5}}, 422, "wrong_parameter", "kwargs"),
        ({"job_type": "dataset", "kwargs": {"self": 5}}, 422, "wrong_parameter", "kwargs"),
        (
            {"job_type": "dataset", "kwargs": {"file_path": "upload:../../x"}},
            422, "wrong_parameter", "file_path",
        ),
        ({"job_type": "explorer", "kwargs": {}}, 422, "wrong_parameter", "explorer"),
    ],
)  # fmt: skip
def test_a_wrong_job_is_refused_with_a_reason(api, queue, body, status, code, field) -> None:
    refused(api.client.post("/api/v1/job/", json=body), status, code, field)
    assert not queue.list()


@pytest.mark.parametrize(
    ("job_type", "kwargs"),
    [
        ("dataset", {"file_path": "/etc/passwd"}), ("DatasetJob", {"path": "/etc/passwd"}),
        ("dataset", {"url": "file:///etc/passwd"}), ("python", {"script": "/tmp/x.py"}),
        ("python", {"function": "os:getcwd"}), ("predict", {"file_path": "/etc/passwd"}),
        ("generative", {"generator": "gguf_file", "model": "/etc/passwd", "prompt": "x"}),
    ],
)  # fmt: skip
def test_files_of_this_computer_are_not_for_clients(api, queue, job_type, kwargs) -> None:
    asked = {"job_type": job_type, "kwargs": kwargs}
    refused(api.client.post("/api/v1/job/", json=asked), 403, "files_not_allowed")
    assert not queue.list()


def test_they_are_where_it_was_said(serve, queue, tmp_path) -> None:
    data = tmp_path / "own.csv"
    data.write_text("a,b\n1,2\n")
    queue.start(1)
    with serve(ServeOptions(port=0, trusts_paths=True)) as api:
        asked = {"job_type": "dataset", "kwargs": {"file_path": str(data)}}
        assert queue.wait(api.post("/api/v1/job/", asked)["id"], 60).result["rows"] == 1


def test_a_waiting_job_is_changed(queue, api) -> None:
    first, second = queue.put(Echo(value=1)), queue.put(Echo(value=2))
    job = api.client.patch("/api/v1/job/", json={"id": second, "move": "top"}).json()
    assert (job["id"], queue.peek().id) == (second, second)
    change = {"id": first, "priority": 7, "pinned": True}
    job = api.client.patch("/api/v1/job/", json=change).json()
    assert (job["priority"], job["pinned"], queue.peek().id) == (7, True, first)
    refused(api.client.patch("/api/v1/job/", json={"id": "none"}), 404, "no_such_job")
    refused(api.client.patch("/api/v1/job/", json={"id": first, "x": 1}), 422, "wrong_parameter")
    queue.cancel(first)
    late = {"id": first, "priority": 1}
    refused(api.client.patch("/api/v1/job/", json=late), 409, "refused")


def test_a_running_job_is_paused_and_stopped(queue, api, tmp_path, until) -> None:
    queue.start(1)
    started = tmp_path / "started"
    job_id = queue.put(Held(started=str(started), release=str(tmp_path / "never")))
    until(started.exists)
    assert api.client.patch("/api/v1/job/", json={"id": job_id, "paused": True}).json()["paused"]
    resumed = api.client.patch("/api/v1/job/", json={"id": job_id, "paused": False})
    assert resumed.json()["paused"] is False
    assert api.client.delete(f"/api/v1/job/{job_id}").status_code == 204
    assert queue.wait(job_id, 30).status is JobStatus.CANCELLED
    assert api.post(f"/api/v1/job/{job_id}/cancel") == {"cancelled": 0}


def test_an_ended_job_is_taken_off_the_list(queue, api) -> None:
    job_id = queue.put(Echo(value=1))
    assert api.post(f"/api/v1/job/{job_id}/cancel") == {"cancelled": 1}
    assert queue.get(job_id).status is JobStatus.CANCELLED
    assert api.client.delete(f"/api/v1/job/{job_id}").status_code == 204
    assert queue.list() == []
    refused(api.client.delete(f"/api/v1/job/{job_id}"), 404, "no_such_job")


def test_all_jobs_are_stopped_at_once(queue, api) -> None:
    for _ in range(3):
        queue.put(Echo(value=1))
    assert api.client.delete("/api/v1/job/all").json() == {"cancelled": 3}
    assert api.client.delete("/api/v1/job/all").json() == {"cancelled": 0}


def test_jobs_of_dashai_are_left_alone(queue, api) -> None:
    job_id = queue.put(Echo(value=1))
    with sqlite3.connect(queue.folder.queue_db) as other:
        other.execute("UPDATE task_copy SET origin = NULL")
    other.close()
    refused(api.client.delete(f"/api/v1/job/{job_id}"), 409, "refused")
    refused(api.client.patch("/api/v1/job/", json={"id": job_id, "priority": 1}), 409, "refused")
    assert api.get(f"/api/v1/job/status/{job_id}")["status"] == "not_started"


def test_a_job_is_repeated_with_changes_that_a_new_one_may_have(queue, api, table) -> None:
    failed = queue.wait(queue.put(Raises()), 30)
    again = api.post(f"/api/v1/job/{failed.id}/retry", {})["id"]
    assert queue.get(again).retry_of == failed.id
    place = f"/api/v1/job/{failed.id}/retry"
    refused(api.client.post(place, json={"changes": {"x": 1}}), 403, "files_not_allowed")
    renamed = api.post(f"/api/v1/job/{table}/retry", {"changes": {"name": "again"}})["id"]
    assert queue.wait(renamed, 60).result["name"] == "again"
    outside = {"changes": {"file_path": "/etc/passwd"}}
    answer = api.client.post(f"/api/v1/job/{table}/retry", json=outside)
    refused(answer, 403, "files_not_allowed")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n1\r\n--x--',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1',
        ),
        ("application/x-www-form-urlencoded", b"job_type=dataset"),
        ("application/x-www-form-urlencoded", b"job_type=dataset&kwargs={"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("text/plain", b"hello"),
    ],
)
def test_forms_that_cannot_be_read(api, queue, content_type, body) -> None:
    answer = api.client.post("/api/v1/job/", content=body, headers={"Content-Type": content_type})
    assert answer.status_code in (400, 422), answer.text
    assert not queue.list()
    assert not list(queue.folder.uploads.glob("*/*"))
