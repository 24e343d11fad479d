"""The server: what it listens at, how it starts and ends, and the document about it."""

from __future__ import annotations

import json
import socket
import threading

import httpx
import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobQueueError
from queue_core.api.app import describe
from queue_core.api.serving import ApiServer, ServeOptions, is_loopback


def test_a_taken_port_is_told(serve, queue) -> None:
    with serve() as api:
        port = int(api.url.rpartition(":")[2])
        with pytest.raises(JobQueueError, match=f"127.0.0.1:{port} cannot be listened at") as told:
            ApiServer(queue, ServeOptions(port=port))
        assert "--port 0" in told.value.hint
    with pytest.raises(JobQueueError, match="cannot be listened at"):
        ApiServer(queue, ServeOptions(host="no host", port=0))


def test_answers_are_not_held_back_by_the_network(serve) -> None:
    """Nagle's algorithm makes each answer wait 40 ms for an acknowledgement."""
    with serve() as api:
        server = next(t for t in threading.enumerate() if t.name == "api-server")
        assert server.is_alive()
        listening = api.client.get("/api/v1/job/is_empty").extensions["network_stream"]
        peer = listening.get_extra_info("socket")
        assert peer.proto == socket.IPPROTO_TCP
        took = [api.client.get("/api/v1/job/is_empty").elapsed.total_seconds() for _ in range(9)]
        assert min(took) < 0.035


def test_what_only_this_computer_reaches() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")


def test_two_servers_of_one_folder_share_the_token(serve, queue) -> None:
    with serve() as one, serve() as two:
        assert (one.token, one.url != two.url) == (two.token, True)
        queue.put(Echo(value=1))
        assert one.get("/api/v1/job/") == two.get("/api/v1/job/")


def test_a_queue_that_is_closed_under_it_is_told(serve, local_folder) -> None:
    other = HueyJobQueue(local_folder.root)
    other.close()
    with pytest.raises(JobQueueError):
        other.glance("x")


def test_the_document_tells_every_route_with_an_example(queue, api) -> None:
    document = api.get("/api/v1/openapi.json")
    assert json.loads(json.dumps(describe(queue))) == document
    paths = document["paths"]
    for method, path in (
        ("get", "/api/v1/job/status/{job_id}"), ("get", "/api/v1/job/{job_id}"),
        ("get", "/api/v1/job/{job_id}/details"), ("get", "/api/v1/job/"),
        ("get", "/api/v1/job/changes"), ("get", "/api/v1/job/is_empty"),
        ("post", "/api/v1/job/"), ("patch", "/api/v1/job/"), ("delete", "/api/v1/job/{job_id}"),
        ("delete", "/api/v1/job/all"),
    ):  # fmt: skip
        operation = paths[path][method]
        assert "401" in operation["responses"]
        assert operation["description"]
    assert document["security"] == [{"token": []}]
    schemas = document["components"]["schemas"]
    for name in ("Status", "JobItem", "Job", "Changes", "Details", "NewJob", "JobChange"):
        assert schemas[name]["examples"], name
    body = paths["/api/v1/job/"]["post"]["requestBody"]["content"]
    assert set(body) == {
        "application/json", "application/x-www-form-urlencoded", "multipart/form-data",
    }  # fmt: skip


def test_an_answer_names_the_methods_that_there_are(api) -> None:
    for path, methods in (
        ("/api/v1/job/", {"GET", "POST", "PATCH"}), ("/api/v1/job/x", {"GET", "DELETE"}),
        ("/api/v1/job/all", {"DELETE"}),
    ):  # fmt: skip
        answer: httpx.Response = api.client.put(path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == methods
        assert answer.json()["code"] == "method_not_allowed"
