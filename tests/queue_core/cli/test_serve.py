"""`serve`: the queue over HTTP, from the command line."""

from __future__ import annotations

import json
import signal
import sys

import pytest

from queue_core import connect
from queue_core.cli import serve as command

pytest.importorskip("fastapi")


def test_it_serves_and_runs_jobs_until_it_is_told_to_end(cli, tmp_path) -> None:
    data = tmp_path / "iris.csv"
    data.write_text("a,b\n1,2\n")
    with cli.start("serve", "--port", 0, "--workers", 1) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[2].rstrip(";")
        with connect(url) as client:
            job = client.submit("dataset", data).wait(90, progress=False)
            assert len(job.frame()) == 1
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=30)
    assert server.returncode == 0
    assert f"Clients send the token in {cli.folder.api_token}" in told
    assert "No program runs jobs" not in told
    assert told.endswith("The HTTP API has ended.\n")


def test_it_prints_the_document(run) -> None:
    document = run("serve", "--openapi").json
    assert "/api/v1/job/status/{job_id}" in document["paths"]


def test_what_makes_no_sense(run, monkeypatch) -> None:
    assert run("serve", "--port", 70_000).code == 2
    assert run("serve", "--workers", -1).code == 2
    ended = run("serve", "--host", "no host", "--port", 0)
    assert (ended.code, "cannot be listened at" in ended.err) == (2, True)
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    ended = run("serve", "--port", 0)
    assert ended.code == 2
    assert 'pip install "dashai-monitor[serve]"' in ended.err


def test_other_commands_import_nothing_of_it(cli) -> None:
    code = (
        "import sys; from queue_core.cli import main; main(['jobs', '--json'])\n"
        "names = ('fastapi', 'uvicorn', 'queue_core.api', 'httpx')\n"
        "found = [name for name in names if name in sys.modules]\n"
        "print(found, file=sys.stderr)"
    )
    import subprocess

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert json.loads(ended.stdout) == []
    assert ended.stderr == "[]\n"
