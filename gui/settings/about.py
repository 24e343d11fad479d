"""About: the version, the licence, and what the program stands on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.plain_text import PlainLabel
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.licences import Package, packages_in_use
from queue_core.version import __version__

SIZE = QSize(560, 480)


class AboutDialog(QDialog):
    """The program's name and version above the packages that it stands on."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About DashAI Monitor"))
        self.resize(SIZE)
        self._packages: list[Package] = []
        title = PlainLabel(f"DashAI Monitor {__version__}")
        set_role(title, "title")
        self.table = _table()
        layout = QVBoxLayout(self)
        layout.addWidget(title)
        layout.addWidget(
            muted_label(tr("Free software under the MIT licence. It stands on these packages:"))
        )
        layout.addWidget(self.table)
        layout.addLayout(
            row(None, text_button(tr("Copy"), self.copy), text_button(tr("Close"), self.accept))
        )

        bridge.start(self._fill(bridge), what=tr("Reading the licences"))

    async def _fill(self, bridge: Bridge) -> None:
        """Show the packages; reading what they say takes a tenth of a second."""
        self._packages = await bridge.call(packages_in_use)
        if not isValid(self):  # closed meanwhile
            return
        self.table.setRowCount(len(self._packages))
        for number, package in enumerate(self._packages):
            for place, text in enumerate((package.name, package.version, package.licence)):
                self.table.setItem(number, place, _item(text))

    def copy(self) -> None:
        """Put all of it on the clipboard."""
        lines = [f"DashAI Monitor {__version__}"]
        lines += [f"{item.name} {item.version}: {item.licence}" for item in self._packages]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _table() -> QTableWidget:
    table = QTableWidget(0, 3)
    table.setHorizontalHeaderLabels([tr("Package"), tr("Version"), tr("Licence")])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(True)
    table.setAccessibleName(tr("Packages"))
    return table


def _item(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item
