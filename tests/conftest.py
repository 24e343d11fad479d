"""What every test stands on: a folder of its own, and silence as the passing state.

A test fails when it leaves a thread, a process or a window behind, when one of our loggers warns
unasked, or when Qt complains. Nothing here imports Qt: the core's tests run where it is missing.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import HealthCheck, settings

from queue_core.paths import ENVIRONMENT_VARIABLE, LocalFolder

pytest_plugins = ("queue_fixtures", "entity_fixtures", "api_fixtures", "server_fixtures")

# Read when a numerical library is loaded: threads that wait for each other sleep, for tests run
# beside each other and have no processors to spare.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

HAS_QT = find_spec("PySide6") is not None
OUR_LOGGERS = ("queue_core", "gui", "huey")
GRACE_S = 10.0
_TESTS_SINCE = pytest.StashKey[int]()
_TESTS_BETWEEN = 150
# Helpers of the standard library and joblib that live as long as the interpreter.
LASTING_PROCESSES = ("resource_tracker", "forkserver")

MARKERS = (
    (
        "expects_log(*patterns): warnings of our loggers that match a pattern are wanted, and each "
        "pattern must occur; without patterns any warning is allowed"
    ),
    "file_list: is about the list in a file, so `--team` leaves it out",
    (
        "long_lived: shares a queue with other tests of its module, so threads and processes may "
        "come and go meanwhile; the end of the session is still checked"
    ),
)

# Files that take longest, begun first: else one worker sits with one of them at the end.
LONGEST = frozenset((
    "test_state_machine", "test_poisoned_rows", "test_hostile_folder", "test_explainer_job",
    "test_hostile_texts", "test_wide_tables", "test_notebook_page", "test_house",
    "test_many_columns", "test_any_table", "test_any_bytes", "test_steadiness",
))  # fmt: skip

collect_ignore = [] if HAS_QT else ["gui"]

# A busy machine is not a failing test; examples stay reproducible.
settings.register_profile(
    "monitor", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("monitor")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Leave pytest-qt out where Qt is missing: it stops the whole run otherwise."""
    parser.addoption("--team", action="store_true", help="put the lists on a PostgreSQL server")
    if not HAS_QT:
        pluginmanager.set_blocked("pytest-qt")


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    # A shell starts what runs in its background with Ctrl+C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):  # the same of one who logs out meanwhile
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Where it is set, what a dying process had not flushed would be seen all the same.
    os.environ.pop("PYTHONUNBUFFERED", None)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if "XDG_RUNTIME_DIR" not in os.environ:  # Qt warns without one
        os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="monitor-tests-")


def pytest_report_header() -> list[str]:
    return [] if HAS_QT else ["PySide6 is not installed: the tests of the window are left out"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    if config.getoption("--team"):
        items[:] = [item for item in items if item.get_closest_marker("file_list") is None]
    if not HAS_QT:
        return
    window_tests = Path(__file__).parent / "gui"
    for item in items:
        if item.path.is_relative_to(window_tests):
            item.add_marker(pytest.mark.gui)
            if item.get_closest_marker("qt_log_level_fail") is None:
                item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))


@pytest.fixture(scope="session", autouse=True)
def _never_the_users_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point every test that forgets to choose a folder at a temporary one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path_factory.mktemp("local_folder")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_at_the_end(_never_the_users_folder: None) -> Iterator[None]:
    """Fail the last test if a process outlives the session."""
    before = _child_processes()
    yield
    _fail_on_processes(_child_processes() - before)


@pytest.fixture
def local_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalFolder:
    """A local folder of the test's own, which `$DASHAI_LOCAL_PATH` names."""
    root = tmp_path / "DashAI"
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(root))
    return LocalFolder.resolve().create()


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    collector = _WarningCollector()
    for name in OUR_LOGGERS:
        logging.getLogger(name).addHandler(collector)
    yield
    for name in OUR_LOGGERS:
        logging.getLogger(name).removeHandler(collector)
    marker = request.node.get_closest_marker("expects_log")
    if marker is None:
        unexpected, missing = collector.lines, []
    else:
        wanted = marker.args or (".*",)
        unexpected = [x for x in collector.lines if not any(re.search(w, x) for w in wanted)]
        missing = [w for w in marker.args if not any(re.search(w, x) for x in collector.lines)]
    # In the first line, which is all that a summary of a run shows.
    faults = [
        *(f"unexpected warning: {line!r}" for line in unexpected),
        *(f"no warning that matches {pattern!r}" for pattern in missing),
    ]
    if faults:
        pytest.fail("; ".join(faults), pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_threads_and_processes(
    request: pytest.FixtureRequest, _no_unexpected_log: None
) -> Iterator[None]:
    threads, processes = set(threading.enumerate()), _child_processes()
    yield
    if request.node.get_closest_marker("long_lived"):
        return
    _fail_on_threads([t for t in threading.enumerate() if t not in threads and _must_end(t)])
    _fail_on_processes(_child_processes() - processes)


@pytest.fixture(autouse=True)
def _garbage_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let widgets die on this thread only, as the program does (see gui.garbage).

    What one test leaves may be collected while a later one runs, which need not know of Qt: from
    the first window on, nothing is collected on other threads any more.
    """
    if not _has_windows_ever() and "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    tests_since = request.config.stash.get(_TESTS_SINCE, 0) + 1
    # A look at everything costs more than most tests.
    gc.collect(2 if tests_since % _TESTS_BETWEEN == 0 else 1)
    request.config.stash[_TESTS_SINCE] = tests_since


def _has_windows_ever() -> bool:
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets is not None and widgets.QApplication.instance() is not None


@pytest.fixture(autouse=True)
def _no_leaked_windows(_no_leaked_threads_and_processes: None) -> Iterator[None]:
    before = {id(window) for window in _windows()}
    yield
    if any(id(window) not in before for window in _windows()):
        gc.collect()
        _delete_later_now()
    leaked = [window for window in _windows() if id(window) not in before]
    if leaked:
        names = ", ".join(f"{type(w).__name__}({w.objectName()!r})" for w in leaked)
        for window in leaked:
            window.deleteLater()
        _delete_later_now()
        pytest.fail(f"Windows were left behind: {names}", pytrace=False)


class _WarningCollector(logging.Handler):
    """Keeps what our loggers say at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def _must_end(thread: threading.Thread) -> bool:
    """Return whether *thread* is ours or keeps the program alive."""
    if isinstance(thread, threading._DummyThread):
        return False
    target = getattr(thread, "_target", None)
    home = getattr(target, "__module__", None) or type(thread).__module__
    return not thread.daemon or home.partition(".")[0] in OUR_LOGGERS


def _fail_on_threads(threads: list[threading.Thread]) -> None:
    deadline = time.monotonic() + GRACE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    alive = [thread.name for thread in threads if thread.is_alive()]
    if alive:
        pytest.fail(f"Threads were left running: {', '.join(alive)}", pytrace=False)


def _child_processes() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _fail_on_processes(processes: set[psutil.Process]) -> None:
    if not processes:
        return
    _, alive = psutil.wait_procs(list(processes), timeout=GRACE_S)
    leaked = {process: line for process in alive if (line := _command_line(process))}
    for process in leaked:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if leaked:
        pytest.fail("Processes were left running:\n" + "\n".join(leaked.values()), pytrace=False)


def _command_line(process: psutil.Process) -> str:
    """Return the command of a process that should not be there; empty if it may stay."""
    try:
        command = " ".join(process.cmdline()) or process.name()
    except psutil.NoSuchProcess:
        return ""
    return "" if any(name in command for name in LASTING_PROCESSES) else command


def _windows() -> list[Any]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return list(widgets.QApplication.topLevelWidgets())


def _delete_later_now() -> None:
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
