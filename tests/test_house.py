"""The house itself: what may be imported where, and that the tests' strictness bites."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "sklearn", "duckdb", "pyarrow", "matplotlib", "numpy", "scipy", "sqlalchemy")
QT = ("PySide6", "shiboken6", "qasync")

BAD_TESTS = """
import logging, subprocess, sys, threading
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

def test_fine(local_folder):
    assert local_folder.monitor.is_dir()

def test_unexpected_warning():
    logging.getLogger("queue_core.anything").warning("something odd")

@pytest.mark.expects_log("something odd")
def test_wanted_warning():
    logging.getLogger("queue_core.anything").warning("something odd")

@pytest.mark.expects_log("something odd")
def test_wanted_warning_is_missing():
    pass

def test_leaked_process():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

def test_leaked_thread():
    threading.Thread(target=threading.Event().wait, args=(4,), name="lost").start()
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=100
    )


def test_the_tests_fail_on_leaks_and_unexpected_warnings(tmp_path: Path) -> None:
    (tmp_path / "test_bad.py").write_text(BAD_TESTS)
    ended = run(
        "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.conftest", "-p", "no:cacheprovider",
        "-q", "-W", "ignore::ResourceWarning", str(tmp_path / "test_bad.py"),
    )  # fmt: skip
    outcome = ended.stdout
    assert "6 passed, 4 errors" in outcome, outcome
    for sentence in (
        "unexpected warning: 'WARNING queue_core.anything: something odd'",
        "no warning that matches 'something odd'",
        "Processes were left running:",
        "Threads were left running: lost",
    ):
        assert sentence in outcome
    assert "test_fine" not in outcome
    assert "ERROR" in outcome


def test_importing_the_core_is_light() -> None:
    code = (
        "import sys, queue_core\n"
        f"found = [name for name in {HEAVY + QT!r} if name in sys.modules]\n"
        "print(found)"
    )
    assert run("-c", code).stdout.strip() == "[]"


def test_the_core_works_without_qt() -> None:
    ended = run(
        "tests/without_qt.py",
        "tests/queue_core/test_settings.py",
        "tests/queue_core/queue/test_presence.py",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "PySide6 is not installed" in ended.stdout


@pytest.mark.gui
def test_a_signal_may_be_emitted_very_often() -> None:
    """PySide6 6.12.0 on Python 3.11 aborts the process after some 500 emissions."""
    pytest.importorskip("PySide6")
    code = """
from PySide6.QtCore import QCoreApplication, QObject, Signal

class Source(QObject):
    ticked = Signal(int)

app, source, seen = QCoreApplication([]), Source(), []
source.ticked.connect(seen.append)
for number in range(20_000):
    source.ticked.emit(number)
print(len(seen))
"""
    ended = run("-c", code)
    assert (ended.returncode, ended.stdout.strip()) == (0, "20000"), ended.stderr


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    locked_extras = ("gui", "explain", "imbalance", "stats", "lightgbm")
    run = project["dependencies"] + [line for name in locked_extras for line in extras[name]]
    for name, wanted in (("run", run), ("dev", run + extras["dev"])):
        lock = (ROOT / "requirements" / f"{name}.lock").read_text()
        assert "://" not in lock, "a lock names no host"
        assert " -" not in re.sub(r" --hash=sha256:[0-9a-f]{64}", "", lock)
        locked = [line.rstrip(" \\") for line in lock.splitlines() if re.match(r"[a-z]", line)]
        pins = {
            r.name: r for r in map(Requirement, locked) if r.marker is None or r.marker.evaluate()
        }
        for requirement in map(Requirement, wanted):
            pin = pins[canonicalize_name(requirement.name)]
            (version,) = pin.specifier
            assert requirement.specifier.contains(version.version), (
                f"run `make lock`: {requirement}"
            )
