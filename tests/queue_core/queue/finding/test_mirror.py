"""The copy of a server's list: many keep it at once, and the list may be restored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sample_jobs import Echo

from queue_core import HueyJobQueue
from queue_core.queue.finding.mirror import Mirror, OtherListError
from queue_core.queue.store.clock import now_text
from queue_core.queue.store.database import Database
from queue_core.queue.values import JobFilter, JobOrder
from queue_core.server_address import parse_address

pytestmark = [pytest.mark.team, pytest.mark.usefixtures("team_url")]
Rename = Callable[[str, str], None]


class Interrupted:
    """A list of which one read is slow: something happens before its answer is used."""

    def __init__(self, source: Database, words: str, meanwhile: Callable[[], object]) -> None:
        self._source, self._words, self._meanwhile = source, words, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def read(self, sql: str, parameters: Any = ()) -> list[Any]:
        rows = self._source.read(sql, parameters)
        if self._words in sql:
            self._words = "once only"
            self._meanwhile()
        return rows


@pytest.fixture
def rename(queue: HueyJobQueue) -> Rename:
    def change(job: str, name: str) -> None:
        sql = "UPDATE task_copy SET job_name = ?, last_update = ? WHERE id = ?"
        queue._database.write(lambda c: c.execute(sql, (name, now_text(), job)))

    return change


def opened(source: Any, folder: Path) -> Mirror:
    found = Mirror(folder / "mirror.db", source)
    found.prepare()
    return found


def many(queue: HueyJobQueue, count: int) -> list[str]:
    return [queue.put(Echo()) for _ in range(count)]


def names(mirror: Mirror) -> list[str]:
    return [row[0] for row in mirror.read("SELECT job_name FROM task_copy ORDER BY rowid")]


@pytest.mark.parametrize("is_behind", [True, False], ids=["by the feed", "by a pass"])
def test_what_was_read_before_another_went_on_is_not_written(
    queue: HueyJobQueue, rename: Rename, tmp_path: Path, *, is_behind: bool
) -> None:
    job = queue.put(Echo())
    with closing(opened(queue._database, tmp_path)) as quick:
        if is_behind:
            assert quick.follow()
        rename(job, "older")

        def meanwhile() -> None:
            rename(job, "newer")
            while not quick.step().is_complete:
                pass
            assert quick.follow()

        # The rows of the table: the last that is read before it is written.
        words = "WHERE id IN" if is_behind else "ORDER BY rowid LIMIT"
        slow_source = Interrupted(queue._database, words, meanwhile)
        with closing(opened(slow_source, tmp_path)) as slow:
            slow.step()
            assert names(quick) == ["newer"]
            rename(job, "newest")
            assert slow.follow()
            assert names(quick) == ["newest"]


def test_threads_that_follow_at_once_leave_nothing_out(
    queue: HueyJobQueue, rename: Rename, tmp_path: Path
) -> None:
    jobs = many(queue, 20)
    with closing(opened(queue._database, tmp_path)) as one, \
            closing(opened(queue._database, tmp_path)) as other:  # fmt: skip
        ended = threading.Event()

        def follow(mirror: Mirror) -> None:
            while not ended.is_set():
                mirror.follow()
            mirror.release()

        threads = [threading.Thread(target=follow, args=(m,)) for m in (one, other) * 2]
        for thread in threads:
            thread.start()
        for number, job in enumerate(jobs * 3):
            rename(job, f"name {number}")
        ended.set()
        for thread in threads:
            thread.join()
        assert one.follow()
        assert names(other) == [f"name {number}" for number in range(40, 60)]


def test_a_restored_list_is_copied_and_indexed_anew(
    queue: HueyJobQueue, rename: Rename, team_url: str, tmp_path: Path
) -> None:
    def found(text: str) -> int:
        while not queue.index_more().is_complete:
            pass
        page = queue.page(JobFilter(query=text), JobOrder(), start=0, size=100)
        assert page.is_indexed
        return page.total

    kept = many(queue, 4)
    upto = queue.changes_since(0).cursor
    lost = many(queue, 4)
    rename(kept[0], "lost")
    assert found("lost") == 1
    with closing(opened(queue._database, tmp_path)) as copy:
        assert copy.follow()
        restore(team_url, upto, kept, lost)
        with pytest.raises(OtherListError):  # its numbers end before those that are known
            copy.follow()
        # The numbers are given again, and go beyond those that are known.
        rename(kept[1], "restored")
        many(queue, 9)
        with pytest.raises(OtherListError):
            copy.step()
    assert found("restored") == 1
    assert found("lost") == 0
    assert found("") == 13


def restore(url: str, upto: int, kept: list[str], lost: list[str]) -> None:
    """Make the list what it was at the number *upto* of its feed."""
    address = parse_address(url)
    with psycopg.connect(address.conninfo(address.schema, {})) as server:
        server.execute(
            "UPDATE task_copy SET job_name = 'Echo', last_update = enqueued_at WHERE id = %s",
            (kept[0],),
        )
        server.execute("DELETE FROM task_copy WHERE id = ANY(%s)", (lost,))
        server.execute("DELETE FROM monitor_change WHERE seq > %s", (upto,))
        number = "pg_get_serial_sequence('monitor_change', 'seq')"
        server.execute(f"SELECT setval({number}, %s)", (upto,))
