"""A list that programs share on a server: what is lost, what is done twice, who may do what."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sample_jobs import Echo, Wait
from server_fixtures import Server
from team_storm import Workers, storm

from queue_core import HueyJobQueue, JobQueueError, JobStatus
from queue_core.cli.team import roles
from queue_core.database import server
from queue_core.database.session import close_database, open_session, read_session
from queue_core.database.tables import Dataset
from queue_core.errors import LocalFolderError
from queue_core.paths import URL_VARIABLE, LocalFolder
from queue_core.queue.engine import consumer, engine
from queue_core.queue.store.connection import Connection
from queue_core.queue.store.database import CommitUnknownError, ServerLostError
from queue_core.queue.store.postgres import owners
from queue_core.queue.store.postgres.connecting import ServerConnection
from queue_core.queue.store.postgres.errors import explain
from queue_core.queue.store.sqlite_errors import DatabaseBusyError
from queue_core.queue.upkeep.vacuum import vacuum
from queue_core.queue.values import JobOptions, RetentionPolicy
from queue_core.server_address import parse_address

pytestmark = pytest.mark.team
Until = Callable[..., None]


@pytest.fixture
def shared(team_url: str, local_folder: LocalFolder) -> Iterator[HueyJobQueue]:
    with closing(HueyJobQueue(local_folder.root)) as queue:
        yield queue


def test_kills_and_a_crash_of_the_server_lose_no_job_and_double_none(
    team_server: Server, team_url: str, tmp_path: Path
) -> None:
    def crash(_: Workers) -> None:
        team_server.stop("immediate")
        team_server.start()

    jobs = int(os.environ.get("DASHAI_TEAM_JOBS", "150"))
    tally = storm(
        tmp_path / "shared", team_url, jobs=jobs, programs=3, workers=2,
        disturb=[Workers.kill_one, crash, Workers.kill_one],
    )  # fmt: skip
    assert (tally.twice, tally.never) == ([], [])
    assert tally.statuses.total() == jobs
    assert set(tally.statuses) <= {JobStatus.FINISHED, JobStatus.KILLED}
    assert tally.statuses[JobStatus.KILLED] <= 4


def test_a_put_waits_for_a_server_that_is_away(team_server: Server, shared: HueyJobQueue) -> None:
    team_server.stop()
    told = threading.Event()
    shared._database.on_problem = lambda problem: told.set() if problem else None
    ids: list[str] = []
    putting = threading.Thread(target=lambda: ids.append(shared.put(Echo())))
    putting.start()
    assert told.wait(20)
    team_server.start()
    putting.join(30)
    assert [record.id for record in shared.list()] == ids


def test_a_put_that_loses_the_server_after_its_commit_stores_the_job_once(
    shared: HueyJobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, lost = shared._database.sync, threading.Event()

    def no_answer() -> None:
        if not lost.is_set():
            lost.set()
            raise ServerLostError("It does not answer.")
        sync()

    monkeypatch.setattr(shared._database, "sync", no_answer)
    job = shared.put(Echo())
    assert lost.is_set()
    assert [record.id for record in shared.list()] == [job]


def test_what_the_server_refuses_is_said_at_once_and_not_repeated(shared: HueyJobQueue) -> None:
    tries: list[str] = []

    def refused(statement: str) -> JobQueueError:
        def change(connection: Connection) -> None:
            tries.append(statement)
            connection.execute(statement)

        with pytest.raises(JobQueueError) as caught:
            shared._database.write(change)
        return caught.value

    too_large = refused("SELECT repeat('x', 2000000000)")
    assert "cannot hold this value: requested length too large" in too_large.message
    cancelled = refused("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(9)")
    assert "could not be used: canceling statement" in cancelled.message
    assert cancelled.hint
    assert len(tries) == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.OperationalError("connection refused"), ServerLostError),
        (errors.AdminShutdown("terminating connection"), ServerLostError),
        (errors.CannotConnectNow("the database system is starting up"), ServerLostError),
        (errors.ConnectionFailure("lost"), ServerLostError),
        (errors.DeadlockDetected("deadlock detected"), DatabaseBusyError),
        (errors.OutOfMemory("out of memory"), JobQueueError),
    ],
)
def test_only_a_server_that_is_away_is_lost(error: psycopg.Error, kind: type) -> None:
    assert type(explain(error, "a list", is_lost=False)) is kind
    assert type(explain(error, "a list", is_lost=True)) is ServerLostError


def test_clean_up_removes_jobs_and_leaves_the_space_to_the_server(shared: HueyJobQueue) -> None:
    kept, removed = shared.put(Echo()), shared.put(Echo())
    assert shared.cancel(removed)
    assert shared.clean_up(RetentionPolicy(max_count=0)).removed == 1
    assert [record.id for record in shared.list()] == [kept]
    assert "by itself" in vacuum(shared._database).reason


def test_changes_of_other_programs_ring_after_a_restart_too(
    team_server: Server, shared: HueyJobQueue, local_folder: LocalFolder
) -> None:
    rung = threading.Event()
    unsubscribe = shared.subscribe(rung.set)
    assert rung.wait(10)
    team_server.stop()
    team_server.start()
    with closing(HueyJobQueue(local_folder.root)) as other:
        job = other.put(Echo())
    assert shared.wait_until(lambda: job in shared.changes_since(0).changed, 20)
    unsubscribe()


def test_who_loses_the_server_for_long_stops_its_jobs(
    team_server: Server, shared: HueyJobQueue, tmp_path: Path, until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(owners, "LOST_AFTER_S", 1.0)
    shared.start()
    started = tmp_path / "started"
    job = shared.put(Wait(started=str(started)))
    until(started.exists)
    team_server.stop()
    until(lambda: not shared.running_here(), timeout_s=40)
    assert shared.problem
    team_server.start()
    record = shared.wait(job, 60)
    assert record.status is JobStatus.KILLED
    assert "could not be reached" in (record.error_msg or "")
    assert shared.wait(shared.put(Echo(value=1)), 60).result == 1


test_who_loses_the_server_for_long_stops_its_jobs = pytest.mark.expects_log()(
    test_who_loses_the_server_for_long_stops_its_jobs
)


def test_an_end_does_not_wait_for_a_server_that_gives_no_answer(
    shared: HueyJobQueue, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, locked, answer = threading.Event(), threading.Event(), threading.Event()

    def ask() -> None:
        asked.set()
        answer.wait(30)

    def lock() -> None:
        with shared._database._write_lock:
            locked.set()
            answer.wait(30)

    for module, name in ((engine, "_WITHDRAW_S"), (owners, "_LET_GO_S"), (owners, "_LOOK_S")):
        monkeypatch.setattr(module, name, 0.1)
    shared.start()
    assert shared._engine is not None
    owner, text = shared._engine._owner, shared._engine.owner_text
    monkeypatch.setattr(owner, "_take", ask)
    writing, stopping = threading.Thread(target=lock), threading.Thread(target=shared.stop)
    writing.start()
    assert asked.wait(10)
    assert locked.wait(10)
    stopping.start()
    stopping.join(20)
    assert not stopping.is_alive()
    assert shared._database.owner_is_alive(text)
    answer.set()
    until(lambda: owner._driver is None)
    writing.join(10)


@pytest.mark.expects_log
def test_a_start_that_is_long_in_doubt_runs_later_as_the_same_attempt(
    shared: HueyJobQueue, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, worker = shared._database, "consumer-worker"
    end, take_lock = database._end, database._take_lock
    lost, back = threading.Event(), threading.Event()

    def end_without_answer(connection: ServerConnection, *statements: str) -> None:
        end(connection, *statements)
        if threading.current_thread().name.startswith(worker) and not lost.is_set():
            lost.set()  # with the first claim
            raise CommitUnknownError("It may have been stored.")

    def take_no_lock(connection: ServerConnection, patience_s: float) -> None:
        if (
            threading.current_thread().name.startswith(worker)
            and lost.is_set()
            and not back.is_set()
        ):
            raise ServerLostError("It does not answer.")
        take_lock(connection, patience_s)

    monkeypatch.setattr(consumer, "_WRITE_S", 0.3)
    monkeypatch.setattr(database, "_end", end_without_answer)
    monkeypatch.setattr(database, "_take_lock", take_no_lock)
    job = shared.put(Echo(value=1), JobOptions(max_attempts=1))
    shared.start()
    until(lambda: any(part.startswith(worker) for part in list(shared._problems._by_part)))
    assert shared.get(job).status is JobStatus.STARTED
    back.set()
    record = shared.wait(job, 30)
    assert (record.status, record.result, record.attempt) == (JobStatus.FINISHED, 1, 1)
    assert len(shared.attempts(job)) == 1


def test_a_stopped_program_is_not_taken_for_dead(
    team_url: str, shared: HueyJobQueue, tmp_path: Path, until: Until
) -> None:
    crowd = Workers(shared.folder.root, team_url, 1, 1)
    try:
        started = tmp_path / "started"
        job = shared.put(Wait(started=str(started), seconds=1.5))
        until(started.exists)
        crowd.programs[0].send_signal(signal.SIGSTOP)
        shared._close_dead()
        assert shared.get(job).status is JobStatus.STARTED
        crowd.programs[0].send_signal(signal.SIGCONT)
        assert shared.wait(job, 30).status is JobStatus.FINISHED
    finally:
        crowd.stop()


def test_each_role_may_do_what_it_is_for(
    team_url: str, shared: HueyJobQueue, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = shared.put(Echo(value=1))
    with psycopg.connect(team_url.partition("&schema=")[0], autocommit=True) as admin:
        schema = parse_address(team_url).schema
        admin.execute(roles(parse_address(team_url)).encode())
        # What an upgrade adds is not in the grants of before: it is run again.
        admin.execute(
            f"REVOKE UPDATE (status) ON {schema}.task_copy FROM {schema}_submitter".encode()
        )
        admin.execute(roles(parse_address(team_url)).encode())
        for name in ("reader", "submitter", "worker"):
            admin.execute(f"CREATE ROLE {schema}_{name}_ann LOGIN".encode())
            admin.execute(f"GRANT {schema}_{name} TO {schema}_{name}_ann".encode())

    def opened(role: str) -> HueyJobQueue:
        url = team_url.replace("tester@", f"{schema}_{role}_ann@")
        monkeypatch.setenv(URL_VARIABLE, url)
        return HueyJobQueue(local_folder.root, url=url)

    with closing(opened("reader")) as reader:
        assert reader.get(job).status is JobStatus.NOT_STARTED
        for change in (lambda: reader.put(Echo()), lambda: reader.cancel(job)):
            with pytest.raises(JobQueueError, match="Your role may not change"):
                change()
    with closing(opened("submitter")) as submitter:
        other = submitter.put(Echo())
        assert submitter.cancel(other)
        with pytest.raises(JobQueueError, match="Your role may not change"):
            submitter._database.write(
                lambda c: c.execute("UPDATE task_copy SET owner = 'me' WHERE id = ?", (job,))
            )
    with closing(opened("worker")) as worker:
        worker.start()
        assert worker.wait(job, 30).result == 1


def test_a_queue_takes_no_other_list_than_its_main_database(
    team_url: str, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(JobQueueError, match="DASHAI_QUEUE_URL names another list"):
        HueyJobQueue(local_folder.root, url=f"{team_url}_other")
    monkeypatch.delenv(URL_VARIABLE)
    with pytest.raises(JobQueueError, match="DASHAI_QUEUE_URL names another list"):
        HueyJobQueue(local_folder.root, url=team_url)


def test_what_the_server_refuses_of_the_main_database_is_said(
    team_url: str, local_folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(local_folder) as session:
        session.add(Dataset(name="first"))
    address = parse_address(team_url)

    def add() -> None:
        with open_session(local_folder) as session:
            session.add(Dataset(name="more"))

    with psycopg.connect(address.url, autocommit=True) as admin:
        admin.execute(f"SELECT pg_advisory_lock({server._lock_key(address)})")
        monkeypatch.setattr(server, "BUSY_TIMEOUT_S", 0.05)
        with pytest.raises(LocalFolderError, match=r"Another program holds .* locked"):
            add()
        admin.execute("SELECT pg_advisory_unlock_all()")
        add()
        admin.execute(f"CREATE ROLE {address.schema}_bob LOGIN".encode())
        admin.execute(
            f"GRANT USAGE ON SCHEMA {address.main_schema} TO {address.schema}_bob".encode()
        )
        admin.execute(
            f"GRANT SELECT ON ALL TABLES IN SCHEMA {address.main_schema} "
            f"TO {address.schema}_bob".encode()
        )
    close_database(local_folder)
    monkeypatch.setenv(URL_VARIABLE, team_url.replace("tester@", f"{address.schema}_bob@"))
    with pytest.raises(LocalFolderError, match=r"Your role may not do this .* permission denied"):
        add()
    with read_session(local_folder) as session:
        assert len(session.query(Dataset).all()) == 2
    close_database(local_folder)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.DiskFull("could not extend file"), "disk of the shared database's server is full"),
        (errors.ReadOnlySqlTransaction("no"), "can only be read"),
        (errors.AdminShutdown("terminating connection"), "does not answer"),
        (psycopg.OperationalError("Connection refused"), "does not answer"),
        (errors.QueryCanceled("canceling statement"), "could not be used: canceling"),
    ],
)
def test_a_server_is_away_only_where_it_is(error: Exception, words: str) -> None:
    refused = server.refusal(error)
    assert refused is not None
    assert words in refused.message


def test_our_own_mistakes_are_not_blamed_on_the_server() -> None:
    assert server.refusal(errors.UndefinedTable("no such table")) is None
