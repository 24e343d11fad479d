"""Places on the command line: what is there, and what does not answer."""

from __future__ import annotations

import argparse
import json

import pytest

from queue_core import HueyJobQueue
from queue_core.cli import job_options, places
from queue_core.cli.finding import Verdict
from queue_core.cli.place_checks import check_places
from queue_core.cli.terminal import Terminal
from queue_core.errors import ParameterError
from queue_core.jobs.python_job import PythonJob

from .conftest import Cluster


def _run(*names: str, as_json: bool = False) -> int:
    parser = argparse.ArgumentParser()
    places.configure(parser)
    return places.run(parser.parse_args(names), Terminal(json=as_json))


def test_places_are_listed_with_what_is_free_and_what_waits(
    cluster: Cluster, queue: HueyJobQueue, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DASHAI_LOCAL_PATH", str(cluster.folder.root))
    parser = argparse.ArgumentParser()
    job_options.add_job_options(parser)
    given = parser.parse_args(["--on", "test", "--cores", "3", "--memory", "2GB"])
    options = job_options.job_options(given, queue)
    job_id = queue.put(PythonJob(function=len, args=("a",)), options)
    assert queue.get(job_id).asked_memory_bytes == 2_000_000_000
    assert _run() == 0
    told = capsys.readouterr().out
    assert "slurm:test" in told
    assert "0 of your jobs run there, 1 wait for it" in told
    assert "4 of 4" in told
    (cluster.state / "down").touch()
    assert _run("test", as_json=True) == 1
    (document,) = json.loads(capsys.readouterr().out)
    assert "Unable to contact" in document["problem"]
    assert [job["id"] for job in document["jobs"]] == [job_id]
    with pytest.raises(ParameterError, match="no place named x"):
        _run("x")


def test_doctor_looks_at_each_place(cluster: Cluster) -> None:
    (found,) = check_places(cluster.folder)
    assert (found.verdict, found.message) == (
        Verdict.GOOD, "1 of 1 machines take jobs, with 4 cores.",
    )  # fmt: skip
    cluster.storage.mkdir()
    cluster.storage.chmod(0o755)
    with cluster.folder.settings.open("a") as file:
        file.write('[places.odd]\nkind = "none"\n')
    problem, _, is_open = check_places(cluster.folder)
    assert "odd in the settings does not say its kind" in problem.message
    assert "Other users can enter" in is_open.message
