"""Jobs whose place shares no folder with this computer: everything travels by a URL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sample_jobs import Echo, Grandchildren, Progresses, Raises

from queue_core import JobStatus
from queue_core.jobs.python_job import PythonJob
from queue_core.places import object_store, remote
from queue_core.places.choice import make_storage
from queue_core.places.configuration import read_places
from queue_core.places.log_copy import LogCopy
from queue_core.places.object_store import ObjectStore
from queue_core.places.packages import packed
from queue_core.places.remote import RemoteStorage
from queue_core.runner.log.log_frames import encode_frame
from queue_core.runner.log.log_writer import LogWriter
from queue_core.runner.log.logs import read_log

from .conftest import HERE, Cluster
from .test_at_a_place import _runs

Until = Callable[[Callable[[], bool]], None]


@pytest.fixture
def far(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A place whose storage is read and written by URL alone, and whose machines have a home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(remote, "_INTERVAL_S", 0.1)
    cluster.folder.settings.write_text(
        f'[places.test]\nkind = "slurm"\nstorage = "local://{cluster.storage}"\n'
        f'python = "{sys.executable}"\n'
    )
    return cluster


def test_everything_of_a_job_travels_by_url_and_nothing_is_left(
    far: Cluster, tmp_path: Path, until: Until
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    with far.open() as queue:
        job_id = queue.put(Progresses(started=str(started), go=str(go)), HERE)
        failing = queue.put(Raises(), HERE)
        until(lambda: queue.get(job_id).progress == 25.0)
        record = queue.get(job_id)
        assert record.warnings == ("3 rows were left out",)
        until(lambda: any("3 rows" in line.text for line in queue.logs(job_id)))
        assert "sample_jobs.py" in queue.stack_snapshot(job_id).text
        go.touch()
        assert queue.wait(job_id, 20).status is JobStatus.FINISHED
        failed = queue.wait(failing, 20)
        assert failed.error_msg == "The column age is missing."
        until(lambda: not list((far.storage / "jobs").glob("*/*")))
    assert far.submissions() == 2
    # The code came once; of the starts nothing stays, here or there.
    sent = {path.stem for path in (far.storage / "packages").glob("*.zip")}
    kept = (tmp_path / "home" / ".cache" / "dashai-monitor").iterdir()
    assert {path.name for path in kept} == sent
    assert not list(tmp_path.glob("dashai-monitor-*"))
    assert not list((far.folder.monitor / "places").rglob("*.json"))


def test_cancel_reaches_a_job_by_the_storage_alone(
    far: Cluster, tmp_path: Path, until: Until
) -> None:
    started = tmp_path / "started"
    with far.open() as queue:
        job_id = queue.put(Grandchildren(started=str(started)), HERE)
        until(started.exists)
        pids = [int(pid) for pid in started.read_text().split()]
        (far.state / "down").touch()
        assert queue.cancel(job_id)
        until(lambda: not any(_runs(pid) for pid in pids))
        (far.state / "down").unlink()
        assert queue.wait(job_id, 20).status is JobStatus.CANCELLED


def test_a_script_travels_with_the_modules_beside_it_and_works_in_a_folder_of_its_own(
    far: Cluster, tmp_path: Path, until: Until
) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (study / "near.py").write_text("VALUE = 42\n")
    script = study / "train.py"
    script.write_text(
        "import os, pathlib, near\n"
        "pathlib.Path('made.txt').write_text('x')\n"
        "result = [near.VALUE, os.environ['DASHAI_STORAGE_URL']]\n"
    )
    (far.state / "held").touch()
    with far.open() as queue:
        job_id = queue.put(PythonJob(script=str(script)), HERE)
        until(lambda: far.submissions() == 1)
        study.rename(tmp_path / "gone")  # a machine does not see it either
        (far.state / "held").unlink()
        record = queue.wait(job_id, 20)
    assert record.status is JobStatus.FINISHED, record.error_msg
    assert record.result == [42, f"local://{far.storage}"]
    assert not list(tmp_path.glob("home/.cache/*/*/made.txt"))


def test_a_job_whose_storage_is_out_of_reach_keeps_its_status_until_it_is_back(
    far: Cluster, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "_PAUSES_S", (0.0, 0.0))
    started = tmp_path / "started"
    with far.open() as queue:
        job_id = queue.put(Grandchildren(started=str(started)), HERE)
        until(started.exists)
        until(lambda: queue.get(job_id).node is not None)
        for agent in far.agents():
            agent.kill()
        until(lambda: not far.agents())
        far.storage.rename(tmp_path / "away")
        until(lambda: "The storage of slurm:test says:" in (queue.get(job_id).place_note or ""))
        assert queue.get(job_id).status is JobStatus.STARTED
        (tmp_path / "away").rename(far.storage)
        record = queue.wait(job_id, 60)
    assert record.status is JobStatus.KILLED
    assert "left no result; its place says: FAILED" in (record.error_msg or "")


def test_code_that_was_changed_on_the_way_is_not_run(far: Cluster, until: Until) -> None:
    (far.state / "held").touch()
    with far.open() as queue:
        job_id = queue.put(Echo(), HERE)
        until(lambda: far.submissions() == 1)
        for package in (far.storage / "packages").glob("*.zip"):
            package.write_bytes(package.read_bytes() + b"\0")
        (far.state / "held").unlink()
        record = queue.wait(job_id, 20)
    assert record.status is JobStatus.ERROR
    assert record.error_msg == "The code of the job was changed after it was handed over."


def test_what_fails_is_tried_again_with_an_end_and_a_file_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "_PAUSES_S", (0.0, 0.0))
    store = ObjectStore(f"local://{tmp_path}/store")
    assert store.read("a/b") is None
    assert store.versions("a") == {}
    assert store.folders("a") == []
    assert store.write_once("a/b", b"1")
    assert store.write_once("a/b", b"1")  # its answer was lost
    assert not store.write_once("a/b", b"2")
    before = store.versions("a")
    store.write("a/b", b"333")
    assert store.read("a/b") == b"333"
    assert store.versions("a") != before
    tried = []

    def fails(path: str, **_options: object) -> bytes:
        tried.append(path)
        raise RuntimeError("connection reset" if len(tried) < 3 else "gone")

    monkeypatch.setattr(store._fs, "cat_file", fails)
    with pytest.raises(OSError, match="gone"):
        store.read("a/b")
    assert len(tried) == 3
    store.remove("a")
    store.remove("a")
    assert not store.exists("a/b")


def _frame(number: int, text: str = "x") -> bytes:
    return encode_frame(
        number=number, time_s=1.0, attempt=1, source="stdout", data=f"{text}\n".encode()
    )


def test_a_storage_that_fails_after_a_piece_of_the_log_loses_none_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_INTERVAL_S", 0.0)
    storage = RemoteStorage(f"local://{tmp_path}/store", tmp_path / "mirror", 1 << 20)
    storage.publish("job", 1, {"ticket.json": b"{}"})
    store = ObjectStore(f"local://{tmp_path}/store")
    store.write("jobs/job/1/log/00000001", _frame(1, "first"))
    store.write("jobs/job/1/begun.json", b"{}")
    start = storage.start("job", 1)
    read = start._store.read

    def fails(name: str) -> bytes | None:
        if name.endswith("begun.json"):
            raise OSError(5, "gone")
        return read(name)

    monkeypatch.setattr(start._store, "read", fails)
    with pytest.raises(OSError, match="gone"):
        start.pull()
    monkeypatch.setattr(start._store, "read", read)
    store.write("jobs/job/1/log/00000002", _frame(2, "second"))
    start.pull()
    target = tmp_path / "target.log"
    copy = LogCopy(start.log_file(Path()), LogWriter(target, attempt=1, limit_bytes=1 << 20))
    assert copy.follow()
    copy.close()
    assert [line.text for line in read_log(target)] == ["first", "second"]
    assert (start.folder / "begun.json").exists()


def test_what_is_brought_of_a_log_is_bounded_and_followed_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_INTERVAL_S", 0.0)
    limit = 40_000
    storage = RemoteStorage(f"local://{tmp_path}/store", tmp_path / "mirror", limit)
    store = ObjectStore(f"local://{tmp_path}/store")
    start = storage.start("job", 1)
    target = tmp_path / "target.log"
    copy = LogCopy(start.log_file(Path()), LogWriter(target, attempt=1, limit_bytes=1 << 20))
    number = 0
    for _ in range(8):  # each round as much as a tail holds, so that it is as long as before
        for _ in range(10):
            number += 1
            store.write(f"jobs/job/1/log/{number:08d}", _frame(number, "x" * 950))
        start.pull()
        assert copy.follow()
        assert sum(path.stat().st_size for path in start.folder.glob("log*")) <= limit
    copy.close()
    assert [line.number for line in read_log(target)] == list(range(1, 81))
    # Brought anew and at once, its beginning and its end are there.
    again = storage.start("job", 1)
    again.pull()
    assert sum(path.stat().st_size for path in again.folder.glob("log*")) <= limit
    copy = LogCopy(again.log_file(Path()), LogWriter(tmp_path / "b", attempt=1, limit_bytes=limit))
    assert copy.follow()
    copy.close()
    numbers = [line.number for line in read_log(tmp_path / "b")]
    assert numbers[:19] == list(range(1, 20))
    assert numbers[-10:] == list(range(71, 81))


def test_the_same_modules_make_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("1")
    first = packed(tmp_path)
    (tmp_path / "one.py").touch()
    assert packed(tmp_path) == first
    assert packed(tmp_path, "inside")[0] != first[0]


def test_a_url_that_cannot_be_used_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = {"kind": "slurm", "storage": "nosuch://x/y"}
    (config,), _ = read_places({"a": place})
    problem, hint = make_storage(config, tmp_path).problem()
    assert "nosuch" in problem
    assert "credentials" in hint
    monkeypatch.setattr(object_store, "is_installed", lambda: False)
    problem, hint = make_storage(config, tmp_path).problem()
    assert problem == "A storage at nosuch:// needs the package fsspec, which is not installed."
    assert "[storage]" in hint
