"""Lists of jobs as tables of other programs."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from sample_jobs import Echo, Raises

from queue_core.errors import ParameterError
from queue_core.paths import LocalFolder
from queue_core.queue import exporting
from queue_core.queue.exporting import export_jobs, save_list
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobFilter, JobOrder


def test_a_list_becomes_a_table_in_its_order_and_its_types(
    queue: HueyJobQueue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PART", 2)
    names = ["plain", 'ünï, "quoted"\nline', "\udce9"]
    ids = [queue.put(Echo(name=name, size=n)) for n, name in enumerate(names)]
    failed = queue.put(Raises(name="fails"))
    queue.start(1)
    assert queue.wait(failed, 30).status is JobStatus.ERROR
    target = tmp_path / "new" / "jobs.parquet"
    assert export_jobs(queue, target, JobFilter(), JobOrder(descending=False)) == 4
    rows = parquet.read_table(target).to_pylist()
    assert [row["id"] for row in rows] == [*ids, failed]
    assert [row["name"] for row in rows][:2] == names[:2]
    assert rows[0]["parameters"] == '{"name": "plain", "size": 0}'
    assert rows[0]["status"] == "finished"
    assert rows[3]["error"]
    assert all(row["started"] <= row["ended"] and row["duration_s"] >= 0 for row in rows)


def test_only_what_matches_is_written_and_a_folder_is_read_by_itself(
    queue: HueyJobQueue, local_folder: LocalFolder, tmp_path: Path
) -> None:
    for name in ("iris", "penguins", "iris again"):
        queue.put(Echo(name=name))
    target = tmp_path / "jobs.csv"
    assert (
        save_list(str(local_folder.root), str(target), query="iris", statuses=["not_started"]) == 2
    )
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "penguins" not in target.read_text(encoding="utf-8-sig")


def test_an_unknown_format_is_said_before_anything_is_read(
    queue: HueyJobQueue, tmp_path: Path
) -> None:
    with pytest.raises(ParameterError, match="docx"):
        export_jobs(queue, tmp_path / "jobs.docx", JobFilter())
    assert not list(tmp_path.glob("*.docx"))
