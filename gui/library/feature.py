"""Connects the library to the window."""

from __future__ import annotations

from gui.actions import Action, Place
from gui.bridge import Bridge
from gui.i18n import mark
from gui.library.page import LibraryPage
from gui.main_window import MainWindow

LIBRARY = Action(
    id="view.library", title=mark("Library"), icon="folder", shortcuts=("Ctrl+L",),
    places=frozenset({Place.MENU}), sentence=mark("Show datasets, models and other results."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its command."""
    page = LibraryPage(bridge)
    window.add_page(page)
    page.left.connect(lambda: window.show_page(None))
    window.action_set.add((LIBRARY,))

    def toggle() -> None:
        window.show_page(None if page.isVisible() else page)

    window.action_set.handle(LIBRARY.id, lambda _selection: toggle())
