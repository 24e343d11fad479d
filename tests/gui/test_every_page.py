"""Walks every page in Spanish, looks for English, for what has no name, and for a hidden focus."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)
from seeded_folder import SCENE, seed_folder
from spoken_checks import hidden_focus_in, silent_in

import resources
from gui import i18n
from gui.bridge import Bridge
from gui.features import FEATURES
from gui.jobs.details.log_view import LogView
from gui.library.kinds import LIBRARY_KINDS
from gui.library.page import LibraryPage
from gui.main_window import MainWindow
from gui.plain_text import as_typed
from gui.results.loading import LoadingView
from gui.settings.dialog import SettingsDialog
from gui.submit.new_job_dialog import NewJobDialog
from gui.window_state import WindowState
from queue_core.database.status import EntityKind
from queue_core.jobs.dataset_job import DatasetJob
from queue_core.jobs.explorer_job import ExplorerJob
from queue_core.library.entities import list_entities
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import ChangeBatch

pytestmark = pytest.mark.gui

Run = Callable[[Any], Any]
Until = Callable[[Callable[[], Any]], Awaitable[None]]
Look = Callable[[QWidget], Awaitable[None]]

ENGLISH = re.compile(
    r"\b(the|of|with|is|are|not|and|was|were|from|by|to|for|on|at|that|has|have|there|it|its|which|"
    r"or|an|each|than|out|this|these|does|cannot|rows?|columns?|values?|files?|missing|what|when|"
    r"where|how|you|your|if|as|into|before|after|only|jobs?)\b",
    re.IGNORECASE,
)
# Names of parameters in code, which stand below their titles.
CODE = re.compile(r"\(?\b[a-z]+(_[a-z]+)*\)?")
# Code within sentences.
ALLOWED = ("code -g {file}:{line}", 'age > 30 and sex = "male"')
ATTRIBUTES = (
    "text", "toolTip", "statusTip", "accessibleName", "accessibleDescription", "placeholderText",
    "windowTitle", "title",
)  # fmt: skip
ROLES = (
    Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)  # fmt: skip
# What a job wrote, and what a library said, is in their own language.
NOT_READ = (LogView, QPlainTextEdit)
MOST_ROWS = 60
WAIT_S = 20.0


@pytest.fixture
def queue(queue: HueyJobQueue, tmp_path: Path) -> HueyJobQueue:
    """A folder in which jobs have run for real, put from a Spanish window, and made ones beside."""
    i18n.set_language("es")  # conftest brings English back
    broken = tmp_path / "nothing.csv"
    broken.write_bytes(b"")
    sample = Path(resources.__file__).parent / "samples" / "penguins.csv"
    queue.start()
    put = [queue.put(DatasetJob(file_path=str(path))) for path in (broken, sample)]
    for job_id in put:
        queue.wait(job_id, timeout_s=60)
    loaded = next(
        entity
        for entity in list_entities(queue.folder, EntityKind.DATASET)
        if entity.details.get("row_count")
    )
    explored = queue.put(ExplorerJob(dataset_id=loaded.id, explorer="missing_values"))
    queue.wait(explored, timeout_s=60)
    queue.stop()
    seed_folder(queue.folder.root)
    return queue


@contextmanager
def whole_window(bridge: Bridge, run: Run, until: Until) -> Iterator[MainWindow]:
    """The whole window, in Spanish; no fixture: what it reads must not go on between these."""
    window = MainWindow(bridge, WindowState(bridge.folder))
    for install in FEATURES:
        install(window, bridge)
    window.resize(1280, 800)
    window.show()
    bridge.changed.emit(ChangeBatch(0, reset=True))
    run(until(lambda: window.model.is_loaded and window.model.record(0) is not None))
    try:
        yield window
    finally:
        window.close_now()
        run(bridge.close())
        window.deleteLater()


def texts_of(root: QWidget) -> Iterator[str]:
    """Yield every text that is shown or read out below *root*."""
    for widget in [root, *root.findChildren(QWidget)]:
        if isinstance(widget.parentWidget(), LogView):
            continue  # its header has the same lines
        if isinstance(widget, NOT_READ):
            yield from (widget.toolTip(), widget.accessibleName())
            continue
        for name in ATTRIBUTES:
            read = getattr(widget, name, None)
            value = read() if callable(read) else read
            if isinstance(value, str):
                yield value
        if isinstance(widget, QTabBar | QComboBox):
            read_item = widget.tabText if isinstance(widget, QTabBar) else widget.itemText
            yield from (read_item(number) for number in range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from _cells(widget)
    for action in root.findChildren(QAction):
        yield from (action.text(), action.toolTip())


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    is_list = isinstance(model, QAbstractListModel)
    for column in range(1 if is_list else model.columnCount()):
        found = [model.headerData(column, Qt.Orientation.Horizontal, role) for role in ROLES]
        for row in range(min(model.rowCount(), MOST_ROWS)):
            found += [model.index(row, column).data(role) for role in ROLES]
        yield from (text for text in found if isinstance(text, str))


def english_in(root: QWidget, names: list[str]) -> set[str]:
    """Return the texts below *root* that look English, but for the names of the user."""
    found = set()
    for text in texts_of(root):
        rest = text
        for name in (*names, *ALLOWED):
            rest = rest.replace(name, "")
        if ENGLISH.search(rest) and not CODE.fullmatch(rest.strip()):
            found.add(text)
    return found


async def read_all(root: QWidget) -> None:
    """Let the window show what it was told, and read what it shows."""
    await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_S):
        while any(view.is_loading for view in root.findChildren(LoadingView)):
            await asyncio.sleep(0.005)


@pytest.fixture
def names(queue: HueyJobQueue, tmp_path: Path) -> list[str]:
    """What is the user's own, or a library's: names, and what a cause says."""
    given = [seed.name for seed in SCENE]
    given += [as_typed(name) for name in given]
    given += ["Expected 5 fields in line 104, saw 6", str(tmp_path)]
    return sorted(given, key=len, reverse=True)


def test_every_page_is_spanish_and_spoken(
    run: Run, until: Until, names: list[str], bridge: Bridge
) -> None:
    found: set[str] = set()
    seen: set[str] = set()

    async def look(root: QWidget) -> None:
        found.update(english_in(root, names))
        found.update(silent_in(root))
        root.window().activateWindow()
        await until(root.window().isActiveWindow)
        found.update(hidden_focus_in(root, seen))
        await read_all(root)  # the focus may have brought something into sight

    with whole_window(bridge, run, until) as window:
        # At once: between two runs nothing may wait for its turn.
        run(visit_pages(window, until, look))
    assert not found, "\n".join(sorted(found))


async def visit_pages(window: MainWindow, until: Until, look: Look) -> None:
    await visit_jobs(window, until, look)
    await visit_library(window, until, look)
    await visit_other_pages(window, look)
    await visit_forms(window, until, look)
    dialog = SettingsDialog(window.bridge, window)
    dialog.show()
    await look(dialog)
    dialog.close()


async def visit_jobs(window: MainWindow, until: Until, look: Look) -> None:
    await look(window)
    for row in _telling_rows(window):
        job_id = window.model.job_id(row)
        window.table.selectRow(row)
        await until(lambda wanted=job_id: window.details._record is not None
                  and window.details._record.id == wanted)  # fmt: skip
        for name in window.details.pages:
            window.details.show_tab(name)
            await read_all(window.details)
            await look(window.details)
    window.table.selectAll()
    await read_all(window)
    await look(window)


def _telling_rows(window: MainWindow) -> Iterator[int]:
    """Yield one job of each type and status, and what has run for real."""
    seen = set()
    for row in range(window.model.rowCount()):
        record = window.model.record(row)
        assert record is not None
        kind = record.task_type, record.status
        if kind not in seen or record.finished_at is None:
            seen.add(kind)
            yield row


async def visit_library(window: MainWindow, until: Until, look: Look) -> None:
    page = window.findChild(LibraryPage)
    assert page is not None
    window.show_page(page)
    for kind in LIBRARY_KINDS:
        page.show_kind(kind.kind)
        await until(lambda: not page.is_reading)
        await read_all(page)
        await look(window)


async def visit_other_pages(window: MainWindow, look: Look) -> None:
    """Look at every page, then at what opens above the window."""
    for page in window.pages.all:
        window.show_page(page.widget)
        await read_all(page.widget)
        await look(window)
    window.show_page(None)
    for action in ("app.shortcuts", "view.palette"):
        before = set(QApplication.topLevelWidgets())
        window.action_set.trigger(action)
        await read_all(window)
        await look(window)
        for dialog in set(QApplication.topLevelWidgets()) - before:
            await look(dialog)
            dialog.close()


async def visit_forms(window: MainWindow, until: Until, look: Look) -> None:
    window.action_set.trigger("job.new")
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, NewJobDialog))
    for number in range(1, dialog.kinds.count()):  # the first opens a dialog for files
        dialog.kinds.setCurrentRow(number)
        await until(lambda: dialog.page is not None and not dialog.is_busy)
        await look(dialog)
    dialog.close()
