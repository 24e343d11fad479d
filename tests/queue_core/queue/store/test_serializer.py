"""What does not carry the folder's signature for this very job is never opened."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from damage import edit, stored
from hypothesis import given
from hypothesis import strategies as st
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobQueueError
from queue_core.errors import LocalFolderError, UntrustedBlobError
from queue_core.queue.engine.options import EngineOptions
from queue_core.queue.repeating import copy_of
from queue_core.queue.store import serializer
from queue_core.queue.store.serializer import Errand, Signer, load_key
from queue_core.runner.job_process.job_pickle import NotStorableError, dump_job

pytestmark = pytest.mark.file_list

SIGNER = Signer(b"k" * 32)
ERRAND = Errand(
    payload=b"payload", cwd="/work", import_path=("/a", "/b"), changes={"x": [1]}, reuse_key="key"
)
BLOB = SIGNER.sign(ERRAND, "job")


def test_what_is_signed_comes_back() -> None:
    assert SIGNER.verify(BLOB, "job") == ERRAND


@pytest.mark.parametrize("place", range(len(BLOB)))
def test_a_flipped_byte_is_noticed_wherever_it_is(place: int) -> None:
    for flip in (0x01, 0x80, 0xFF):
        data = bytearray(BLOB)
        data[place] ^= flip
        with pytest.raises(UntrustedBlobError):
            SIGNER.verify(bytes(data), "job")


@pytest.mark.parametrize("length", range(0, len(BLOB), 3))
def test_a_part_is_not_the_whole(length: int) -> None:
    for data in (BLOB[:length], BLOB[length:] if length else BLOB + b"x"):
        with pytest.raises(UntrustedBlobError):
            SIGNER.verify(data, "job")


@given(data=st.one_of(st.binary(max_size=200), st.text(), st.integers(), st.none()))
def test_anything_else_is_refused(data: Any) -> None:
    with pytest.raises(UntrustedBlobError):
        SIGNER.verify(data, "job")


@pytest.mark.parametrize("other", ["job2", "jo", "", "job\0", "JOB", "\udcff"])
def test_a_signature_is_good_for_one_job(other: str) -> None:
    with pytest.raises(UntrustedBlobError):
        SIGNER.verify(BLOB, other)
    assert SIGNER.verify(SIGNER.sign(ERRAND, other), other) == ERRAND


def test_another_folder_signs_otherwise() -> None:
    with pytest.raises(UntrustedBlobError):
        Signer(b"o" * 32).verify(BLOB, "job")


@pytest.mark.parametrize(
    "changes", [{"x": {1}}, {"x": b""}, {"x": object()}], ids=["set", "bytes", "object"]
)
def test_changes_that_cannot_be_stored_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(JobQueueError, match="changed parameters"):
        SIGNER.sign(Errand(payload=b"", changes=changes), "job")


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serializer, "MOST_BYTES", 1_000)
    with pytest.raises(JobQueueError, match="too large"):
        SIGNER.sign(Errand(payload=bytes(1_000)), "job")


class Opened:
    """Leaves a file where somebody opens it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.mark),))


# What another program may edit in a stored job: each edit runs nothing else than what was signed,
# or nothing at all.
EDITS = {
    "environment": ("environment = ?", json.dumps({"cwd": "/", "path": ["/evil"], "changes": {}})),
    "params": ("params = ?", '{"value": "evil"}'),
    "name": ("job_name = ?", "evil"),
    "type": ("task_type = ?", "Evil"),
}


@pytest.mark.parametrize(("what", "value"), EDITS.values(), ids=EDITS)
def test_an_edit_beside_the_signature_changes_nothing_that_runs(
    queue: HueyJobQueue, what: str, value: str
) -> None:
    job_id = queue.put(Echo(value="good"))
    edit(queue, f"UPDATE task_copy SET {what} WHERE id = ?", value, job_id)
    queue.start(options=EngineOptions(grace_s=0.5))
    assert queue.wait(job_id, 30).result == "good"
    assert queue.wait(queue.retry(job_id), 30).result == "good"


def test_another_process_for_a_job_is_refused(running: HueyJobQueue) -> None:
    """A used process of another job may hold anything."""
    running.pause_queue()
    job_id = running.put(Echo(value=1))
    edit(running, "UPDATE task_copy SET reuse_key = 'another' WHERE id = ?", job_id)
    running.resume_queue()
    record = running.wait(job_id, 30)
    assert "in which process" in (record.error_msg or "")


class TestForeignBlobs:
    @pytest.fixture
    def evil(self, queue: HueyJobQueue, tmp_path: Path) -> bytes:
        del queue
        return pickle.dumps(Opened(tmp_path / "opened"))

    def test_copies_of_another_job_do_not_run(self, queue: HueyJobQueue) -> None:
        first, second = queue.put(Echo(value="first")), queue.put(Echo(value="second"))
        schedule = queue.add_schedule(Echo(value="scheduled"), "0 3 * * *")
        blobs = {
            "job": "SELECT job_blob FROM task_copy WHERE id = ?2",
            "schedule": "SELECT job_blob FROM monitor_schedule WHERE id = ?3",
        }
        for source in blobs.values():
            edit(
                queue, f"UPDATE task_copy SET job_blob = ({source}) WHERE id = ?1 "
                "AND ?2 != '' AND ?3 != ''", first, second, schedule,
            )  # fmt: skip
            with pytest.raises(UntrustedBlobError):
                copy_of(queue._row(first, "*"), first, queue._signer)
        queue.start(options=EngineOptions(grace_s=0.5))
        record = queue.wait(first, 30)
        assert record.error_type == "UntrustedBlobError"
        assert queue.wait(second, 30).result == "second"
        with pytest.raises(UntrustedBlobError):
            queue.retry(first)

    def test_a_job_does_not_become_a_schedule(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo(value="job"))
        queue.add_schedule(Echo(value="scheduled"), "0 3 * * *")
        edit(queue, "UPDATE monitor_schedule SET next_run = 1, job_blob = "
             "(SELECT job_blob FROM task_copy WHERE id = ?)", job_id)  # fmt: skip
        queue._put_due()
        assert queue.counts().total == 1
        (schedule,) = queue.schedules()
        assert "signature" in (schedule.problem or "")

    def test_nothing_unsigned_is_opened(
        self, queue: HueyJobQueue, evil: bytes, tmp_path: Path
    ) -> None:
        ids = [queue.put(Echo(value=number)) for number in range(3)]
        schedule = queue.add_schedule(Echo(), "0 3 * * *")
        edit(queue, "UPDATE task_copy SET job_blob = ? WHERE id = ?", evil, ids[0])
        edit(queue, "UPDATE task SET data = ?", evil)
        edit(queue, "UPDATE task_copy SET params = ?, error_frames = ? WHERE id = ?", evil, evil,
             ids[1])  # fmt: skip
        edit(queue, "UPDATE monitor_schedule SET job_blob = ?, next_run = 1", evil)
        edit(queue, "INSERT INTO kv VALUES ('dashai-monitor', 'r:x', ?)", evil)
        edit(queue, "INSERT INTO schedule (queue, data, timestamp) VALUES ('dashai-monitor', ?, 1)",
             evil)  # fmt: skip
        edit(queue, "INSERT INTO task_copy (id, task_type, status, job_blob) "
             "VALUES ('d', 'X', 'error', ?)", evil)  # fmt: skip
        queue._put_due()
        queue.start(options=EngineOptions(grace_s=0.5))
        assert queue.wait(ids[0], 30).error_type == "UntrustedBlobError"
        assert queue.wait(ids[2], 30).result == 2
        queue.list()
        assert queue._storage.enqueued_items() == []
        with pytest.raises(JobQueueError, match="belongs to DashAI"):
            queue.retry("d")
        assert not (tmp_path / "opened").exists()
        assert stored(queue, "SELECT problem IS NOT NULL FROM monitor_schedule") == [(1,)]
        queue.remove_schedule(schedule)


class TestKey:
    def test_it_is_made_once_and_closed_to_others(self, tmp_path: Path) -> None:
        path = tmp_path / "key"
        key = load_key(path)
        assert load_key(path) == key
        assert len(key) == 32
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("content", [b"", b"short"])
    def test_a_damaged_one_is_said(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "key"
        path.write_bytes(content)
        with pytest.raises(LocalFolderError, match="damaged"):
            load_key(path)

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
    @pytest.mark.timeout(20)
    @pytest.mark.parametrize("kind", ["folder", "pipe", "device", "dangling"])
    def test_what_is_no_file_is_said_and_does_not_hang(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "key"
        match kind:
            case "folder":
                path.mkdir()
            case "pipe":
                os.mkfifo(path)
            case "device":
                path.symlink_to("/dev/zero")
            case _:
                path.symlink_to(tmp_path / "nowhere" / "key")
        with pytest.raises(LocalFolderError, match="cannot be used"):
            load_key(path)

    def test_a_lost_one_is_said_of_each_job(self, queue: HueyJobQueue) -> None:
        job_id = queue.put(Echo(value=1))
        queue.close()
        queue.folder.secret_key.unlink()
        with HueyJobQueue(queue.folder.root) as again:
            record = again.wait(job_id, 30)
            assert "signature" in (record.error_msg or "")
            assert again.wait(again.put(Echo(value=2)), 30).result == 2


class Hostile:
    """Cannot be serialised, and says so by raising what usually ends a program."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def __reduce__(self) -> Any:
        raise self.error

    def __repr__(self) -> str:
        raise self.error


@pytest.mark.parametrize("error", [ValueError, SystemExit, MemoryError, RecursionError])
def test_what_raises_while_it_is_stored_is_said(error: type[BaseException]) -> None:
    with pytest.raises(NotStorableError, match=error.__name__):
        dump_job(Hostile(error))


def test_ctrl_c_while_it_is_stored_is_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt):
        dump_job(Hostile(KeyboardInterrupt))
