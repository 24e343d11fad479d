from __future__ import annotations

from typing import Any

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gui.bridge import Bridge
from gui.settings.about import AboutDialog
from queue_core.version import __version__


def test_it_names_version_packages_and_licences(bridge: Bridge, qtbot: QtBot) -> None:
    dialog = AboutDialog(bridge)
    qtbot.addWidget(dialog)
    table = dialog.table
    qtbot.waitUntil(lambda: table.rowCount() > 0, timeout=20_000)
    rows = {
        table.item(row, 0).text(): (table.item(row, 1).text(), table.item(row, 2).text())
        for row in range(table.rowCount())
    }
    assert {"pandas", "huey", "PySide6_Essentials"} <= rows.keys()
    assert all(version and licence for version, licence in rows.values())
    assert "pytest" not in rows  # a tool of ours, not a part of the program
    dialog.copy()
    assert QGuiApplication.clipboard().text().startswith(f"DashAI Monitor {__version__}\n")


def test_a_newer_version_is_looked_for_when_somebody_asks(
    bridge: Bridge, qtbot: QtBot, run: Any
) -> None:
    dialog = AboutDialog(bridge)
    qtbot.addWidget(dialog)
    assert dialog.news.isHidden()
    dialog.look.click()
    qtbot.waitUntil(lambda: "does not know" in dialog.news.text(), timeout=20_000)
    assert dialog.look.isEnabled()
    run(bridge.change_settings({"updates.address": "http://127.0.0.1:1/"}))
    dialog.look.click()
    qtbot.waitUntil(lambda: "does not say whether" in dialog.news.text(), timeout=20_000)
    assert dialog.open_page.isHidden()
