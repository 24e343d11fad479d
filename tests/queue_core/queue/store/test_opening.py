"""What may stand in the database's place: a sentence or a fresh queue, never a hang or a loss."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from damage import edit, edit_at_once, stored
from sample_jobs import Echo

from queue_core import HueyJobQueue, JobStatus
from queue_core.errors import LocalFolderError, MonitorError
from queue_core.paths import LocalFolder
from queue_core.queue.values import JobOptions

pytestmark = [pytest.mark.timeout(60), pytest.mark.file_list]
posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")

SUFFIXES = ["", "-wal", "-shm"]


def make(place: Path, kind: str) -> None:
    """Put something that is no file at *place*."""
    match kind:
        case "folder":
            place.mkdir()
            (place / "kept").touch()
        case "pipe":
            os.mkfifo(place)
        case "device":
            place.symlink_to("/dev/null")
        case "endless":
            place.symlink_to("/dev/zero")
        case "dangling":
            place.symlink_to(place.with_name("nowhere"))
        case "loop":
            place.symlink_to(place)


@posix
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "endless", "dangling", "loop"])
def test_what_is_no_file_is_said(local_folder: LocalFolder, kind: str, suffix: str) -> None:
    if suffix:
        HueyJobQueue(local_folder.root).close()
    place = local_folder.queue_db.with_name(local_folder.queue_db.name + suffix)
    make(place, kind)
    with pytest.raises(LocalFolderError) as caught:
        HueyJobQueue(local_folder.root)
    assert place.name in caught.value.message
    assert caught.value.hint
    assert os.path.lexists(place), "nothing is moved that is not ours"


@posix
@pytest.mark.parametrize("kind", ["folder", "pipe", "endless", "dangling"])
def test_a_key_that_is_no_file_is_said(local_folder: LocalFolder, kind: str) -> None:
    local_folder.secret_key.parent.mkdir(parents=True, exist_ok=True)
    make(local_folder.secret_key, kind)
    with pytest.raises(LocalFolderError, match="key"):
        HueyJobQueue(local_folder.root)


# Files of other programs, as SQL.
FOREIGN = {
    "view": ["CREATE TABLE x (a)", "CREATE VIEW task_copy AS SELECT a FROM x"],
    "other_table": ["CREATE TABLE bookmarks (url)"],
    "other_columns": ["CREATE TABLE task_copy (a, b)"],
    "virtual": ["CREATE VIRTUAL TABLE task_copy USING fts5(a)"],
}


@pytest.mark.parametrize("statements", FOREIGN.values(), ids=FOREIGN)
def test_a_database_of_another_program_is_left_alone(
    local_folder: LocalFolder, statements: list[str]
) -> None:
    for statement in statements:
        edit(local_folder.queue_db, statement)
    before = local_folder.queue_db.read_bytes()
    with pytest.raises(LocalFolderError, match="another program"):
        HueyJobQueue(local_folder.root)
    assert local_folder.queue_db.read_bytes() == before


@pytest.mark.parametrize(
    "version", ["NULL", "'abc'", "'4x'", "x'ff'", "-1", "''", "'٤'", "9e999", "'0'"]
)
def test_a_version_that_is_none_is_completed_again(queue: HueyJobQueue, version: str) -> None:
    job_id = queue.put(Echo(value=1))
    queue.close()
    edit(queue, f"UPDATE monitor_state SET value = {version} WHERE key = 'schema_version'")
    edit(queue, "DROP INDEX monitor_ready")
    with HueyJobQueue(queue.folder.root) as again:
        assert again.wait(job_id, 30).result == 1


@pytest.mark.parametrize("version", ["'99'", "99", "'123456789'"])
def test_a_newer_version_is_left_alone(queue: HueyJobQueue, version: str) -> None:
    queue.close()
    edit(queue, f"UPDATE monitor_state SET value = {version} WHERE key = 'schema_version'")
    with pytest.raises(LocalFolderError, match="newer version"):
        HueyJobQueue(queue.folder.root)


# What another program has put on our tables.
TRIGGERS = {
    "refuses": "BEFORE INSERT ON task_copy BEGIN SELECT RAISE(ABORT, 'no'); END",
    "refuses_ends": "BEFORE UPDATE ON task_copy BEGIN SELECT RAISE(FAIL, 'no'); END",
    "forgets": "AFTER INSERT ON task_copy BEGIN DELETE FROM task_copy WHERE id = NEW.id; END",
    "messages": "BEFORE INSERT ON task BEGIN SELECT RAISE(ABORT, 'no'); END",
    "feed": "BEFORE INSERT ON monitor_change BEGIN SELECT RAISE(ABORT, 'no'); END",
    "nowhere": "AFTER INSERT ON task_copy BEGIN INSERT INTO nowhere VALUES (1); END",
}


@pytest.mark.expects_log("removed the trigger")
@pytest.mark.parametrize("body", TRIGGERS.values(), ids=TRIGGERS)
def test_a_foreign_trigger_is_taken_away_and_told(queue: HueyJobQueue, body: str) -> None:
    queue.close()
    edit(queue, f'CREATE TRIGGER "the ""other""" {body}')
    with HueyJobQueue(queue.folder.root) as again:
        (notice,) = again.notices
        assert 'the "other"' in notice
        assert again.wait(again.put(Echo(value=1)), 30).result == 1


OURS = [
    *(("TABLE", name) for name in (
        "task", "monitor_change", "monitor_state", "monitor_attempt", "monitor_sample",
        "monitor_dependency", "monitor_schedule", "monitor_ignored", "monitor_phase")),
    *(("INDEX", f"monitor_{name}") for name in (
        "ready", "due", "position", "status", "others", "unknown", "entity", "failed", "nameless",
        "unsolved")),
]  # fmt: skip


@pytest.mark.parametrize("live", [False, True], ids=["before", "live"])
@pytest.mark.parametrize(("kind", "name"), OURS, ids=[name for _, name in OURS])
def test_a_part_that_is_missing_comes_back(
    queue: HueyJobQueue, kind: str, name: str, live: bool
) -> None:
    first = queue.put(Echo(value=1))
    if live:
        edit(queue, f"DROP {kind} {name}")
    else:
        queue.close()
        edit(queue, f"DROP {kind} {name}")
        queue = HueyJobQueue(queue.folder.root)
    try:
        second = queue.put(Echo(value=2))
        queue.list()
        queue.counts()
        queue.changes_since(1)
        assert queue.attempts(first) == []
        assert queue.schedules() == []
        assert queue.failures() == []
        assert queue.phases(first) == []
        queue.start()
        for job_id, result in ((first, 1), (second, 2)):
            assert queue.wait(job_id, 30).result == result
        found = stored(queue, "SELECT 1 FROM sqlite_master WHERE name = ?", name)
        assert found == [(1,)], "it comes back at its first use"
    finally:
        queue.close()


@pytest.mark.parametrize("live", [False, True], ids=["before", "live"])
def test_an_index_that_is_another_one(queue: HueyJobQueue, live: bool) -> None:
    job_id = queue.put(Echo(value=1))
    if live:
        queue.start()
        queue.wait(job_id, 30)
    other_index = "CREATE INDEX monitor_ready ON task_copy (priority)"
    edit_at_once(queue, "DROP INDEX monitor_ready", other_index)
    queue.start()
    assert queue.wait(job_id, 30).result == 1
    assert queue.wait(queue.put(Echo(value=2)), 30).result == 2


@pytest.mark.parametrize("name", ["insert", "update", "delete", "forget"])
def test_a_trigger_of_ours_comes_back_at_the_next_start(queue: HueyJobQueue, name: str) -> None:
    queue.close()
    edit(queue, f"DROP TRIGGER monitor_{name}")
    with HueyJobQueue(queue.folder.root) as again:
        assert stored(again, "SELECT 1 FROM sqlite_master WHERE name = ?", f"monitor_{name}")
        cursor = again.cursor()
        job_id = again.put(Echo(value=1))
        again.wait(job_id, 30)
        assert again.changes_since(cursor).changed == (job_id,)


# Damage ------------------------------------------------------------------------------------------


def _fill(folder: LocalFolder, count: int) -> list[str]:
    with closing(HueyJobQueue(folder.root)) as queue:
        with queue._database.transaction():
            ids = [queue.put(Echo(value="x" * 1500)) for _ in range(count)]
        queue.put(Echo())
    edit(folder.queue_db, "PRAGMA wal_checkpoint(TRUNCATE)")
    return ids


def _zero_page(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(number * 4096)
        file.write(bytes(4096))


def _truncate(path: Path, _: int) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def _garbage(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(number * 4096)
        file.write(b"\xa5" * 4096)


def _header(path: Path, _: int) -> None:
    with path.open("r+b") as file:
        file.write(b"This is no database any more")


@pytest.mark.expects_log
@pytest.mark.parametrize("damage", [_zero_page, _garbage, _truncate, _header])
def test_of_a_damaged_file_what_can_be_read_is_kept(
    local_folder: LocalFolder, damage: Callable[[Path, int], None]
) -> None:
    ids = _fill(local_folder, 120)
    pages = local_folder.queue_db.stat().st_size // 4096
    damage(local_folder.queue_db, pages // 2)
    with closing(HueyJobQueue(local_folder.root)) as queue:
        (notice,) = queue.notices
        assert "damaged" in notice
        kept = list(local_folder.root.glob("job_queue.db.damaged-*"))
        assert len([path for path in kept if "-wal" not in path.name]) == 1
        found = set(queue.ids())
        if damage is not _header:
            assert len(found & set(ids)) > 30, "what lies before the damage, or behind it"
        queue.start()
        assert queue.wait(queue.put(Echo(value=1), JobOptions(priority=9)), 30).result == 1
        left = [record for record in queue.list() if record.id in found][:3]
        for record in left:
            ended = queue.wait(record.id, 60)
            assert ended.status is JobStatus.FINISHED or "signature" in (ended.error_msg or "")
    with closing(HueyJobQueue(local_folder.root)) as again:
        assert again.notices == ()


@pytest.mark.expects_log
@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 21, 34])
def test_a_zeroed_page_wherever_it_lies(local_folder: LocalFolder, number: int) -> None:
    _fill(local_folder, 120)
    pages = local_folder.queue_db.stat().st_size // 4096
    _zero_page(local_folder.queue_db, number % pages)
    with closing(HueyJobQueue(local_folder.root)) as queue:
        assert queue.notices or queue.counts().total == 121
        queue.start()
        assert queue.wait(queue.put(Echo(value=1), JobOptions(priority=9)), 30).result == 1


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
try:
    connection.execute("SELECT * FROM sqlite_master").fetchall()
except sqlite3.Error:
    pass
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def user(local_folder: LocalFolder) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Another program that has the file open."""
    programs = []

    def start() -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(local_folder.queue_db)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "open\n"
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.mark.expects_log
@pytest.mark.skipif(sys.platform == "win32", reason="Windows renames no open file")
def test_a_damaged_file_in_use_is_never_moved(
    local_folder: LocalFolder, user: Callable[[], subprocess.Popen[str]]
) -> None:
    _fill(local_folder, 60)
    program = user()
    _garbage(local_folder.queue_db, 0)
    inode = local_folder.queue_db.stat().st_ino
    with pytest.raises(LocalFolderError, match=str(program.pid)):
        HueyJobQueue(local_folder.root)
    assert local_folder.queue_db.stat().st_ino == inode
    program.kill()
    program.wait()
    with closing(HueyJobQueue(local_folder.root)) as queue:
        assert queue.notices


@pytest.mark.expects_log
@pytest.mark.parametrize("how", ["deleted", "replaced", "emptied", "folder_moved"])
def test_a_file_that_goes_under_a_running_program(running: HueyJobQueue, how: str) -> None:
    path = running.folder.queue_db
    running.wait(running.put(Echo(value=1)), 30)
    match how:
        case "deleted":
            path.unlink()
        case "replaced":
            copy = path.with_name("copy")
            shutil.copy(path, copy)
            copy.replace(path)
        case "emptied":
            edit(path, "PRAGMA wal_checkpoint(TRUNCATE)")
            os.truncate(path, 0)
        case _:
            path.parent.rename(path.parent.with_name("moved"))
    # It is said instead of success, at once, and again and again.
    for _ in range(3):
        with pytest.raises(MonitorError):
            running.put(Echo(value=2))
    running.stop()


# Rights ------------------------------------------------------------------------------------------


def _open_to_others(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if not path.is_symlink() and path.stat().st_mode & 0o077 and path.parent == root
    )


@posix
@pytest.mark.parametrize("existing", [None, 0o755, 0o777], ids=["new", "0755", "0777"])
def test_others_read_nothing(tmp_path: Path, existing: int | None) -> None:
    root = tmp_path / "home"
    before = os.umask(0o022)
    try:
        if existing is not None:
            root.mkdir()
            root.chmod(existing)
            HueyJobQueue(root).close()
            for name in ("job_queue.db", "monitor/secret.key"):
                (root / name).chmod(0o666)
        with HueyJobQueue(root) as queue:
            queue.wait(queue.put(Echo(value="secret")), 30)
            names = {path.name for path in root.iterdir()}
            assert {"job_queue.db", "job_queue.db-wal", "job_queue.db-shm"} <= names
            wrong = [n for n in _open_to_others(root) if n.startswith(("job_queue", "monitor"))]
            assert wrong == []
            assert (root / "monitor" / "secret.key").stat().st_mode & 0o077 == 0
    finally:
        os.umask(before)


@pytest.mark.expects_log
def test_salvaged_rows_keep_what_they_say(local_folder: LocalFolder) -> None:
    with closing(HueyJobQueue(local_folder.root)) as queue:
        ended = queue.put(Echo(value=1))
        queue.start()
        queue.wait(ended, 30)
        queue.stop()
        behind = queue.put(Echo(value="x" * 50))
        schedule = queue.add_schedule(Echo(), "0 3 * * *", name="nightly")
        before = queue.get(ended)
    edit(local_folder.queue_db, "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(local_folder.queue_db)) as other:
        ((page,),) = other.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'monitor_change'"
        ).fetchall()
    _garbage(local_folder.queue_db, page - 1)
    with closing(HueyJobQueue(local_folder.root)) as queue:
        assert queue.notices
        assert queue.get(ended) == before
        assert [item.id for item in queue.schedules()] == [schedule]
        queue.start()
        assert queue.wait(behind, 30).status is JobStatus.FINISHED
