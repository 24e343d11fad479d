"""A view that is gone hears nothing: what lives longer than it is connected to methods only.

Qt ends the connection of a method with its object; a lambda would be called for ever, and touch
what is gone.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.library.page import LibraryPage
from gui.results.notebook_view import NotebookView
from queue_core.queue.values import ChangeBatch

GUI = Path(__file__).parents[2] / "gui"
LONG_LIVED = ("bridge", "store", "reasons", "overview", "current_theme()", "action_set")


@pytest.mark.parametrize("path", sorted(GUI.rglob("*.py")), ids=lambda path: path.stem)
def test_what_lives_long_is_connected_to_methods(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        signal = node.func.value
        if node.func.attr != "connect" or not isinstance(signal, ast.Attribute):
            continue
        source = ast.unparse(signal.value).rpartition(".")[2].lstrip("_")
        if source in LONG_LIVED:
            lonely = isinstance(node.args[0], ast.Lambda)
            assert not lonely, f"line {node.lineno}: {ast.unparse(node)} outlives its view"


@pytest.mark.parametrize("kind", ["notebook", "library"])
def test_a_view_that_is_gone_hears_no_change(bridge: Bridge, qtbot: QtBot, kind: str) -> None:
    view = NotebookView(1, bridge) if kind == "notebook" else LibraryPage(bridge)
    view.deleteLater()
    QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
    assert not isValid(view)
    with qtbot.captureExceptions() as exceptions:
        bridge.changed.emit(ChangeBatch(1))
    assert exceptions == []
