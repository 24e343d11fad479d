"""What the HTTP API costs: the status route beside a bare one, and many open event streams.

    .venv/bin/python tests/benchmarks/bench_api.py [--seconds S] [--streams N] [--hold S]

The bare route is FastAPI's own, returns a constant, and is served by the same server in a process
of its own. Both are asked in turns, by this process, over 16 connections that stay open; jobs run
meanwhile in a `worker`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil

SUPPORT = Path(__file__).parents[1] / "support"
CONNECTIONS = 16
ROUNDS = 6
BARE = """
import socket, sys, uvicorn
from fastapi import FastAPI
app = FastAPI()

@app.get("/constant")
async def constant():
    return {"status": "started", "updated": "2026-03-01 09:30:12.000345", "error": None,
            "job_name": "iris", "progress": 50.0, "progress_message": "Reading the file"}

listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen(2048)
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
config = uvicorn.Config(app, log_level="critical", access_log=False)
uvicorn.Server(config).run([listening])
"""

HOLDER = """
import resource, selectors, socket, sys
host, port, count, request = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
ready, held = selectors.DefaultSelector(), []
for number in range(count):
    held.append(socket.create_connection((host, port)))
    held[-1].sendall(request.encode())
    if number % 10:
        ready.register(held[-1], selectors.EVENT_READ)
print("open", flush=True)
while True:
    for key, _ in ready.select():
        if not key.fileobj.recv(65536):
            ready.unregister(key.fileobj)
"""


class Server:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str, token: str = "") -> None:
        self.process = process
        self.address = urlsplit(url)
        self.token = token

    def request(self, path: str) -> bytes:
        """Return a whole request."""
        head = f"GET {path} HTTP/1.1\r\nHost: {self.address.netloc}\r\n"
        if self.token:
            head += f"Authorization: Bearer {self.token}\r\n"
        return f"{head}\r\n".encode()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.address.hostname, self.address.port)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def start_bare() -> Server:
    process = subprocess.Popen(
        [sys.executable, "-c", BARE], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    return Server(process, process.stdout.readline().strip())


def start_api(folder: Path) -> Server:
    process = subprocess.Popen(
        [sys.executable, "-m", "queue_core", "serve", "--port", "0"],
        stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    url = process.stdout.readline().split()[2].rstrip(";")
    return Server(process, url, (folder / "monitor" / "api-token").read_text().strip())


async def ask(server: Server, path: str, seconds: float) -> list[float]:
    """Return how long each answer took, in seconds."""
    wanted, deadline = server.request(path), time.perf_counter() + seconds
    took: list[float] = []

    async def client() -> None:
        reader, writer = await server.connect()
        while (begun := time.perf_counter()) < deadline:
            writer.write(wanted)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return took


def tell(name: str, took: list[float], seconds: float) -> float:
    rate = len(took) / seconds
    p50, p99 = (statistics.quantiles(took, n=100)[place] * 1e3 for place in (49, 98))
    print(f"| {name:<44} | {rate:>8,.0f}/s | {p50:>7.2f} ms | {p99:>7.2f} ms |", flush=True)
    return rate


async def compare(api: Server, bare: Server, job_id: str, seconds: float, label: str) -> None:
    path = f"/api/v1/job/status/{job_id}"
    bare_took: list[float] = []
    api_took: list[float] = []
    each = seconds / ROUNDS
    await ask(bare, "/constant", 0.3)
    await ask(api, path, 0.3)
    for _ in range(ROUNDS):
        bare_took += await ask(bare, "/constant", each)
        api_took += await ask(api, path, each)
    constant = tell(f"bare route, {label}", bare_took, seconds)
    status = tell(f"status route, {label}", api_took, seconds)
    print(f"| ratio, {label}: {status / constant:.2f}")


async def ask_gently(api: Server, job_id: str, seconds: float) -> list[float]:
    """Return how long answers take when one front end polls 50 times a second."""
    reader, writer = await api.connect()
    wanted, deadline = api.request(f"/api/v1/job/status/{job_id}"), time.perf_counter() + seconds
    took = []
    while time.perf_counter() < deadline:
        begun = time.perf_counter()
        writer.write(wanted)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(0.02)
    writer.close()
    return took


def hold_streams(api: Server, count: int, seconds: float, job_id: str) -> None:
    """Hold streams open, a tenth of which nobody reads, and see what the server's memory does."""
    request = api.request("/api/v1/events").decode()
    place = [str(api.address.hostname), str(api.address.port), str(count)]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *place, request], stdout=subprocess.PIPE, text=True
    )
    with ended(holder):
        assert holder.stdout is not None
        holder.stdout.readline()
        process = psutil.Process(api.process.pid)
        took: list[float] = []
        begun = time.monotonic()
        while (held := time.monotonic() - begun) < seconds:
            memory, threads = process.memory_info().rss / 2**20, process.num_threads()
            print(f"| {count} streams for {held:3.0f} s: {memory:.0f} MB, {threads} threads")
            took += asyncio.run(ask_gently(api, job_id, min(60.0, seconds / 4)))
        tell(f"status route beside {count} streams", took, seconds)


def put_jobs(count: int) -> str:
    """Put jobs that report progress; return the id of one that waits for ever."""
    from sample_jobs import Echo

    from queue_core import HueyJobQueue, JobOptions

    queue = HueyJobQueue()
    try:
        for _ in range(count):
            queue.put(Echo(value=1))
        return queue.put(Echo(value=1), JobOptions(delay_s=100_000))
    finally:
        queue.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=12.0, help="of each comparison, per route")
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--hold", type=float, default=30.0, help="how long streams are held")
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--quick", action="store_true", help="a few seconds of each")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.hold, options.streams = 3.0, 9.0, 200
    sys.path.insert(0, str(SUPPORT))
    os.environ["PYTHONPATH"] = str(SUPPORT)
    allow_many_files()
    with tempfile.TemporaryDirectory() as root:
        os.environ["DASHAI_LOCAL_PATH"] = root
        job_id = put_jobs(0)
        api, bare = start_api(Path(root)), start_bare()
        with ended(api.process), ended(bare.process):
            asyncio.run(compare(api, bare, job_id, options.seconds, "idle"))
            put_jobs(options.jobs)
            command = [sys.executable, "-m", "queue_core", "worker", "--workers", "1"]
            quiet = subprocess.DEVNULL
            worker = subprocess.Popen(command, stdout=quiet, stderr=quiet, text=True)
            with ended(worker):
                asyncio.run(compare(api, bare, job_id, options.seconds, "jobs run"))
                took = asyncio.run(ask_gently(api, job_id, options.seconds))
                tell("status route, jobs run, 50 a second", took, options.seconds)
                hold_streams(api, options.streams, options.hold, job_id)
    print(json.dumps({"cores": os.cpu_count(), "connections": CONNECTIONS}))


def allow_many_files() -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard), hard))


if __name__ == "__main__":
    main()
