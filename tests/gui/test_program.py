"""The real program, as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sample_jobs import Echo, Wait

from queue_core.client.client import Client
from queue_core.client.connecting import connect
from queue_core.errors import JobQueueError
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.settings import change_settings
from queue_core.settings.known import API_IN_WINDOW, API_PORT

WAIT_S = 30.0
ROOT = Path(__file__).parents[2]
HEAVY = ("pandas", "duckdb", "pyarrow", "sklearn", "matplotlib", "numpy")


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def environment(local_folder: LocalFolder) -> dict[str, str]:
    support = str(ROOT / "tests" / "support")
    return dict(os.environ, QT_QPA_PLATFORM="offscreen", PYTHONPATH=support)


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    """Start the program; whatever is left of it at the end is killed."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_program(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "gui", *arguments], cwd=ROOT, env=environment
        )
        processes.append(process)
        return process

    yield start_program
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


def log_of(folder: LocalFolder) -> str:
    path = folder.logs / "window.log"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def consumes(queue: HueyJobQueue) -> bool:
    return bool(queue.consumers())


def test_it_runs_jobs_of_other_processes_and_ends_when_asked(
    start: Start, queue: HueyJobQueue, local_folder: LocalFolder
) -> None:
    program = start()
    wait_until(lambda: consumes(queue))
    job_id = queue.put(Echo(value=7))
    assert queue.wait(job_id, WAIT_S).result == 7
    children = psutil.Process(program.pid).children(recursive=True)
    program.send_signal(signal.SIGTERM)
    assert program.wait(WAIT_S) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    assert "ERROR" not in log_of(local_folder)


@pytest.mark.slow
def test_jobs_that_ran_at_the_end_are_interrupted_and_waiting_ones_run_next_time(
    start: Start, queue: HueyJobQueue, tmp_path: Path
) -> None:
    program = start()
    wait_until(lambda: consumes(queue))
    flag = tmp_path / "started"
    running = queue.put(Wait(started=str(flag)))
    waiting = [queue.put(Echo(value=n)) for n in range(4)]
    wait_until(flag.exists)
    program.send_signal(signal.SIGINT)
    assert program.wait(WAIT_S) == 0
    assert queue.get(running).status is JobStatus.KILLED
    assert queue.get(waiting[-1]).status in (JobStatus.NOT_STARTED, JobStatus.FINISHED)
    start()
    assert [queue.wait(job_id, WAIT_S).result for job_id in waiting] == [0, 1, 2, 3]


@pytest.mark.slow
def test_a_second_start_ends_at_once_and_the_first_goes_on(
    start: Start, queue: HueyJobQueue
) -> None:
    first = start()
    wait_until(lambda: consumes(queue))
    second = start()
    assert second.wait(WAIT_S) == 0
    assert first.poll() is None
    job_id = queue.put(Echo(value="still here"))
    assert queue.wait(job_id, WAIT_S).result == "still here"


@pytest.mark.slow
def test_files_of_a_second_start_become_jobs_of_the_first(
    start: Start, queue: HueyJobQueue, tmp_path: Path
) -> None:
    (queue.folder.monitor / "settings.toml").write_text("[datasets]\npreview = false\n")
    start()
    wait_until(lambda: consumes(queue))
    table = tmp_path / "numbers.csv"
    table.write_text("a,b\n1,2\n3,4\n")
    assert start(str(table)).wait(WAIT_S) == 0
    wait_until(lambda: [record.task_type for record in queue.list()] == ["DatasetJob"])
    record = queue.wait(queue.list()[0].id, WAIT_S)
    assert record.status is JobStatus.FINISHED, record.error_msg


def test_the_window_imports_no_data_library(environment: dict[str, str]) -> None:
    code = (
        "import sys, gui.app, gui.features;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_a_frozen_program_serves_as_interpreter_for_libraries(environment: dict[str, str]) -> None:
    """Joblib's loky starts `sys.executable -c ...`, which is our program when it is frozen."""
    code = (
        "import sys; sys.frozen = True; sys.argv = ['dashai-monitor', '-c', 'print(6 * 7)'];"
        "from gui.__main__ import run; run();"
        "print([m for m in sys.modules if m.startswith('PySide6')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["42", "[]"], done.stderr


def test_it_serves_the_http_api_where_the_settings_say_so(
    start: Start, queue: HueyJobQueue, local_folder: LocalFolder
) -> None:
    pytest.importorskip("fastapi")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    change_settings(local_folder.settings, {API_IN_WINDOW.key: True, API_PORT.key: port})
    program = start()
    wait_until(local_folder.api_token.is_file)
    with connect(f"http://127.0.0.1:{port}") as client:
        wait_until(lambda: is_reached(client))
        job_id = queue.put(Echo(value=7))
        assert client.job(job_id).wait(WAIT_S, progress=False).result == 7
    program.send_signal(signal.SIGTERM)
    assert program.wait(WAIT_S) == 0


def is_reached(client: Client) -> bool:
    try:
        client.jobs()
    except JobQueueError:
        return False
    return True
