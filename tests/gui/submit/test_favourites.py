"""Components with a star stand first, are remembered, and are found by any of their words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.submit.component_list import ComponentList
from gui.submit.component_rows import FAVOURITE_ROLE, ID_ROLE
from gui.submit.favourites import FILE, favourites_of, keep_favourite, with_favourites
from gui.submit.presets import keep_preset, presets_of
from queue_core.components.registry import Component, ComponentKind, components
from queue_core.errors import DataError
from queue_core.paths import LocalFolder


@pytest.fixture
def models() -> list[Component]:
    return list(components(ComponentKind.MODEL).values())


def shown(found: ComponentList) -> list[str]:
    model = found.view.model()
    return [str(model.index(row, 0).data(ID_ROLE)) for row in range(model.rowCount())]


def click_star(found: ComponentList, row: int) -> None:
    index = found.view.model().index(row, 0)
    found.view.scrollTo(index)
    place = found.view.visualRect(index)
    corner = QPoint(place.right() - 12, place.top() + 10)
    QTest.mouseClick(found.view.viewport(), Qt.MouseButton.LeftButton, pos=corner)


def test_a_star_is_kept_and_brings_its_component_to_the_front(
    qtbot: QtBot, bridge: Bridge, models: list[Component], run: Any, until: Any
) -> None:
    found = with_favourites(bridge, "ModelJob", several=True)
    qtbot.addWidget(found)
    found.resize(320, 600)
    found.set_components(models)
    found.show()
    tester = QAbstractItemModelTester(found._model)

    async def body() -> None:
        await until(lambda: found.view.viewport().height() > 400)
        before = shown(found)
        click_star(found, 2)
        assert shown(found) == before  # nothing moves under the pointer
        assert found.view.model().index(2, 0).data(FAVOURITE_ROLE)
        heard = found.view.model().index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert heard.endswith("Favourite.")
        await until(lambda: favourites_of(bridge.folder, "ModelJob") == {before[2]})
        found.view.setCurrentIndex(found.view.model().index(4, 0))
        QTest.keyClick(found.view, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: len(favourites_of(bridge.folder, "ModelJob")) == 2)
        again = with_favourites(bridge, "ModelJob", several=True)
        qtbot.addWidget(again)
        again.set_components(models)
        again.set_recent([before[6], before[4]])
        await until(lambda: shown(again)[:3] == [before[4], before[2], before[6]])
        again.resize(320, 600)
        again.show()
        click_star(again, 1)
        await until(lambda: favourites_of(bridge.folder, "ModelJob") == {before[4]})
        assert favourites_of(bridge.folder, "ExplorerJob") == frozenset()

    run(body())
    del tester


def test_words_are_found_in_any_order_titles_first(qtbot: QtBot, models: list[Component]) -> None:
    found = ComponentList()
    qtbot.addWidget(found)
    found.set_components(models)
    everything = shown(found)
    found.search.setText("FÓREST random")
    assert "RandomForestClassifier" in shown(found)
    assert 0 < len(shown(found)) < len(everything)
    found.search.setText("trees")
    titles = [str(found.view.model().index(row, 0).data()) for row in range(len(shown(found)))]
    named = ["trees" in title.lower() for title in titles]
    assert named == sorted(named, reverse=True)
    assert not all(named)  # others say it in their sentence
    found.search.setText("zebra")
    assert shown(found) == []
    assert found.current_id == ""
    found.search.setText("")
    assert shown(found) == everything


def test_what_cannot_be_read_is_not_written_over(folder: LocalFolder) -> None:
    keep_favourite(folder, "ModelJob", "ridge", is_favourite=True)
    path = folder.monitor / FILE
    for broken in ('{"ModelJob": "ridge"}', "[1, 2", '["ridge"]'):
        path.write_text(broken)
        assert favourites_of(folder, "ModelJob") == frozenset()
        with pytest.raises(DataError, match="cannot be read"):
            keep_favourite(folder, "ModelJob", "lasso", is_favourite=True)
        assert path.read_text() == broken


def test_changes_on_several_threads_lose_nothing(folder: LocalFolder) -> None:
    names = [f"model {number}" for number in range(40)]

    def keep(name: str) -> None:
        keep_favourite(folder, "ModelJob", name, is_favourite=True)
        keep_preset(folder, "ModelJob", name, {"model": name})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(keep, names))
    assert favourites_of(folder, "ModelJob") == set(names)
    assert set(presets_of(folder, "ModelJob")) == set(names)
