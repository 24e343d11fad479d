"""Connects the library to the window."""

from __future__ import annotations

from gui.actions import Action, Place
from gui.bridge import Bridge
from gui.i18n import mark, tr
from gui.library.dashai import DashaiImport
from gui.library.page import LibraryPage
from gui.main_window import MainWindow

LIBRARY = Action(
    id="view.library", title=mark("Library"), icon="folder", shortcuts=("Ctrl+L",),
    sentence=mark("Show datasets, models and other results."),
)  # fmt: skip
IMPORT = Action(
    id="library.import_dashai", order=30, title=mark("Import from DashAI…"), icon="open",
    places=frozenset({Place.MENU}), sentence=mark("Copy datasets of DashAI into the library."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its command."""
    page = LibraryPage(bridge)
    window.add_page(
        page, LIBRARY, hint=tr("Find by name…"), search=page.look_for, enter=page.table.setFocus
    )
    theirs = DashaiImport(window, bridge)
    window.action_set.add((IMPORT,))
    window.action_set.handle(IMPORT.id, lambda _selection: theirs.begin())
