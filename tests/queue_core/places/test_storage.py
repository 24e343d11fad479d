"""What lies between queue and machine: written whole, made once, checked where it is read."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from queue_core.errors import MonitorError
from queue_core.places import begin, packages
from queue_core.places.configuration import read_places
from queue_core.places.contract import Demand, Node, PlaceRefusedError
from queue_core.places.fitting import why_not
from queue_core.places.log_copy import LogCopy
from queue_core.places.shared import SharedStorage
from queue_core.places.storage import attempt_folder, write_once
from queue_core.places.ticket import Ticket, read_ticket, ticket_files
from queue_core.places.words import State, outcome_data, read_outcome, read_state, state_data
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log
from queue_core.runner.outcome import EndReason, ErrorReport, Outcome, RunOrder


def write_ticket(folder: Path, ticket: Ticket) -> str:
    files, digest = ticket_files(ticket)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return digest


def test_a_ticket_is_taken_only_as_it_was_written(tmp_path: Path) -> None:
    order = RunOrder("job", b"payload", "/cwd", ("/a", "/b"), {"x": 1}, 2, 5.0)
    digest = write_ticket(tmp_path, Ticket(order=order, python="3.11", packages=("/core",)))
    assert read_ticket(tmp_path, digest).order == order
    (tmp_path / "job.bin").write_bytes(b"another")
    with pytest.raises(MonitorError, match="was changed"):
        read_ticket(tmp_path, digest)
    with pytest.raises(MonitorError, match="was changed"):
        read_ticket(tmp_path, "0" * 64)


def test_another_python_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    digest = write_ticket(tmp_path, Ticket(order=RunOrder("job", b""), python="2.7"))
    done = subprocess.run(
        [sys.executable, begin.__file__, str(tmp_path), digest], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"stored by 2.7" in done.stderr
    outcome = read_outcome(json.loads((tmp_path / "outcome.json").read_text()), digest)
    assert outcome is not None
    assert outcome.error is not None
    assert "the job was stored by 2.7" in outcome.error.message


def test_an_outcome_comes_back_as_it_was_and_nothing_else_is_taken_for_one() -> None:
    error = ErrorReport("E", "why", "hint", "trace", ({"type": "C"},), ({"f": {"a": 1}},), True)
    for outcome in (
        Outcome(EndReason.RAISED, 1.5, error=error),
        Outcome(EndReason.FINISHED, 2.0, result_json='{"a": 1}', peak_memory_bytes=5),
    ):
        data = json.loads(json.dumps(outcome_data(outcome, "d")))
        assert read_outcome(data, "d") == outcome
        assert read_outcome(data, "of another start") is None
    for odd in ({}, {"outcome": 3}, {"outcome": {"reason": "x"}}, {"outcome": {"reason": []}},
                {"outcome": {"reason": "finished", "result_json": "{"}}):  # fmt: skip
        assert read_outcome({"ticket": "d", **odd}, "d") is None
    state = State(3, 0.5, "half", True, ("w",), ("dataset", 4), 1, 2, 3.0, 4.0)
    assert read_state(json.loads(json.dumps(state_data(state, "d"))), "d") == state
    assert read_state({"ticket": "d", "beat": "x"}, "d") is None


def test_numbers_that_no_database_holds_are_bounded() -> None:
    huge = 10**30
    told = {"reason": "finished", "elapsed_s": math.inf, "exit_code": huge, "cpu_time_s": math.nan,
            "peak_memory_bytes": huge}  # fmt: skip
    outcome = read_outcome({"ticket": "d", "outcome": told}, "d")
    assert outcome == Outcome(EndReason.FINISHED, 0.0, cpu_time_s=0.0)
    state = State(1, memory_bytes=huge, peak_bytes=huge, cpu_s=math.inf, entity=("run", huge))
    read = read_state(json.loads(json.dumps(state_data(state, "d"))), "d")
    assert read == State(1, memory_bytes=2**63 - 1, peak_bytes=2**63 - 1, entity=("run", 2**63 - 1))


def test_a_start_is_made_once_and_stays_below_the_storage(tmp_path: Path) -> None:
    assert write_once(tmp_path / "begun.json", b"1")
    assert not write_once(tmp_path / "begun.json", b"2")
    assert (tmp_path / "begun.json").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["begun.json"]
    assert attempt_folder(tmp_path, "../../etc", 1).parent.parent == tmp_path / "jobs"


def test_a_shared_folder_that_cannot_be_looked_at_is_a_problem_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "closed" / "mine"
    storage = SharedStorage(root, str(root))

    def closed(_path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", closed)
    assert storage.problem() == (
        f"Its storage {root} cannot be used: Permission denied.",
        "Mount it, or make it writable.",
    )
    assert not storage.start("job", 1).has_outcome()  # nothing is known of it


def test_modules_are_stored_once_by_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    (source / "pack").mkdir(parents=True)
    (source / "pack" / "a.py").write_text("A = 1")
    (source / "data.bin").write_text("no module")
    first = packages.store_package(tmp_path, source)
    assert packages.store_package(tmp_path, source) == first
    stored = tmp_path / "packages" / first
    assert [path.name for path in stored.rglob("*") if path.is_file()] == ["a.py"]
    (source / "pack" / "a.py").write_text("A = 22")
    assert packages.store_package(tmp_path, source) != first
    monkeypatch.setattr(packages, "_MOST_FILES", 0)
    with pytest.raises(PlaceRefusedError, match="more than"):
        packages.store_package(tmp_path, source)


def test_a_module_that_cannot_be_read_is_the_jobs_fault_and_not_the_storages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.py").write_text("A = 1")
    (source / "gone.py").symlink_to(tmp_path / "nowhere.py")
    first = packages.store_package(tmp_path, source)
    assert [path.name for path in (tmp_path / "packages" / first).iterdir()] == ["a.py"]

    def unreadable(path: str, _changed_ns: int, _size: int) -> str:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(packages, "_file_digest", unreadable)
    with pytest.raises(PlaceRefusedError, match=r"Permission denied: .*a\.py"):
        packages.store_package(tmp_path, source)


def test_a_log_is_followed_without_a_gap_or_a_line_twice(tmp_path: Path) -> None:
    target = tmp_path / "target.log"
    with_first = LogWriter(target, attempt=1, limit_bytes=1 << 20)
    with_first.feed("stdout", b"attempt 1\n")
    with_first.close()
    source = LogWriter(tmp_path / "source.log", attempt=2, limit_bytes=1 << 20, after=1)
    for number in range(4):
        source.feed("stdout", b"line \xf5 %d\n" % number)
        # A new one each time: as after a crash of the program.
        copy = LogCopy(source.path, LogWriter(target, attempt=2, limit_bytes=1 << 20))
        assert copy.follow()
        copy.close()
    lines = read_log(target)
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert [line.attempt for line in lines] == [1, 2, 2, 2, 2]
    assert lines[1:] == read_log(source.path, after=1)


def test_what_fits_where() -> None:
    nodes = [Node("a", "idle", True, 4, 4, 8, 8), Node("b", "down", False, 64, 64)]
    assert why_not(nodes, Demand(4)) is None
    assert "now" in (why_not(nodes, Demand(2), [Demand(3)]) or "")
    assert "large enough for 1 core and 1 GPU" in (why_not(nodes, Demand(1, gpus=1)) or "")
    assert "large enough" in (why_not(nodes, Demand(8)) or "")
    assert why_not([], Demand()) == "No machine takes jobs (none is there)."


def test_places_of_the_settings(tmp_path: Path) -> None:
    good = {"kind": "slurm", "storage": tmp_path.as_uri(), "command": ["ssh", "login"]}
    places, problems = read_places(
        {"a": good, "b": {"kind": "slurm"}, "c": {**good, "storage": "sftp://me:word@host/x"},
         "d e": good, "f": {**good, "most_jobs": "3"}, "g": {"kind": "ray", "storage": "/x"},
         "h": 3}
    )  # fmt: skip
    assert [(place.name, place.storage, place.command) for place in places] == [
        ("slurm:a", str(tmp_path), ("ssh", "login"))
    ]
    assert len(problems) == 6
    assert "password" in problems[1]
    assert "word@" not in problems[1]


def test_the_first_machine_that_begins_is_the_only_one(tmp_path: Path) -> None:
    digest = write_ticket(tmp_path, Ticket(order=RunOrder("job", b""), python="3.11"))
    assert digest == hashlib.sha256((tmp_path / "ticket.json").read_bytes()).hexdigest()
    write_once(tmp_path / "begun.json", b"{}")
    done = subprocess.run(
        [sys.executable, "-m", "queue_core.places.node", str(tmp_path), digest],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 75
    assert not (tmp_path / "outcome.json").exists()
