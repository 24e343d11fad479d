"""Lists of jobs by the index and by the queue's own table: the same jobs, in the same order."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

import pytest
from sample_jobs import Talks
from seeded_folder import seed_folder

from queue_core import HueyJobQueue, JobStatus
from queue_core.queue.finding import vocabulary
from queue_core.queue.finding.finder import JobFinder
from queue_core.queue.finding.following import Follower
from queue_core.queue.finding.index_file import IndexFile
from queue_core.queue.finding.language import QueryError
from queue_core.queue.finding.pages import ORDERS
from queue_core.queue.store.sqlite_errors import DatabaseBusyError
from queue_core.queue.values import JobFilter, JobOrder, JobPage


@pytest.fixture
def seeded(queue: HueyJobQueue) -> list[str]:
    return seed_folder(queue.folder.root)


@pytest.mark.file_list
def test_who_writes_the_index_keeps_no_job_waiting(queue: HueyJobQueue, tmp_path: Path) -> None:
    index = IndexFile(tmp_path / "finding.db", queue.folder.queue_db)
    index.prepare()
    other = IndexFile(tmp_path / "finding.db", queue.folder.queue_db)
    with closing(index), closing(other):
        with index.transaction(durable=False) as connection:
            job_id = queue.put(Talks())
            with pytest.raises(DatabaseBusyError), other.transaction(patience_s=0):
                pass  # of the index there is one writer at a time
            found = connection.execute("SELECT count(*) FROM queue.task_copy").fetchone()
            assert found[0] == 1
        with other.transaction(patience_s=0):
            assert queue.cancel(job_id)


def names(queue: HueyJobQueue, query: str) -> set[str]:
    return {record.job_name for record in queue.list(JobFilter(query=query))}


def page(queue: HueyJobQueue, query: str = "", order: JobOrder | None = None) -> JobPage:
    return queue.page(JobFilter(query=query), order or JobOrder(), start=0, size=100)


@pytest.fixture
def direct(queue: HueyJobQueue, tmp_path: Path) -> JobFinder:
    """One that has no index, because there cannot be one."""
    place = tmp_path / "no folder" / "finding.db"
    return JobFinder(queue._database, place, queue.folder.logs)


QUERIES = (
    "status:failed", "-status:finished", "type:model", "type:mod",
    "status:failed type:model", "took:>1m",
    "took:<5", "name:forest", "error:memory", "-error:memory status:failed", "penguins",
    '"columns of penguins"', "iris -type:model", "param.n_estimators:300",
    "param.n_estimators:>200", "param.n_estimators:>300", "param.loader:delim*",
    "param.options.delimiter:,", "component:random_forest", "age:<1h", "age:>1h", "created:today",
    "progress:>50 status:running", "guin", "imators", "name:orest", "-guin", "εδομ",
    "2026年第1", "売上", "四半", "nguins.csv", "metric:>0.95", "-metric:>0.95 type:model",
    "measure:accuracy", "worker:1", "failure:0123456789abcdef", "Ελληνικά",
    "データセット_売上_2026年第1四半期_最終版",
)  # fmt: skip


FIND_NOTHING = ("param.n_estimators:>300", "failure:0123456789abcdef")


@pytest.mark.usefixtures("seeded")
def test_the_index_and_the_table_agree(queue: HueyJobQueue, direct: JobFinder) -> None:
    for query in QUERIES:
        found = page(queue, query)
        assert found.is_indexed
        plain = direct.page(JobFilter(query=query), JobOrder(), start=0, size=100)
        assert not plain.is_indexed
        assert found.ids == plain.ids, query
        assert found.total == plain.total == len(found.ids)
        assert bool(found.ids) == (query not in FIND_NOTHING), query


@pytest.mark.usefixtures("seeded")
def test_orders_agree_with_those_of_the_list(queue: HueyJobQueue) -> None:
    listed = (set(ORDERS) - {"component", "dataset", "worker"}, (True, False))
    for column, descending in itertools.product(*listed):
        order = JobOrder(column, descending)
        wanted = [record.id for record in queue.list(order=order)]
        found = list(page(queue, order=order).ids)
        if column == "duration":  # those that run are a moment older in one of them
            wanted, found = sorted(wanted), sorted(found)
        assert found == wanted, order


@pytest.mark.usefixtures("seeded")
def test_words_are_found_by_their_middle(
    queue: HueyJobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    penguins = names(queue, "penguins")
    assert len(penguins) == 4
    assert names(queue, "NGÜIN") == penguins  # as words are: without capitals and accents
    assert names(queue, '"guin"') == set()  # in quotes, words stand as they are
    assert names(queue, "name:guins") == names(queue, "name:penguins")
    assert names(queue, "error:okeniz") == set()
    assert names(queue, "-guin") == names(queue, "-penguins")
    # Where too many words hold a part, the jobs are looked through: the same is found.
    monkeypatch.setattr(vocabulary, "_MOST_WORDS", 0)
    assert names(queue, "guin") == penguins
    assert names(queue, "-guin") == names(queue, "-penguins")


def test_pages_join_to_the_whole_and_a_job_is_found_again(
    queue: HueyJobQueue, seeded: list[str]
) -> None:
    whole = page(queue).ids
    assert whole == tuple(reversed(seeded))
    for order in (JobOrder(), JobOrder("job_name", descending=False), JobOrder("error_msg")):
        whole = page(queue, order=order).ids
        parts = [
            queue.page(JobFilter(), order, start=start, size=4).ids
            for start in range(0, len(whole), 4)
        ]
        assert len({job_id for part in parts for job_id in part}) == len(whole)
        for job_id in whole:
            part = queue.page(JobFilter(), order, start=0, size=5, around=job_id)
            assert job_id in part.ids
            assert whole[part.start : part.start + 5] == part.ids
    hidden = queue.page(JobFilter(), JobOrder(), start=0, size=100, hidden=seeded[:2])
    assert hidden.total == len(seeded) - 2
    assert not set(seeded[:2]) & set(hidden.ids)


def test_what_changes_is_followed(queue: HueyJobQueue, seeded: list[str]) -> None:
    assert names(queue, "renamed") == set()
    queue._database.write(
        lambda c: c.execute(
            "UPDATE task_copy SET job_name = 'Renamed thing', status = 'error' WHERE id = ?",
            (seeded[0],),
        )
    )
    assert names(queue, "renamed status:failed") == {"Renamed thing"}
    assert "Explore penguins" not in names(queue, "name:penguins")
    assert queue.remove([seeded[0]]) == (seeded[0],)
    assert names(queue, "renamed") == set()
    counts = queue.counts()
    assert counts.total == len(seeded) - 1 == page(queue).total
    assert counts.by_status[JobStatus.ERROR] == page(queue, "status:failed").total


def test_a_reader_that_was_away_for_long_compares(
    queue: HueyJobQueue, seeded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page(queue).is_indexed

    def forget(connection: object) -> None:
        connection.execute("UPDATE task_copy SET job_name = 'Later', last_update = '2030'")  # type: ignore[attr-defined]
        connection.execute("DELETE FROM task_copy WHERE id = ?", (seeded[3],))  # type: ignore[attr-defined]
        connection.execute(
            "DELETE FROM monitor_change WHERE seq < (SELECT max(seq) FROM monitor_change)"
        )  # type: ignore[attr-defined]

    queue._database.write(forget)
    monkeypatch.setattr(Follower, "_is_ready_at_once", lambda _self: False)
    assert not page(queue).is_indexed  # right, and slow, until somebody goes on
    while not queue.index_more().is_complete:
        pass
    found = page(queue, "later")
    assert found.is_indexed
    assert found.total == len(seeded) - 1
    assert seeded[3] not in found.ids


def test_logs_are_searched_by_their_words(running: HueyJobQueue) -> None:
    job_id = running.put(Talks())
    running.wait(job_id, 20)
    assert running.ids(JobFilter(query='log:"from a process"')) == (job_id,)
    assert running.ids(JobFilter(query="log:'process a'")) == ()


def test_a_damaged_index_is_made_anew(queue: HueyJobQueue, seeded: list[str]) -> None:
    assert page(queue).is_indexed
    queue._finder.close()
    place = queue.folder.monitor / "finding.db"
    place.write_bytes(b"SQLite format 3\x00" + b"\xff" * 8000)
    assert page(queue).total == len(seeded)
    assert page(queue).total == len(seeded)


def test_an_index_that_is_deleted_is_made_again(queue: HueyJobQueue, seeded: list[str]) -> None:
    assert page(queue).is_indexed
    for file in queue.folder.monitor.glob("finding.db*"):
        file.unlink()
    queue._database.write(lambda c: c.execute("UPDATE task_copy SET job_name = 'Other'"))
    assert page(queue, "other").total == len(seeded)
    while not queue.index_more().is_complete:
        pass
    found = page(queue, "other")
    assert (found.is_indexed, found.total) == (True, len(seeded))


def test_a_mistake_is_told_before_anything_is_read(queue: HueyJobQueue) -> None:
    with pytest.raises(QueryError, match="stauts"):
        queue.list(JobFilter(query="stauts:error"))
