"""The examples of docs/http-api.md, run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "http-api.md"
IRIS = "length,species\n5.1,setosa\n6.3,virginica\n"


def blocks(language: str) -> list[str]:
    """Return the examples of the page in a language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.fixture
def run(queue, api, tmp_path):
    """Run an example where it finds the API, the token and its file."""
    (tmp_path / "iris.csv").write_text(IRIS)
    queue.start(1)
    environment = {**os.environ, "API": api.url, "TOKEN": api.token}

    def example(*command: str) -> str:
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    return example


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(run, queue) -> None:
    first, second = blocks("sh curl")
    out = run("bash", "-euc", first)
    assert '"job_name":"Load iris.csv"' in out
    assert "event: change" in out
    assert '"status":"finished"' in out
    assert out.endswith('6.3,"virginica"\n')
    job_id = json.loads(run("bash", "-euc", second))["id"]
    assert queue.wait(job_id, 60).status == "finished"


def test_python(run, tmp_path) -> None:
    (example,) = blocks("python")
    out = run(sys.executable, "-c", example)
    assert out.startswith("Load iris.csv finished None\n")
    assert out.rstrip().endswith('6.3,"virginica"')


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript(run) -> None:
    (example,) = blocks("js")
    out = run("node", "--input-type=module", "-e", example)
    assert "Load iris.csv finished" in out
    assert out.rstrip().endswith('6.3,"virginica"')


def test_the_page_names_every_route(api) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for path in api.get("/api/v1/openapi.json")["paths"]:
        shown = path.replace("/api/v1/job/{job_id}/artifacts/{name}", "…/artifacts/{name}")
        shown = shown.replace("/api/v1/job/{job_id}/cancel", "…/cancel")
        assert shown.replace("{dataset_id}", "") in text, path
