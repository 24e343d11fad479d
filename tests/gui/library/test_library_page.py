from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QToolButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.library.kind_delegate import COUNT_ROLE
from gui.library.lineage import LineageWindow
from gui.library.lineage_layout import places_of
from gui.library.model import LibraryModel
from gui.library.page import LibraryPage
from gui.results.dataset_view import DatasetView
from gui.results.loading import LoadingView
from queue_core.components.dataset_writer import write_dataset
from queue_core.database.session import open_session
from queue_core.database.status import EntityKind, EntityStatus
from queue_core.database.tables import Dataset, Explorer
from queue_core.library.entities import list_entities
from queue_core.library.lineage import Lineage, LineageNode
from queue_core.paths import LocalFolder

Run = Callable[[Any], Any]


def add_dataset(folder: LocalFolder, name: str) -> int:
    import pyarrow as pa

    with open_session(folder) as session:
        dataset = Dataset(name=name, status=EntityStatus.FINISHED, row_count=3, column_count=1)
        session.add(dataset)
        session.flush()
        write_dataset(folder.datasets / str(dataset.id), pa.table({"a": [1, 2, 3]}))
        return int(dataset.id)


@pytest.fixture
def page(bridge: Bridge, run: Run, qtbot: QtBot, local_folder: LocalFolder) -> LibraryPage:
    first = add_dataset(local_folder, "iris")
    add_dataset(local_folder, "penguins")
    with open_session(local_folder) as session:
        session.add(
            Explorer(
                name="Look", component="describe", dataset_id=first, status=EntityStatus.FINISHED
            )
        )
    page = LibraryPage(bridge)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    run(settled(page))
    return page


async def settled(page: LibraryPage) -> None:
    await asyncio.sleep(0)
    viewer = page.shown.viewer
    while page.is_reading or (isinstance(viewer, LoadingView) and viewer.is_loading):
        await asyncio.sleep(0.01)
        viewer = page.shown.viewer


def names(page: LibraryPage) -> list[str]:
    return [page.model.index(n, 0).data() for n in range(page.model.rowCount())]


def test_entities_are_listed_newest_first_with_what_they_hold(page: LibraryPage) -> None:
    assert names(page) == ["penguins", "iris"]
    assert page.model.index(0, 1).data() == "3 rows · 1 column"
    first = page.kinds.item(0)
    assert (first.text(), first.data(COUNT_ROLE)) == ("Datasets", "2")
    assert isinstance(page.shown.viewer, DatasetView)


def test_searching_and_other_kinds(page: LibraryPage, run: Run) -> None:
    page.look_for("IRI")
    page.reload()
    run(settled(page))
    assert names(page) == ["iris"]
    page.look_for("")
    page.show_kind(EntityKind.EXPLORER)
    run(settled(page))
    assert names(page) == ["Look"]
    page.show_kind(EntityKind.GENERATIVE_SESSION)
    run(settled(page))
    assert page._empty.isVisible()
    assert "No conversations yet" in page._empty.text()


def test_renaming_in_place(page: LibraryPage, run: Run, bridge: Bridge) -> None:
    index = page.model.index(0, 0)
    assert page.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    assert page.model.setData(index, " Penguins of Palmer ")

    async def renamed() -> None:
        while names(page)[0] != "Penguins of Palmer":
            await asyncio.sleep(0.01)

    run(renamed())
    assert not page.model.setData(page.model.index(0, 0), "   ")
    run(settled(page))


def test_deleting_tells_what_hangs_on_it(
    page: LibraryPage, run: Run, bridge: Bridge, qtbot: QtBot
) -> None:
    page.table.selectRow(1)
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)

    async def asked() -> QMessageBox:
        while not (boxes := page.findChildren(QMessageBox)):
            await asyncio.sleep(0.01)
        return boxes[0]

    box = run(asked())
    assert box.text() == "Delete “iris”?"
    assert "1 explorer" in box.informativeText()
    next(b for b in box.buttons() if b.text() == "Delete").click()

    async def gone() -> None:
        while names(page) != ["penguins"]:
            await asyncio.sleep(0.01)

    run(gone())
    run(settled(page))
    assert run(bridge.call(list_entities, bridge.folder, EntityKind.EXPLORER)) == []


def test_the_model_is_a_proper_model(page: LibraryPage, qtmodeltester: ModelTester) -> None:
    assert isinstance(page.model, LibraryModel)
    qtmodeltester.check(page.model)


def test_the_lineage_leads_to_what_was_made(
    page: LibraryPage, run: Run, until: Any
) -> None:  # fmt: skip
    page.table.selectRow(1)
    run(settled(page))
    page.shown.lineage_wanted.emit()
    window = page.window().findChild(LineageWindow)
    assert isinstance(window, LineageWindow)
    run(until(lambda: len(window.view.findChildren(QToolButton)) == 2))
    look = next(b for b in window.view.findChildren(QToolButton) if b.text() == "Look")
    look.click()
    run(until(lambda: page.current is not None and page.current.kind is EntityKind.EXPLORER))
    assert page.current is not None
    assert page.current.name == "Look"
    window.close()


def test_each_step_of_a_lineage_stands_to_the_right_of_the_one_before() -> None:
    data, run, session = ((kind, 1) for kind in ("dataset", "run", "model_session"))
    keys = [(EntityKind(kind), number) for kind, number in (run, data, session)]
    edges = ((keys[1], keys[2]), (keys[2], keys[0]), (keys[1], keys[0]))
    nodes = tuple(LineageNode(key, key[0].value) for key in keys)
    places = places_of(Lineage(keys[0], nodes, edges))
    assert [places[key][0] for key in keys] == [2, 0, 1]
