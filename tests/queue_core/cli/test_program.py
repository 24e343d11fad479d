"""The program as a whole: usage, exit codes, speed of the help, and errors without tracebacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from queue_core.cli.app import COMMANDS, main
from queue_core.paths import ENVIRONMENT_VARIABLE


def test_help_lists_every_command_and_imports_nothing_heavy(cli) -> None:
    shown = cli("--help")
    assert shown.code == 0
    for command in COMMANDS:
        assert f"  {command.name}" in shown.out
        assert command.summary in shown.out
    code = (
        "import sys\nfrom queue_core.cli import main\nmain(['--help'])\n"
        "print([m for m in ('huey', 'psutil', 'sqlite3', 'asyncio', 'pandas', 'PySide6')"
        " if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(command, capsys) -> None:
    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"usage: dashai-monitor {command}")
    assert "--json" in shown


def test_version(cli) -> None:
    from queue_core import __version__

    assert cli("--version").out == f"dashai-monitor {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["jbos"], "Did you mean the command “jobs”?"),
        (["missing.csv"], "there is no file named missing.csv"),
        (["list"], "Did you mean the command “jobs”?"),
        (["submitt"], "Did you mean the command “submit”?"),
        (["jobs", "--status", "odd"], "invalid choice"),
        (["jobs", "--limit", "-1"], "--limit"),
        (["show"], "ID"),
        (["cancel"], "It is not clear which jobs to cancel."),
        (["--colour", "jobs"], "--colour"),
    ],
)
def test_wrong_usage(cli, arguments, word) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert word in ended.err


def test_a_folder_that_cannot_be_used(cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    place = tmp_path / "file" / "folder"
    ended = cli("jobs", "--json", **{ENVIRONMENT_VARIABLE: str(place)})
    assert (ended.code, ended.out) == (4, "")
    assert str(place) in ended.err
    assert ENVIRONMENT_VARIABLE in ended.err


def test_a_damaged_database_is_a_sentence(cli) -> None:
    cli.folder.queue_db.write_bytes(b"this is not a database" * 100)
    looked = cli("doctor")
    assert looked.code == 4
    assert "✗ job_queue.db: " in looked.out
    assert cli.folder.queue_db.read_bytes().startswith(b"this is not")
    listed = cli("jobs", "--json")
    assert "damaged" in listed.err
    assert "job_queue.db" in listed.err
    kept = [path.read_bytes()[:11] for path in cli.folder.root.glob("job_queue.db*")]
    assert b"this is not" in kept


def test_a_reader_that_goes_away_is_no_error(cli) -> None:
    for _ in range(2):
        cli.put("Count", name="x" * 60_000)
    reader = f"{sys.executable} -m queue_core jobs --json | head -c 10"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", reader], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, len(ended.stdout), ended.stderr) == (0, 10, "")


def test_names_cannot_steer_the_terminal(cli) -> None:
    cli.put("Count", name="\x1b[31mred\nline")
    (line,) = cli("jobs").out.splitlines()[1:]
    assert "\x1b" not in line
    assert "red line" in line


def test_output_survives_a_terminal_without_unicode(cli) -> None:
    cli.put("Count", name="café ☕")
    ended = cli("jobs", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.code == 0
    assert "caf?" in ended.out
    (job,) = cli("jobs", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0").json
    assert job["job_name"] == "café ☕"


def test_without_a_display_the_window_says_so(cli) -> None:
    pytest.importorskip("PySide6")
    hidden = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    ended = cli(**hidden)
    assert ended.code == 2
    assert "There is no display" in ended.err


def test_without_pyside_the_window_names_the_extra(cli) -> None:
    code = (
        "import sys\nsys.modules['PySide6'] = None\n"
        "from queue_core.cli import main\nraise SystemExit(main([]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ
    )
    assert ended.returncode == 2
    assert "The window needs the package PySide6" in ended.stderr
    assert "dashai-monitor[gui]" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_doctor_finds_what_is_wrong(cli) -> None:
    from queue_core import HueyJobQueue

    queue = HueyJobQueue()
    job_id = cli.put("Count")
    with queue._database.transaction() as connection:
        connection.execute(
            "UPDATE task_copy SET status = 'started', owner = '1:1.0', owner_host = NULL "
            "WHERE id = ?",
            (job_id,),
        )
    queue.close()
    cli.folder.root.chmod(0o755)
    cli.folder.queue_db.chmod(0o644)
    cli.folder.settings.write_text("[queue]\nworkers = 0\n")
    cli.folder.secret_key.write_bytes(b"short")
    ended = cli("doctor", "--json")
    assert ended.code == 4
    found = {finding["check"]: finding for finding in ended.json}
    assert found["key"]["verdict"] == "bad"
    assert found["orphans"]["verdict"] == "warning"
    assert found["permissions"]["verdict"] == "warning"
    assert str(cli.folder.queue_db) in found["permissions"]["hint"]
    assert "queue.workers" in found["settings"]["message"]
    assert found["job_queue.db"]["verdict"] == "good"


def test_doctor_creates_nothing(cli, tmp_path: Path) -> None:
    place = tmp_path / "new"
    ended = cli("doctor", **{ENVIRONMENT_VARIABLE: str(place)})
    assert ended.code == 0
    assert not place.exists()
    assert "is made at first use" in ended.out
