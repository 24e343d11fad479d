"""What happens is told to all who listen, and none of them costs a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from urllib.parse import urlsplit

from sample_jobs import Echo, Held

from queue_core import JobStatus
from queue_core.api.guard import Limits
from queue_core.api.serving import ServeOptions


def request(api, path: str = "/api/v1/events") -> bytes:
    host = urlsplit(api.url).netloc
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {api.token}\r\n\r\n".encode()
    )


def test_changes_and_deletions_are_told_as_they_happen(queue, api) -> None:
    with api.events() as events:
        name, data = next(events)
        assert (name, data["sequence"]) == ("hello", queue.cursor())
        job_id = queue.put(Echo(value=1, name="told"))
        name, data = next(events)
        assert (name, data["id"], data["status"]) == ("change", job_id, "not_started")
        queue.cancel(job_id)
        assert next(events)[1]["status"] == "cancelled"
        queue.remove([job_id])
        assert next(events) == ("deleted", {"id": job_id})


def test_the_stream_of_one_job_ends_with_it(queue, api, tmp_path, until) -> None:
    started, release = tmp_path / "started", tmp_path / "release"
    queue.start(1)
    job_id = queue.put(Held(started=str(started), release=str(release)))
    until(started.exists)
    with api.events(job_id=job_id) as events:
        assert next(events)[0] == "hello"
        queue.put(Echo(value=1))  # another's changes are not told
        release.touch()
        told = [data for _, data in events]
    assert {data["id"] for data in told} == {job_id}
    assert (told[-1]["status"], told[0]["status"]) == ("finished", "started")
    with api.events(job_id=job_id) as events:
        assert [name for name, _ in events] == ["hello", "change"]
    assert api.client.get("/api/v1/events", params={"job_id": "none"}).status_code == 404


def test_who_comes_again_is_told_what_it_has_missed(queue, api) -> None:
    first = queue.put(Echo(value=1))
    seen = queue.cursor()
    second = queue.put(Echo(value=2))
    with api.events(after=seen) as events:
        assert next(events)[0] == "hello"
        assert next(events)[1]["id"] == second
    headers = {"Last-Event-ID": "0"}
    with api.client.stream("GET", "/api/v1/events", headers=headers) as answer:
        text = ""
        for piece in answer.iter_text():
            text += piece
            if second in text:
                break
        assert first in text


def test_only_so_many_may_listen(serve) -> None:
    options = ServeOptions(port=0, limits=Limits(streams=2))
    with serve(options) as api, api.events() as one, api.events() as two:
        assert next(one)[0] == next(two)[0] == "hello"
        answer = api.client.get("/api/v1/events")
        assert (answer.status_code, answer.json()["code"]) == (503, "too_many_streams")


def test_two_hundred_streams_cost_no_threads_and_all_are_told(queue, api) -> None:
    place = urlsplit(api.url)

    async def listen(told: asyncio.Semaphore) -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        writer.write(request(api))
        await reader.readuntil(b"event: hello")
        told.release()
        await reader.readuntil(b"event: change")
        told.release()
        writer.close()

    async def crowd() -> int:
        told = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(listen(told)) for _ in range(200)]
        for _ in tasks:
            await told.acquire()
        threads = threading.active_count()
        await asyncio.to_thread(queue.put, Echo(value=1))
        await asyncio.gather(*tasks)
        return threads

    before = threading.active_count()
    assert asyncio.run(crowd()) <= before + 10


def test_who_does_not_read_holds_up_nobody_and_is_let_go(serve, queue) -> None:
    place_of = urlsplit
    limits = Limits(send_s=0.2)
    with serve(ServeOptions(port=0, limits=limits)) as api:
        place = place_of(api.url)
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        deaf.connect((place.hostname, place.port))
        deaf.sendall(request(api))
        with api.events() as events:
            assert next(events)[0] == "hello"
            ids = set()
            # Enough to fill every buffer between here and there.
            for number in range(60):
                ids |= {queue.put(Echo(value=1, name=f"{number}" + "x" * 400)) for _ in range(100)}
                while True:
                    name, data = next(events)
                    assert name in ("change", "reset")
                    ids.discard(data.get("id"))
                    if not ids or name == "reset":
                        break
                if number > 20 and api.get("/api/v1/job/is_empty"):
                    break
        assert api.get("/api/v1/job/is_empty") == {"is_empty": False}
        deaf.settimeout(30)
        while deaf.recv(65_536):  # what was on its way; then the connection is closed
            pass
        deaf.close()


def test_the_end_of_the_program_ends_the_streams(serve, queue) -> None:
    job_id = queue.put(Echo(value=1))
    with serve() as api:
        place = urlsplit(api.url)
        listening = socket.create_connection((place.hostname, place.port))
        listening.sendall(request(api, f"/api/v1/events?job_id={job_id}"))
        assert b"200 OK" in listening.recv(65_536)
    listening.settimeout(20)
    while listening.recv(65_536):
        pass
    listening.close()
    assert queue.get(job_id).status is JobStatus.NOT_STARTED
