"""The documented job type: installed by pip, then submitted, run, listed, retried and explained."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from queue_core.paths import LocalFolder

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "word_count"
PAGE = ROOT / "docs" / "writing-a-job-type.md"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example is installed, from a copy: building writes beside it."""
    source = tmp_path_factory.mktemp("source") / "word_count"
    shutil.copytree(EXAMPLE, source)
    target = tmp_path_factory.mktemp("packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target), str(source)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    return target


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "one.txt").write_text("To be, or not to be")
    (folder / "two.txt").write_text("to do")
    (folder / "odd.txt").write_bytes(b"\xff\xfe\xff")
    return folder


def run(arguments: list[str], packages: Path, folder: LocalFolder, cwd: Path) -> Any:
    """Run Python as its user would, where the example is installed."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join((str(packages), str(ROOT))),
        "DASHAI_LOCAL_PATH": str(folder.root),
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=cwd, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


def blocks(language: str) -> list[str]:
    """Return the code of the documentation's page."""
    parts = PAGE.read_text(encoding="utf-8").split(f"```{language}\n")[1:]
    return [part.partition("```")[0] for part in parts]


def test_the_page_shows_the_example_as_it_is() -> None:
    assert blocks("python")[0] == (EXAMPLE / "word_count_job.py").read_text(encoding="utf-8")
    assert blocks("toml") == [(EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")]


def test_the_pages_script_runs(
    packages: Path, local_folder: LocalFolder, texts: Path, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(blocks("python")[1])
    done = run([str(script)], packages, local_folder, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "finished {'files': 3, 'words': 2, 'most_frequent': {'to': 3, 'be': 2}}\n"
    )


def test_the_pages_command_runs(
    packages: Path, local_folder: LocalFolder, texts: Path, tmp_path: Path
) -> None:
    (line,) = [line for line in blocks("console")[1].splitlines() if line]
    command = line.removeprefix("dashai-monitor ").split()
    output = tmp_path / "counts.csv"
    more = ["-p", f"output={output}", "--json"]
    done = run(["-m", "queue_core", *command, *more], packages, local_folder, tmp_path)
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)
    assert record["status"] == "finished"
    assert record["task_type"] == "WordCountJob"
    assert record["job_name"] == "Words in texts"
    assert record["params"]["pattern"] == "*.txt"
    assert "odd.txt" in record["warnings"][0]
    assert output.read_text().splitlines() == ["word,count", "to,3", "be,2"]
    listed = run(
        ["-m", "queue_core", "jobs", "--type", "word-count", "--json"], packages, local_folder,
        tmp_path,
    )  # fmt: skip
    assert [job["id"] for job in json.loads(listed.stdout)] == [record["id"]]
    retried = run(
        ["-m", "queue_core", "retry", record["id"], "-p", "at_least=1", "--wait", "--json"],
        packages, local_folder, tmp_path,
    )  # fmt: skip
    assert json.loads(retried.stdout)[0]["result"]["words"] == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-p", "at_least=0", "-p", "folder=x"], "must be at least 1"),
        ([], "needs the parameter “folder”"),
        (["-p", "folder=x", "-p", "colour=red"], "has no parameter “colour”"),
    ],
)
def test_wrong_parameters_put_nothing(
    packages: Path, local_folder: LocalFolder, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = run(
        ["-m", "queue_core", "submit", "word-count", *arguments], packages, local_folder, tmp_path
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not local_folder.queue_db.exists()


def test_a_failure_says_what_to_do(
    packages: Path, local_folder: LocalFolder, tmp_path: Path
) -> None:
    words = ["submit", "word-count", "-p", f"folder={tmp_path}", "--wait", "--json"]
    done = run(["-m", "queue_core", *words], packages, local_folder, tmp_path)
    assert done.returncode == 1
    (record,) = json.loads(done.stdout)
    assert record["error_msg"] == f"There are no files *.txt in {tmp_path}."
    assert record["error_hint"] == "Choose another folder or another pattern."


def test_the_doctor_names_it(packages: Path, local_folder: LocalFolder, tmp_path: Path) -> None:
    done = run(["-m", "queue_core", "doctor", "--json"], packages, local_folder, tmp_path)
    assert "word-count (word-count-job)" in done.stdout
