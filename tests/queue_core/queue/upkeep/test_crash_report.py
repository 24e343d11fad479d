"""Reports of real failed jobs: complete, small, and without what is nobody else's business."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sample_jobs

from queue_core import BaseJob, HueyJobQueue, JobNotFoundError, JobQueueError
from queue_core.queue.store.sqlite_database import SqliteDatabase
from queue_core.queue.upkeep.crash_report import write_crash_report
from queue_core.settings import change_settings

pytestmark = pytest.mark.file_list


def report_of(queue: HueyJobQueue, job_id: str, target: Path) -> dict[str, str]:
    database = SqliteDatabase(queue.folder.queue_db)
    path = write_crash_report(database, queue.folder, job_id, target)
    database.close()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


class Leaks(BaseJob):
    """Fails with secrets and paths everywhere."""

    def run(self) -> None:
        api_key = "hunter2-local"  # noqa: F841
        config = {"password": "hunter2-dict", "host": "db"}  # noqa: F841
        data_file = str(Path.home() / "data.csv")
        print("connecting with token=hunter2-log to postgres://ada:hunter2-url@db/x")
        print(f"reading {data_file}")
        raise ValueError(f"cannot read {data_file} with password='hunter2-message'")


class Remembers(BaseJob):
    """A job that must not be opened by anyone but its child."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        Path(state["kwargs"]["opened"]).touch()
        self.__dict__.update(state)

    def run(self) -> None:
        raise RuntimeError("it failed")


def test_a_report_tells_all(running: HueyJobQueue, tmp_path: Path) -> None:
    job_id = running.put(sample_jobs.Raises(column="age"))
    record = running.wait(job_id, 20)
    found = report_of(running, job_id, tmp_path / "report.zip")
    assert json.loads(found["record.json"])["error_msg"] == record.error_msg
    assert json.loads(found["record.json"])["status"] == "error"
    assert json.loads(found["parameters.json"]) == {"column": "age"}
    assert "KeyError: 'age'" in found["traceback.txt"]
    assert "password = (hidden)" in found["variables.txt"]
    assert json.loads(found["attempts.json"])[0]["status"] == "error"
    assert json.loads(found["computer.json"])["cores"] == os.cpu_count()
    assert "huey==" in found["packages.txt"]
    assert "queue.workers" in json.loads(found["settings.json"])["in_force"]
    assert record.error_msg in found["README.txt"]
    assert record.error_hint in found["README.txt"]
    assert all(name in found["README.txt"] for name in found if name != "README.txt")
    assert "native-stack.txt" not in found


def test_no_secret_and_no_home_folder_is_in_it(running: HueyJobQueue, tmp_path: Path) -> None:
    job = Leaks(database_password="hunter2-param", path=str(Path.home() / "in.csv"), note="sk")
    job_id = running.put(job)
    running.wait(job_id, 20)
    found = report_of(running, job_id, tmp_path / "report.zip")
    everything = "\n".join(found.values())
    assert "hunter2" not in everything
    assert f"{Path.home()}/" not in everything
    assert json.loads(found["parameters.json"])["path"] == "~/in.csv"
    assert "reading ~/data.csv" in found["log.txt"]
    for name in ("database_password", "api_key", "token"):
        assert name in found["README.txt"]


def test_the_settings_say_what_is_hidden(running: HueyJobQueue, tmp_path: Path) -> None:
    change_settings(running.folder.settings, {"reports.hidden_names": ["patient"]})
    job_id = running.put(sample_jobs.Raises(patient_name="Ada", column="age"))
    running.wait(job_id, 20)
    found = report_of(running, job_id, tmp_path / "report.zip")
    assert json.loads(found["parameters.json"]) == {"patient_name": "(hidden)", "column": "age"}


def test_a_native_crash_comes_with_its_stack(running: HueyJobQueue, tmp_path: Path) -> None:
    job_id = running.put(sample_jobs.Dies(how="segfault"))
    running.wait(job_id, 20)
    found = report_of(running, job_id, tmp_path / "report.zip")
    assert "Segmentation fault" in found["native-stack.txt"]
    assert "sample_jobs.py" in found["native-stack.txt"]


def test_the_stored_job_is_not_opened(queue: HueyJobQueue, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    job_id = queue.put(Remembers(opened=str(opened)))
    report_of(queue, job_id, tmp_path / "report.zip")
    assert not opened.exists()


def test_a_flood_makes_no_large_report(running: HueyJobQueue, tmp_path: Path) -> None:
    job_id = running.put(sample_jobs.Floods(megabytes=60))
    running.wait(job_id, 60)
    found = report_of(running, job_id, tmp_path / "report.zip")
    assert (tmp_path / "report.zip").stat().st_size < 1_000_000
    assert "line 0000000 of the flood" in found["log.txt"]
    assert found["log.txt"].rstrip().endswith("the last line")
    assert "lines are left out here" in found["log.txt"]


def test_it_is_named_after_the_job_in_a_folder_and_private(
    running: HueyJobQueue, tmp_path: Path
) -> None:
    job_id = running.put(sample_jobs.Raises(name="a/b: “c” " + "x" * 300))
    running.wait(job_id, 20)
    report_of(running, job_id, tmp_path)
    (path,) = tmp_path.glob("*.zip")
    assert path.name.startswith("crash-report-a-b-c-x")
    assert len(path.name) < 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rows_of_others_and_odd_rows_are_reported_too(queue: HueyJobQueue, tmp_path: Path) -> None:
    database = SqliteDatabase(queue.folder.queue_db)
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO task_copy (id, task_type, status, params, error_frames, warnings, "
            "traceback) VALUES ('odd-job', 'ModelJob', 'error', '{broken', '[1, {\"locals\": 3}]', "
            "'{', 'Traceback \ud800')".encode("utf-8", "replace").decode(),
        )
    database.close()
    found = report_of(queue, "odd-job", tmp_path / "report.zip")
    assert json.loads(found["record.json"])["task_type"] == "ModelJob"
    assert "Traceback" in found["traceback.txt"]


def test_what_cannot_be_written_leaves_nothing_behind(
    running: HueyJobQueue, tmp_path: Path
) -> None:
    job_id = running.put(sample_jobs.Raises())
    running.wait(job_id, 20)
    place = tmp_path / "place"
    place.mkdir()
    (place / "report.zip").mkdir()
    (place / "report.zip" / "x").touch()
    with pytest.raises(JobQueueError, match=r"cannot be written to .*nowhere"):
        report_of(running, job_id, tmp_path / "nowhere" / "report.zip")
    with pytest.raises(JobNotFoundError):
        report_of(running, "nothing", place)
    assert [path.name for path in place.iterdir()] == ["report.zip"]


def test_an_earlier_report_is_replaced_whole(running: HueyJobQueue, tmp_path: Path) -> None:
    target = tmp_path / "report.zip"
    target.write_bytes(b"not a zip" * 100_000)
    job_id = running.put(sample_jobs.Raises())
    running.wait(job_id, 20)
    assert "README.txt" in report_of(running, job_id, target)
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.zip"]
