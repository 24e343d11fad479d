"""About: the version, the licence, and what the program stands on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
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
from gui.i18n import tr, translate_message
from gui.plain_text import PlainLabel, as_typed
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.errors import MonitorError
from queue_core.licences import Package, packages_in_use
from queue_core.settings.known import UPDATE_ADDRESS
from queue_core.updates import Release, look_for_release
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
        self.news = PlainLabel("")
        self.news.setWordWrap(True)
        self.news.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.news.hide()
        layout.addWidget(self.news)
        self._bridge = bridge
        self.look = text_button(tr("Look for a newer version"), self._look)
        self.look.setToolTip(as_typed(tr("Asks the place where versions are published, once.")))
        self._page = ""
        self.open_page = text_button(tr("Open its page"), self._open_page)
        self.open_page.hide()
        copy, close = text_button(tr("Copy"), self.copy), text_button(tr("Close"), self.accept)
        layout.addLayout(row(self.look, self.open_page, None, copy, close))
        bridge.start(self._fill(), what=tr("Reading the licences"))

    async def _fill(self) -> None:
        """Show the packages; reading what they say takes a tenth of a second."""
        self._packages = await self._bridge.call(packages_in_use)
        if not isValid(self):  # closed meanwhile
            return
        self.table.setRowCount(len(self._packages))
        for number, package in enumerate(self._packages):
            for place, text in enumerate((package.name, package.version, package.licence)):
                self.table.setItem(number, place, _item(text))

    def _look(self) -> None:
        self.look.setEnabled(False)
        self._say(tr("Looking…"))
        self._bridge.start(self._ask(), what=tr("Looking for a newer version"))

    async def _ask(self) -> None:
        try:
            address = self._bridge.settings[UPDATE_ADDRESS]
            release = await self._bridge.call(look_for_release, address)
        except MonitorError as error:
            release, said = None, translate_message(f"{error.message} {error.hint}".strip())
        else:
            said = _told(release)
        if not isValid(self):  # closed meanwhile
            return
        self._page = release.page if release is not None and release.is_newer else ""
        self.open_page.setVisible(bool(self._page))
        self._say(said)
        self.look.setEnabled(True)

    def _say(self, text: str) -> None:
        self.news.setText(text)
        self.news.show()

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self._page))

    def copy(self) -> None:
        """Put all of it on the clipboard."""
        lines = [f"DashAI Monitor {__version__}"]
        lines += [f"{item.name} {item.version}: {item.licence}" for item in self._packages]
        QGuiApplication.clipboard().setText("\n".join(lines))


def _told(release: Release | None) -> str:
    if release is None:
        return tr(
            "This copy does not know where newer versions are published. Look where you got it, or "
            "name the address in the settings."
        )
    if release.is_newer:
        return tr(
            "Version {version} is there. It opens your data as it is.", version=release.version
        )
    return tr("This is the newest version.")


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
