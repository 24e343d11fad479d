from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from queue_core.database import session as session_module
from queue_core.database.session import close_database, engine_for, open_session, read_session
from queue_core.database.tables import Dataset
from queue_core.errors import LocalFolderError
from queue_core.paths import LocalFolder


def _names(folder: LocalFolder) -> list[str]:
    with read_session(folder) as session:
        return list(session.scalars(select(Dataset.name).order_by(Dataset.id)))


def test_a_session_commits_at_its_end(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(dataset := Dataset(name="kept"))
    assert _names(folder) == ["kept"]
    assert dataset.id == 1  # still readable: nothing expired


@pytest.mark.file_list
def test_only_what_cannot_be_made_again_waits_for_the_disk(folder: LocalFolder) -> None:
    full, normal = 2, 1  # SQLite's numbers
    for durable, level in ((True, full), (False, normal), (False, normal), (True, full)):
        with open_session(folder, durable=durable) as session:
            session.add(Dataset(name="kept"))
            assert session.scalar(text("PRAGMA synchronous")) == level
    assert _names(folder) == ["kept"] * 4


def test_a_session_rolls_back_after_an_exception(folder: LocalFolder) -> None:
    def write_and_fail() -> None:
        with open_session(folder) as session:
            session.add(Dataset(name="lost"))
            session.flush()
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        write_and_fail()
    assert _names(folder) == []


def test_a_reading_session_changes_nothing(folder: LocalFolder) -> None:
    with read_session(folder) as session:
        session.add(Dataset(name="never"))
    assert _names(folder) == []


def test_a_reader_does_not_wait_for_a_writer(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="not yet"))
        session.flush()
        assert _names(folder) == []
    assert _names(folder) == ["not yet"]


def test_first_use_by_many_threads_at_once(folder: LocalFolder) -> None:
    together = threading.Barrier(8)

    def write(number: int) -> None:
        together.wait()
        with open_session(folder) as session:
            # Read, then write: the order that ends in “database is locked” with plain BEGIN.
            count = session.scalar(select(func.count()).select_from(Dataset))
            session.add(Dataset(name=f"{number}", row_count=count))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with read_session(folder) as session:
        counts = session.scalars(select(Dataset.row_count).order_by(Dataset.id)).all()
    assert counts == list(range(8))


@pytest.mark.file_list
def test_a_database_that_was_deleted_meanwhile_is_made_anew(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add(Dataset(name="gone"))
    shutil.rmtree(folder.root)
    assert _names(folder) == []
    with open_session(folder) as session:
        session.add(Dataset(name="new"))
    assert _names(folder) == ["new"]


def test_the_engine_is_made_once(folder: LocalFolder) -> None:
    assert engine_for(folder) is engine_for(folder)
    first = engine_for(folder)
    close_database(folder)
    assert engine_for(folder) is not first


def test_few_databases_are_kept_open(folder: LocalFolder) -> None:
    others = [LocalFolder(folder.root / str(number)) for number in range(12)]
    for other in others:
        engine_for(other)
    assert len(session_module._databases) <= 8
    with open_session(others[0]) as session:
        session.add(Dataset(name="x"))
    for other in others:
        close_database(other)


@pytest.mark.file_list
def test_damage_found_later_is_named(folder: LocalFolder) -> None:
    with open_session(folder) as session:
        session.add_all(Dataset(name="x" * 500) for _ in range(500))
    close_database(folder)
    size = folder.main_db.stat().st_size
    with folder.main_db.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(LocalFolderError, match="damaged") as caught:
        _names(folder)
    assert str(folder.main_db) in caught.value.message


@pytest.mark.file_list
def test_a_full_disk_is_named(folder: LocalFolder) -> None:
    def write_too_much() -> None:
        with open_session(folder) as session:
            session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
            session.add_all(Dataset(name="x" * 5000) for _ in range(200))

    with pytest.raises(LocalFolderError, match="disk is full"):
        write_too_much()
    engine_for(folder).dispose()
    assert _names(folder) == []


@pytest.mark.file_list
def test_our_own_mistakes_are_not_blamed_on_the_disk(folder: LocalFolder) -> None:
    with pytest.raises(OperationalError, match="no such table"), open_session(folder) as session:
        session.connection().exec_driver_sql("SELECT * FROM absent")
