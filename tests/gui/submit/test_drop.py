from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.submit.drop_overlay import DropOverlay
from gui.submit.dropped_files import local_paths, offer_for

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def mime(*items: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(i) if "://" in i else QUrl.fromLocalFile(i) for i in items])
    return data


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.overlay = DropOverlay(window)  # type: ignore[attr-defined]
    window.show()
    return window


def enter(window: QWidget, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(QPoint(50, 50), COPY, data, LEFT, NONE)
    QApplication.sendEvent(window, event)
    return event


def drop(window: QWidget, data: QMimeData) -> QDropEvent:
    event = QDropEvent(QPointF(50, 50), COPY, data, LEFT, NONE)
    QApplication.sendEvent(window, event)
    return event


def test_the_overlay_says_what_becomes_of_the_files(window: QWidget, qtbot: QtBot) -> None:
    overlay: DropOverlay = window.overlay  # type: ignore[attr-defined]
    data = mime("/data/a.csv", "/data/b.xlsx", "file:///data/c%20d.parquet")
    assert enter(window, data).isAccepted()
    assert overlay.isVisible()
    assert overlay.size() == window.size()
    assert overlay._title.text() == "Load 3 files as datasets"
    assert overlay._detail.text() == "a.csv\nb.xlsx\nc d.parquet"
    with qtbot.waitSignal(overlay.dropped) as dropped:
        drop(window, data)
    assert dropped.args == [(Path("/data/a.csv"), Path("/data/b.xlsx"), Path("/data/c d.parquet"))]
    assert not overlay.isVisible()


def test_leaving_hides_the_overlay(window: QWidget) -> None:
    overlay: DropOverlay = window.overlay  # type: ignore[attr-defined]
    enter(window, mime("/data/a.csv"))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not overlay.isVisible()


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["/home/me/photo.PNG"], ".png files are not data files"),
        (["https://example.org/a.csv"], "Only files on this computer"),
    ],
)
def test_what_cannot_be_loaded_is_refused_with_a_reason(
    window: QWidget, qtbot: QtBot, items: list[str], words: str
) -> None:
    overlay: DropOverlay = window.overlay  # type: ignore[attr-defined]
    data = mime(*items)
    enter(window, data)
    assert words in overlay._title.text()
    move = QDragMoveEvent(QPoint(60, 60), COPY, data, LEFT, NONE)
    QApplication.sendEvent(window, move)
    assert move.dropAction() == Qt.DropAction.IgnoreAction
    with qtbot.assertNotEmitted(overlay.dropped):
        drop(window, data)


def test_other_drags_are_none_of_our_business(window: QWidget) -> None:
    data = QMimeData()
    data.setText("just some words")
    event = QDragEnterEvent(QPoint(5, 5), COPY, data, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_some_of_many_and_folders() -> None:
    assert offer_for(mime("/d/a.csv", "/d/b.png")).title == "Load 1 of 2 files as datasets"
    assert offer_for(mime("/d/surveys")).title == "Load what surveys holds as datasets"
    many = offer_for(mime(*[f"/d/{n}.csv" for n in range(9)]))
    assert many.detail.splitlines()[-1] == "and 5 more"


def test_paths_given_as_text() -> None:
    data = QMimeData()
    data.setText("/data/a.csv\nfile:///data/b%20c.csv\n'/data/d e.csv'\n")
    assert local_paths(data) == (Path("/data/a.csv"), Path("/data/b c.csv"), Path("/data/d e.csv"))


def test_the_same_file_twice_is_one() -> None:
    assert len(local_paths(mime("/data/a.csv", "file:///data/a.csv"))) == 1
