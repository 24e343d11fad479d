"""The whole window over jobs, files and datasets whose every text is as bad as it can be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QModelIndex, QPoint
from PySide6.QtGui import QAction, QHelpEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QTabWidget,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot
from seeded_folder import Seed, seed_folder

from gui.bridge import Bridge, Message
from gui.features import FEATURES
from gui.library.deleting import ask_and_delete
from gui.library.page import LibraryPage
from gui.main_window import MainWindow
from gui.plain_text import PlainMessageBox
from gui.results.dataset_view import DatasetView
from gui.results.loading import LoadingView
from gui.results.paged_table import PagedTable
from gui.submit.preview_dialog import PreviewDialog
from gui.submit.preview_state import FileState
from gui.widgets import TextLabel
from gui.window_state import WindowState
from queue_core.components.dataset_writer import write_dataset
from queue_core.database.session import open_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Dataset
from queue_core.library.entities import list_entities
from queue_core.paths import LocalFolder
from queue_core.queue.huey_queue import HueyJobQueue
from queue_core.queue.values import ChangeBatch
from queue_core.runner.outcome import EndReason, ErrorReport

Run = Callable[[Any], Any]
Until = Callable[[Callable[[], Any]], Awaitable[None]]

WAIT_S = 20.0
ROWS_WALKED = 30
COLUMNS_WALKED = 12


def hostile(pipe: str) -> dict[str, str]:
    """Return texts that name a pipe: whoever opens it stands still."""
    return {
        "image": f"an image <img src='{pipe}'> of others",
        "link": f"<a href='file://{pipe}'>link</a><b>bold</b>",
        "style": f"<style>@import url('{pipe}');</style><!doctype html>",
        "named": "&lt;b&gt; R&D & more [*] %p %v %1 {0} {name}",
        "direction": "abc\u202etxt.exe\u2066\u200b",
        "control": "a\x00b\x07c\x1b[2Jd\re\tf",
        "long": f"<img src='{pipe}'>" + "x" * 100_000,
        "lines": "<b>\n" * 500,
    }


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, str]:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return hostile(str(pipe))


@pytest.fixture
def seeds(texts: dict[str, str]) -> tuple[Seed, ...]:
    found = []
    for text in texts.values():
        error = ErrorReport(text, text, text, text, ({"type": text, "message": text},))
        params = {text: text, "more": [text, {text: text}]}
        found += [
            Seed(
                text,
                text.replace("\0", ""),  # the name of a class
                EndReason.RAISED,
                error=error,
                params=params,
                result={text: [text]},
            ),
            Seed(text, "ModelJob", progress=40, phase=text),
        ]
    found.append(Seed(texts["image"], "ModelJob"))
    return tuple(found)


@pytest.fixture(name="until")
def until_fixture() -> Until:
    async def until(condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not condition():
                await asyncio.sleep(0.005)

    return until


def walked(parent: QModelIndex, model: QAbstractItemModel, depth: int = 3) -> Iterator[QModelIndex]:
    for row in range(min(model.rowCount(parent), ROWS_WALKED)):
        for column in range(columns_of(model, parent)):
            index = model.index(row, column, parent)
            yield index
            if depth and column == 0:
                yield from walked(index, model, depth - 1)


def columns_of(model: QAbstractItemModel, parent: QModelIndex) -> int:
    """Return how many columns to walk; a list's own count is a private function of Qt's."""
    is_list = isinstance(model, QAbstractListModel)
    return 1 if is_list else min(model.columnCount(parent), COLUMNS_WALKED)


def model_texts(model: QAbstractItemModel) -> Iterator[object]:
    role = Qt.ItemDataRole.ToolTipRole
    for index in walked(QModelIndex(), model):
        yield index.data(role)
    for section in range(columns_of(model, QModelIndex())):
        yield model.headerData(section, Qt.Orientation.Horizontal, role)


def shown_texts(root: QWidget) -> Iterator[object]:
    """Yield every text below *root* that Qt might take for markup."""
    for widget in [root, *root.findChildren(QWidget)]:
        yield from (widget.toolTip(), widget.statusTip(), widget.whatsThis())
        if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
            yield widget.text()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from model_texts(widget.model())
        if isinstance(widget, QTabWidget):
            yield from (widget.tabToolTip(number) for number in range(widget.count()))
    for action in root.findChildren(QAction):
        yield action.toolTip()


def require_plain(root: QWidget) -> None:
    """Paint everything, hover over every table, and look at every text."""
    root.grab()
    for text in shown_texts(root):
        assert text is None or isinstance(text, str)
        assert not Qt.mightBeRichText(text or ""), ascii(text)[:200]
    for view in root.findChildren(QAbstractItemView):
        if view.isVisible():
            hover(view)


def hover(view: QAbstractItemView) -> None:
    for y in range(4, min(view.viewport().height(), 400), 20):
        point = QPoint(20, y)
        where = view.viewport().mapToGlobal(point)
        QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, point, where))
        assert not Qt.mightBeRichText(QToolTip.text())
    QToolTip.hideText()


@pytest.fixture
def window(
    bridge: Bridge, run: Run, queue: HueyJobQueue, seeds: tuple[Seed, ...], until: Until
) -> Iterator[MainWindow]:
    """The whole window over hostile jobs."""
    seed_folder(queue.folder.root, seeds)
    window = MainWindow(bridge, WindowState(bridge.folder))
    for install in FEATURES:
        install(window, bridge)
    window.resize(1280, 800)
    window.show()
    bridge.changed.emit(ChangeBatch(0, reset=True))
    run(until(lambda: window.model.is_loaded and window.model.rowCount() == len(seeds)))
    run(until(lambda: window.model.record(0) is not None))
    yield window
    window.close_now()
    run(bridge.close())
    window.deleteLater()


def test_jobs_and_their_details_are_plain(window: MainWindow, run: Run, until: Until) -> None:
    require_plain(window)
    for row in range(window.model.rowCount()):
        job_id = window.model.job_id(row)
        window.table.selectRow(row)
        run(until(lambda wanted=job_id: window.details._record is not None
                  and window.details._record.id == wanted))  # fmt: skip
        for name in window.details.pages:
            window.details.show_tab(name)
            QApplication.processEvents()
            require_plain(window.details)


def test_messages_are_plain(window: MainWindow, texts: dict[str, str]) -> None:
    for text in texts.values():
        window.toasts.show_message(Message(text=text, hint=text, details=text))
        require_plain(window)
    window.action_set.trigger("app.messages")
    require_plain(window)


def test_a_label_shows_what_is_no_text_at_all(qtbot: QtBot) -> None:
    label = TextLabel("half of a character: \udc80 \ud800", most_lines=1)
    qtbot.addWidget(label)
    require_plain(label)


@pytest.fixture
def dataset_id(local_folder: LocalFolder, texts: dict[str, str]) -> int:
    import pyarrow as pa

    cells = list(texts.values())
    table = pa.table({text[:2000]: cells for text in cells})
    with open_session(local_folder) as session:
        dataset = Dataset(
            name=texts["image"], status=EntityStatus.FINISHED, row_count=len(cells),
            column_count=len(cells),
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        write_dataset(local_folder.datasets / str(dataset.id), table, warnings=list(texts.values()))
        return int(dataset.id)


async def read_all(root: QWidget) -> None:
    async with asyncio.timeout(WAIT_S):
        while any(view.is_loading for view in loading_views(root)):
            await asyncio.sleep(0.005)


def loading_views(root: QWidget) -> list[LoadingView]:
    found = root.findChildren(LoadingView)
    return [root, *found] if isinstance(root, LoadingView) else found


def test_a_dataset_is_plain(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset_id: int, texts: dict[str, str]
) -> None:
    view = DatasetView(bridge.folder.datasets / str(dataset_id), texts["image"], bridge)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    run(read_all(view))
    rows = view.tabs.widget(0)
    run(read_all(view))
    assert rows.findChild(PagedTable) is not None
    for number in range(view.tabs.count()):
        view.tabs.setCurrentIndex(number)
        require_plain(view)


def test_the_library_is_plain(
    bridge: Bridge, run: Run, qtbot: QtBot, dataset_id: int, until: Until
) -> None:
    page = LibraryPage(bridge)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    run(until(lambda: not page.is_reading and page.model.rowCount() == 1))
    run(read_all(page))
    require_plain(page)
    record = list_entities(bridge.folder, EntityKind.DATASET)[0]
    ask_and_delete(page, bridge, record, lambda: None)
    run(until(lambda: page.findChildren(PlainMessageBox)))
    box = page.findChildren(PlainMessageBox)[0]
    require_plain(box)
    box.reject()


def test_a_preview_is_plain(
    bridge: Bridge, run: Run, qtbot: QtBot, texts: dict[str, str], tmp_path: Path, until: Until
) -> None:
    import csv

    path = tmp_path / "<img src=x> R&D [*] \u202e.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        chosen = [texts["image"], texts["link"], texts["named"], texts["direction"]]
        writer.writerows([chosen] * 5)
    dialog = PreviewDialog((path,), bridge)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    unfinished = (FileState.WAITING, FileState.READING)
    run(until(lambda: not dialog.reader.is_busy and dialog.entries[0].state not in unfinished))
    assert dialog.entries[0].state is not FileState.FAILED
    require_plain(dialog)
