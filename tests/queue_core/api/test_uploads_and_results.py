"""Files that come in, and those that go out."""

from __future__ import annotations

import io
import os
import time

import pandas as pd
import pytest
from sample_jobs import Echo

from queue_core import JobStatus
from queue_core.api.uploads import KEPT_AFTER_ERROR_S, KEPT_S, plain_name, sweep_uploads
from queue_core.jobs.dataset_job import DatasetJob

IRIS = b"length,species\n5.1,setosa\n6.3,virginica\n4.9,setosa\n"


@pytest.fixture
def loaded(queue, api) -> str:
    queue.start(1)
    made = api.client.post("/api/v1/datasets/", params={"filename": "iris.csv"}, content=IRIS)
    assert made.status_code == 201, made.text
    ended = queue.wait(made.json()["id"], 60)
    assert ended.status is JobStatus.FINISHED, ended.error_msg
    return ended.id


def test_rows_come_back_in_the_forms_of_a_table(api, loaded) -> None:
    found = api.get(f"/api/v1/job/{loaded}/artifacts")
    assert found[0] == {
        "name": "rows", "kind": "table", "title": "Rows",
        "formats": ["csv", "parquet", "xlsx", "feather"],
    }  # fmt: skip
    place = f"/api/v1/job/{loaded}/artifacts/rows"
    whole = pd.read_parquet(io.BytesIO(api.client.get(place).content))
    assert whole["species"].tolist() == ["setosa", "virginica", "setosa"]
    csv = api.client.get(place, params={"format": "csv"})
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.headers["x-content-type-options"] == "nosniff"
    assert pd.read_csv(io.BytesIO(csv.content)).shape == (3, 2)
    assert api.client.get(place, params={"format": "svg"}).status_code == 422
    assert api.client.get(f"/api/v1/job/{loaded}/artifacts/none").status_code == 404
    assert not list(api_temporary(api, loaded))


def api_temporary(_api, _loaded) -> list[str]:
    from queue_core.paths import LocalFolder

    return [path.name for path in LocalFolder.resolve().temporary.glob("api-*")]


def test_figures_and_texts_of_an_exploration(api, queue, loaded) -> None:
    asked = {
        "job_type": "explorer",
        "kwargs": {"dataset_id": 1, "explorer": "distribution", "columns": ["length"]},
    }
    job_id = api.post("/api/v1/job/", asked)["id"]
    ended = queue.wait(job_id, 60)
    assert ended.status is JobStatus.FINISHED, ended.error_msg
    kinds = {item["kind"]: item["name"] for item in api.get(f"/api/v1/job/{job_id}/artifacts")}
    picture = api.client.get(
        f"/api/v1/job/{job_id}/artifacts/{kinds['figure']}", params={"format": "svg"}
    )
    assert picture.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in picture.content


def test_datasets_are_listed_and_told(api, loaded) -> None:
    (listed,) = api.get("/api/v1/datasets/", search="iris")
    assert (listed["name"], listed["row_count"], listed["job_id"]) == ("iris", 3, loaded)
    assert api.get(f"/api/v1/datasets/{listed['id']}") == listed
    assert api.client.get("/api/v1/datasets/99").status_code == 404
    assert "dataset" in [item["name"] for item in api.get("/api/v1/job-types/")]


def test_a_result_that_names_what_is_not_there(api, queue) -> None:
    queue.start(1)
    for result in ({"entity": "dataset", "id": 10**30}, {"entity": "../..", "id": 1}, [1], "x"):
        ended = queue.wait(queue.put(Echo(value=result)), 30)
        assert api.get(f"/api/v1/job/{ended.id}/artifacts") == []


def test_an_upload_that_breaks_off_leaves_nothing(api, queue) -> None:
    from urllib.parse import urlsplit

    place = urlsplit(api.url)
    import socket

    head = (
        f"POST /api/v1/datasets/?filename=a.csv HTTP/1.1\r\nHost: {place.netloc}\r\n"
        f"Authorization: Bearer {api.token}\r\nContent-Length: 9000000\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(head.encode() + b"a,b\n" * 500_000)
    api.get("/api/v1/job/")
    deadline = time.monotonic() + 20
    while list(queue.folder.uploads.glob("*")):
        assert time.monotonic() < deadline
        api.get("/api/v1/job/is_empty")
    assert queue.list() == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("iris.csv", "iris.csv"), ("../../etc/passwd", "passwd"), ("C:\\data\\a.csv", "a.csv"),
        ("..", "upload"), ("", "upload"), ("a\x00b\n.csv", "ab.csv"), (".hidden", "hidden"),
        ("años.csv", "años.csv"), ("x" * 500 + ".csv", "x" * 196 + ".csv"),
        ("a:b?.csv", "a_b_.csv"), ("\u202egnp.exe", "gnp.exe"),
    ],
)  # fmt: skip
def test_a_name_is_nothing_but_a_name(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept


def test_files_are_kept_while_a_job_may_need_them(queue) -> None:
    uploads = queue.folder.uploads
    now_s = time.time()

    def upload(name: str, age_s: float) -> str:
        place = uploads / name
        place.mkdir(parents=True)
        (place / "a.csv").write_text("a\n1\n")
        os.utime(place, (now_s - age_s, now_s - age_s))
        return str(place / "a.csv")

    fresh = upload("1" * 32, 60)
    upload("2" * 32, KEPT_S + 60)
    waiting = upload("3" * 32, KEPT_S + 60)
    queue.put(DatasetJob(file_path=waiting))
    failed = upload("4" * 32, KEPT_S + 60)
    queue.cancel(queue.put(DatasetJob(file_path=failed)))
    long_failed = upload("5" * 32, KEPT_AFTER_ERROR_S + 60)
    queue.cancel(queue.put(DatasetJob(file_path=long_failed)))
    assert sweep_uploads(uploads, queue) == 2
    assert {path.name[0] for path in uploads.iterdir()} == {"1", "3", "4"}
    assert fresh
