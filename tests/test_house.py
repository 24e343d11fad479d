"""The house itself: what may be imported where, and that the tests' strictness bites."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HEAVY = ("pandas", "sklearn", "duckdb", "pyarrow", "matplotlib", "numpy", "scipy", "sqlalchemy")
QT = ("PySide6", "shiboken6", "qasync")
# Packages whose modules must not import each other in circles, at any place of a file.
WITHOUT_CIRCLES = ("queue_core", "gui", "resources")
MOST_LINES = 400

BAD_TESTS = """
import logging, subprocess, sys, threading
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests import conftest

conftest.GRACE_S = 0.5

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
        "tests/queue_core/queue/store/test_presence.py",
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
    locked_extras = ("gui", "explain", "imbalance", "stats", "lightgbm", "serve")
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


def modules_of(root: Path, packages: tuple[str, ...]) -> dict[str, Path]:
    """Return the file of each module below these packages, by the module's name."""
    found = {}
    for package in packages:
        for path in sorted((root / package.replace(".", "/")).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path) -> Iterator[str]:
    """Yield what a file imports anywhere: in functions and for the type checker, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{path}:{node.lineno}: a relative import"
            # `from package import module` is an import of the module, not of the package.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def circles_of(files: Mapping[str, Path]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle (Tarjan's components)."""
    arrows: dict[str, set[str]] = {}
    for name, path in files.items():
        named = {n if n in files else n.rpartition(".")[0] for n in imports_of(path)}
        arrows[name] = (named & files.keys()) - {name}
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for other in sorted(arrows[name]):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            place = stack.index(name)
            group, stack[place:] = stack[place:], []
            if len(group) > 1:
                found.append(sorted(group))

    for name in files:
        if name not in number:
            visit(name)
    return found


def test_circles_of_imports_are_found(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    for name, text in {
        "__init__": "",
        "first": "def f():\n    from house import second\n",
        "second": "from house.third import anything\n",
        "third": "if TYPE_CHECKING:\n    import house.first\n",
        "fourth": "import house.first\nimport os\n",
    }.items():
        (house / f"{name}.py").write_text(text)
    assert circles_of(modules_of(tmp_path, ("house",))) == [
        ["house.first", "house.second", "house.third"]
    ]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles_of(modules_of(ROOT, WITHOUT_CIRCLES)) == []


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    files = modules_of(ROOT, (*WITHOUT_CIRCLES, "tests"))
    lengths = {name: len(path.read_text("utf-8").splitlines()) for name, path in files.items()}
    assert {name: n for name, n in lengths.items() if n > MOST_LINES} == {}
