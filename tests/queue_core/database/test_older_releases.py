"""What earlier releases have stored opens in this one; `packaging/keep_release.py` keeps it."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from queue_core import HueyJobQueue
from queue_core.paths import LocalFolder

KEPT = sorted((Path(__file__).parents[2] / "releases").glob("*.tar.xz"))


def test_something_is_kept() -> None:
    assert KEPT


@pytest.mark.parametrize("archive", KEPT, ids=lambda path: path.name.removesuffix(".tar.xz"))
def test_an_older_folder_opens_whole(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as kept:
        kept.extractall(tmp_path, filter="data")
    with HueyJobQueue(tmp_path / "local") as queue:
        jobs = {job.task_type: job for job in queue.list()}
        assert not [job.damage for job in jobs.values() if job.damage]
        assert jobs["PythonJob"].status == "error"
        assert "no rows are left" in (jobs["PythonJob"].error_msg or "")
        # What it was judged by stood in its result only.
        assert jobs["ModelJob"].metric == "accuracy"
        assert 0.5 < (jobs["ModelJob"].metric_value or 0.0) <= 1.0
        # Signed by that version, and run by this one.
        assert queue.wait(queue.retry(jobs["ExplorerJob"].id), 60).status == "finished"
        assert queue.cancel(next(job.id for job in queue.list() if job.status == "not_started"))
    assert LocalFolder(tmp_path / "local").main_db.is_file()
