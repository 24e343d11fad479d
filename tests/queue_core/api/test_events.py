"""What happens is told to all who listen, and none of them costs a thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from urllib.parse import urlsplit

from sample_jobs import Echo, Held

from queue_core import JobStatus
from queue_core.api.event_response import EventResponse
from queue_core.api.events import Broadcaster
from queue_core.api.guard import Limits
from queue_core.api.rooms import Room
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


def test_who_does_not_read_is_let_go() -> None:
    left = []

    async def events():
        yield b"first"
        raise AssertionError("nobody takes the second")

    async def receive():
        await asyncio.Event().wait()

    async def send(message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()  # its buffers are full

    async def answer() -> None:
        response = EventResponse(events(), lambda: left.append(True), patience_s=0.02)
        await response({"type": "http"}, receive, send)

    asyncio.run(answer())
    assert left == [True]


def test_who_does_not_read_holds_up_nobody_and_is_told_to_begin_anew(queue, monkeypatch) -> None:
    monkeypatch.setattr("queue_core.api.events.KEPT_FRAMES", 3)

    async def crowd() -> None:
        room = Room("reader", 2, queue.release)
        broadcaster = Broadcaster(queue, room, most=2)
        slow, leave_slow = await broadcaster.listen("", None)
        quick, leave_quick = await broadcaster.listen("", None)
        await anext(slow)
        await anext(quick)
        for _ in range(6):
            job_id = await asyncio.to_thread(queue.put, Echo(value=1))
            assert job_id.encode() in await anext(quick)
        assert b"event: reset" in await anext(slow)
        leave_slow()
        leave_quick()
        assert broadcaster.listening == 0
        broadcaster.close()
        await asyncio.to_thread(room.close)

    asyncio.run(crowd())


def test_the_end_of_the_program_ends_the_streams(serve, queue) -> None:
    job_id = queue.put(Echo(value=1))
    with serve() as api:
        place = urlsplit(api.url)
        listening = socket.create_connection((place.hostname, place.port))
        listening.sendall(request(api, f"/api/v1/events?job_id={job_id}"))
        assert b"200 OK" in listening.recv(65_536)
    listening.settimeout(20)
    with contextlib.suppress(ConnectionResetError):
        while listening.recv(65_536):
            pass
    listening.close()
    assert queue.get(job_id).status is JobStatus.NOT_STARTED
