"""Every command over a folder whose every text is as bad as it can be."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from seeded_folder import Seed, seed_folder

from queue_core.cli.app import COMMANDS
from queue_core.cli.output import visible
from queue_core.database.session import close_database, open_session
from queue_core.database.status import EntityStatus
from queue_core.database.tables import Dataset
from queue_core.paths import LocalFolder, log_path
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import JobFilter
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.outcome import EndReason, ErrorReport

pytestmark = [pytest.mark.usefixtures("hostile_folder"), pytest.mark.sweep]

BAD = (
    "\x1b]0;pwned\x07\x1b[2J\x1b[31m\x9b5A\r\x08\u202etxt.exe\u2066\u200b\x7f<b>&amp;%s{0}\n\tnext"
)
OURS = re.compile(r"\x1b\[(?:0|1|3[1-4]|90)m|\r\x1b\[2K")
WAIT_S = 60


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local folder whose every text is hostile."""
    folder = LocalFolder.resolve(tmp_path_factory.mktemp("hostile") / "DashAI").create()
    error = ErrorReport(BAD, BAD, BAD, f"Traceback\n  {BAD}", ({"type": BAD, "message": BAD},))
    entity = {"entity": "dataset", "id": BAD, "rows": BAD, "columns": BAD, "name": BAD}
    numbers = {BAD: float("nan"), "more": [float("inf"), -float("inf"), BAD]}
    params = {BAD: BAD, "inner": {BAD: [BAD]}}
    ids = seed_folder(
        folder.root,
        (
            Seed(BAD, BAD, EndReason.RAISED, error=error, params=params),
            Seed(BAD, BAD, EndReason.FINISHED, result=numbers, params=params),
            Seed(BAD, "DatasetJob", EndReason.FINISHED, result=entity),
            Seed(BAD, "DatasetJob", EndReason.FINISHED, result={**entity, "id": 1}),
            Seed(BAD, BAD, EndReason.INTERRUPTED, params=params, phase=BAD),
            Seed(BAD, BAD, params=params),
        ),
    )
    for job_id in ids:
        log = LogWriter(log_path(folder.logs, job_id), attempt=1, limit_bytes=2**20)
        log.feed("stdout", f"{BAD}\n".encode() + b"\xff\xfe\x9b2J not UTF-8\n")
        log.close()
    with open_session(folder) as session:
        session.add(Dataset(name=BAD, status=EntityStatus.FINISHED, row_count=3, column_count=1))
    close_database(folder)
    return folder.root


@pytest.fixture
def hostile_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHAI_LOCAL_PATH", str(root))


@pytest.fixture
def job_ids(root: Path) -> Iterator[list[str]]:
    queue = HueyJobQueue(root)
    yield list(queue.ids(JobFilter()))
    queue.close()


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "queue_core", *arguments],
        env={**os.environ, **environment}, capture_output=True, timeout=WAIT_S, check=False,
    )  # fmt: skip


def commands(job_id: str, scratch: Path) -> dict[str, list[list[str]]]:
    """Return how each command is called; what changes something comes last."""
    return {
        "jobs": [["jobs"], ["jobs", "--search", BAD], ["jobs", "--where", BAD]],
        "show": [["show", job_id]],
        "logs": [["logs", job_id, "--times"]],
        "why": [["why", job_id]],
        "attempts": [["attempts", job_id]],
        "stacks": [["stacks", job_id]],
        "report": [["report", job_id, str(scratch / f"report{job_id}.zip")]],
        "interrupted": [["interrupted"]],
        "failures": [["failures"], ["failures", "list", "--all"], ["failures", "retry", BAD]],
        "places": [["places"], ["places", BAD]],
        "components": [["components"], ["components", BAD]],
        "library": [["library"], ["library", "dataset", "1"], ["library", BAD]],
        "import-dashai": [["import-dashai"], ["import-dashai", BAD], ["import-dashai", "--list"]],
        "export": [["export", "dataset", "1", str(scratch / f"{job_id}.csv")], ["export", BAD]],
        "doctor": [["doctor"]],
        "schedule": [["schedule", "list"], ["schedule", BAD]],
        "submit": [["submit", "dataset", BAD.replace("\n", "")], ["submit", BAD]],
        "worker": [["worker", "--workers", BAD]],
        "team": [["team", "roles"], ["team", BAD], ["team", "roles", "--queue-url", BAD]],
        "serve": [["serve", "--port", BAD], ["serve", "--host", BAD]],
        "move": [["move", job_id, "first"], ["move", BAD]],
        "priority": [["priority", job_id, "3"], ["priority", job_id, BAD]],
        "pause": [["pause", job_id], ["pause", BAD]],
        "resume": [["resume", job_id], ["resume", BAD]],
        "clean-up": [["clean-up"], ["clean-up", BAD]],
        "retry": [["retry", job_id, "--set", f"{BAD}={BAD}"]],
        "cancel": [["cancel", job_id], ["cancel", BAD]],
        "remove": [["remove", job_id], ["remove", BAD]],
    }


def test_every_command_is_called(tmp_path: Path) -> None:
    assert set(commands("", tmp_path)) == {each.name for each in COMMANDS}


@pytest.mark.parametrize("name", [each.name for each in COMMANDS])
def test_no_text_steers_the_terminal(name: str, job_ids: list[str], tmp_path: Path) -> None:
    asked = job_ids if name in ("show", "logs") else job_ids[:1]
    for job_id in asked:
        for arguments in commands(job_id, tmp_path)[name]:
            ended = command(*arguments)
            require_visible(arguments, ended)
            described = command(*arguments, "--json", PYTHONIOENCODING="ascii", LC_ALL="C")
            require_visible(arguments, described)
            if described.stdout:
                json.loads(described.stdout, parse_constant=refuse)


def test_following_a_log_to_its_end(job_ids: list[str]) -> None:
    for job_id in job_ids[1:3]:  # the newest one waits
        require_visible(["logs"], command("logs", job_id, "--follow"))
    require_visible(["show"], command("show", BAD))


def test_the_bar_of_a_job_that_runs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    order = ("submit", "dataset", str(tmp_path / "a.csv"), "--name", BAD, "--wait")
    text = on_terminal(*order).replace("\r\n", "\n")
    assert "█" in text or "░" in text
    assert visible(OURS.sub("", text)) == OURS.sub("", text)
    require_visible(list(order), command(*order))


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def require_visible(arguments: list[str], ended: subprocess.CompletedProcess[bytes]) -> None:
    for stream in (ended.stdout, ended.stderr):
        text = stream.decode()
        assert visible(text) == text, (arguments, ascii(text)[:300])
        assert "Traceback (" not in text, (arguments, text[-600:])
    assert ended.returncode in (0, 1, 2, 3, 4), (arguments, ended)


@pytest.mark.parametrize("name", ["jobs", "show", "logs"])
def test_a_person_sees_colours_of_ours_alone(name: str, job_ids: list[str]) -> None:
    """On a real terminal, where colours are on."""
    for job_id in job_ids[:1] if name == "jobs" else job_ids[-2:]:
        arguments = [name] if name == "jobs" else [name, job_id]
        text = on_terminal(*arguments).replace("\r\n", "\n")
        assert visible(OURS.sub("", text)) == OURS.sub("", text)
        colours = OURS.findall(text)
        assert len([colour for colour in colours if colour == "\x1b[0m"]) * 2 == len(colours)


def on_terminal(*arguments: str) -> str:
    """Return what a command writes where its streams are a terminal."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "queue_core", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    found = b""
    while select.select([ours], [], [], WAIT_S)[0]:
        try:
            block = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        found += block
    os.close(ours)
    assert process.wait(WAIT_S) == 0
    return found.decode()


def test_numbers_that_json_lacks_are_texts(job_ids: list[str]) -> None:
    shown: list[Any] = [json.loads(command("show", i, "--json").stdout) for i in job_ids]
    more = [job["result"]["more"] for job in shown if (job["result"] or {}).get("more")]
    assert more == [["Infinity", "-Infinity", BAD]]
