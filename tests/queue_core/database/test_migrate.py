from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from queue_core.database import migrate, sqlite
from queue_core.database.migrate import prepare_database
from queue_core.database.migrations import REVISIONS
from queue_core.database.session import (
    close_database,
    open_session,
    preparation_of,
    read_session,
)
from queue_core.database.sqlite import FileState
from queue_core.database.tables import Dataset, Notebook
from queue_core.errors import LocalFolderError
from queue_core.paths import LocalFolder

pytestmark = pytest.mark.file_list

OldDatabase = Callable[[int], None]
BACKUP = f"main.db.before-{REVISIONS[-1]}"


def _python(code: str, folder: LocalFolder) -> subprocess.Popen[str]:
    start = (
        f"from queue_core.paths import LocalFolder\nf = LocalFolder.resolve({str(folder.root)!r})\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", start + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=migrate.__file__.partition("queue_core")[0],
    )


def test_a_new_database_is_made_at_first_use(folder: LocalFolder) -> None:
    preparation = prepare_database(folder)
    assert preparation.created
    assert preparation.notice == ""
    assert sqlite.look_at(folder.main_db).revision == REVISIONS[-1]
    assert prepare_database(folder) == migrate.Preparation()


def test_the_folder_need_not_exist(folder: LocalFolder) -> None:
    shutil.rmtree(folder.root)
    assert prepare_database(folder).created


@pytest.mark.parametrize("name", ["100%", "año ?a=1#b", "it's; --"])
def test_any_name_of_a_folder_will_do(folder: LocalFolder, name: str) -> None:
    other = LocalFolder(folder.root / name)
    with open_session(other) as session:
        session.add(Dataset(name="x"))
    close_database(other)
    assert other.main_db.is_file()


def test_an_old_database_is_migrated_and_a_copy_kept(
    folder: LocalFolder, old_database: OldDatabase
) -> None:
    old_database(3)
    preparation = preparation_of(folder)
    assert preparation.migrated_from == "0001"
    assert preparation.backup == folder.monitor / BACKUP
    with open_session(folder) as session:
        dataset = session.get_one(Dataset, 2)
        assert dataset.name == "old 2"
        session.add(Notebook(name="new", dataset=dataset))
    with closing(sqlite3.connect(preparation.backup)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert copy.execute("SELECT count(*) FROM dataset").fetchone() == (3,)
    assert preparation.backup.stat().st_mode & 0o777 == 0o600


def test_the_copy_holds_what_is_only_in_the_write_ahead_log(
    folder: LocalFolder, old_database: OldDatabase
) -> None:
    old_database(1)
    with closing(sqlite3.connect(folder.main_db)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM dataset").fetchone()  # keeps the log from merging
        with closing(sqlite3.connect(folder.main_db)) as writer, writer:
            writer.execute("UPDATE dataset SET name = 'late'")
        prepare_database(folder)
    with closing(sqlite3.connect(folder.monitor / BACKUP)) as copy:
        assert copy.execute("SELECT name FROM dataset").fetchall() == [("late",)]


def test_several_processes_may_migrate_at_once(
    folder: LocalFolder, old_database: OldDatabase
) -> None:
    old_database(200)
    code = (
        "from queue_core.database.session import open_session, preparation_of\n"
        "from queue_core.database.tables import Dataset\n"
        "with open_session(f) as session: session.add(Dataset(name='mine'))\n"
        "print(preparation_of(f).migrated_from)\n"
    )
    processes = [_python(code, folder) for _ in range(3)]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], results
    assert sorted(out.strip() for out, _ in results) == ["0001", "None", "None"]
    with read_session(folder) as session:
        assert session.query(Dataset).count() == 203


def test_a_kill_in_the_middle_leaves_the_old_state(
    folder: LocalFolder, old_database: OldDatabase
) -> None:
    old_database(5)
    code = (
        "import os, signal\n"
        "from queue_core.database import migrate\n"
        "migrate._record_program_version = lambda c: os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrate.prepare_database(f)\n"
    )
    process = _python(code, folder)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert sqlite.look_at(folder.main_db).revision == "0001"
    assert preparation_of(folder).migrated_from == "0001"
    with read_session(folder) as session:
        assert session.query(Dataset).count() == 5


def test_a_migration_that_breaks_references_is_undone(
    folder: LocalFolder, old_database: OldDatabase
) -> None:
    old_database(1)
    with closing(sqlite3.connect(folder.main_db)) as connection, connection:
        connection.execute("UPDATE dataset SET derived_from_id = 77")
    with pytest.raises(sqlite3.IntegrityError, match="missing rows"):
        prepare_database(folder)
    assert sqlite.look_at(folder.main_db).revision == "0001"


def test_a_database_of_a_newer_program_is_left_alone(folder: LocalFolder) -> None:
    prepare_database(folder)
    with closing(sqlite3.connect(folder.main_db)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
        connection.execute("UPDATE database_info SET value = '7.3.1'")
    before = folder.main_db.read_bytes()
    with pytest.raises(LocalFolderError) as caught, open_session(folder):
        pytest.fail("the session must not open")
    assert "7.3.1" in caught.value.message
    assert "0999" in caught.value.message
    assert "7.3.1" in caught.value.hint
    assert folder.main_db.read_bytes() == before


@pytest.mark.expects_log("could not be read")
@pytest.mark.parametrize("content", [b"This is not a database. " * 100, None])
def test_a_file_that_is_no_database_is_kept_aside(
    folder: LocalFolder, content: bytes | None
) -> None:
    if content is None:  # a database whose first page was overwritten
        prepare_database(folder)
        whole = folder.main_db.read_bytes()
        content = whole[:100] + os.urandom(4000) + whole[4100:]
    folder.main_db.write_bytes(content)
    preparation = preparation_of(folder)
    assert preparation.created
    assert preparation.set_aside is not None
    assert preparation.set_aside.name.startswith("main.db.corrupt-")
    assert preparation.set_aside.read_bytes() == content
    assert str(preparation.set_aside) in preparation.notice
    with open_session(folder) as session:
        session.add(Dataset(name="new life"))


@pytest.mark.expects_log("could not be read")
def test_the_database_of_another_program_is_kept_aside(folder: LocalFolder) -> None:
    with closing(sqlite3.connect(folder.main_db)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
        connection.execute("INSERT INTO songs VALUES ('La Jardinera')")
    kept = prepare_database(folder).set_aside
    assert kept is not None
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT title FROM songs").fetchall() == [("La Jardinera",)]


@pytest.mark.expects_log("could not be read")
def test_a_new_database_gives_no_id_that_stored_data_have(folder: LocalFolder) -> None:
    (folder.datasets / "41").mkdir()
    (folder.artifacts / "run" / "9").mkdir(parents=True)
    (folder.artifacts / "run" / "notes").mkdir()
    folder.main_db.write_bytes(b"broken" * 1000)
    with open_session(folder) as session:
        session.add(dataset := Dataset(name="x"))
        session.flush()
        assert dataset.id == 42


def test_an_empty_file_is_a_new_database(folder: LocalFolder) -> None:
    folder.main_db.touch()
    preparation = prepare_database(folder)
    assert preparation.created
    assert preparation.set_aside is None


def test_an_up_to_date_database_needs_no_alembic(folder: LocalFolder) -> None:
    prepare_database(folder)
    code = (
        "import sys\n"
        "from queue_core.database.session import open_session\n"
        "from queue_core.database.tables import Dataset\n"
        "with open_session(f) as session: session.add(Dataset(name='x'))\n"
        "print(sorted({'alembic', 'pandas', 'mako'} & set(sys.modules)))\n"
    )
    out, error = _python(code, folder).communicate(timeout=60)
    assert out.strip() == "[]", error


def test_a_place_that_is_no_folder_is_named(folder: LocalFolder) -> None:
    shutil.rmtree(folder.monitor)
    folder.monitor.write_text("a file")
    with pytest.raises(LocalFolderError, match="cannot be used") as caught:
        prepare_database(folder)
    assert str(folder.root) in caught.value.message
    assert caught.value.hint


def test_a_state_without_tables_counts_as_missing(folder: LocalFolder) -> None:
    with closing(sqlite3.connect(folder.main_db)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert sqlite.look_at(folder.main_db).state is FileState.MISSING
    close_database(folder)
