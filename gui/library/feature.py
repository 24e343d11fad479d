"""Connects the library to the window."""

from __future__ import annotations

from gui.actions import Action
from gui.bridge import Bridge
from gui.i18n import mark, tr, translate
from gui.library.page import LibraryPage
from gui.main_window import MainWindow
from gui.pages import Page

LIBRARY = Action(
    id="view.library", title=mark("Library"), icon="folder", shortcuts=("Ctrl+L",),
    sentence=mark("Show datasets, models and other results."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its command."""
    page = LibraryPage(bridge)
    window.add_page(
        Page(
            title=tr("Library"), sentence=translate(LIBRARY.sentence), widget=page,
            hint=tr("Find by name…"), search=page.look_for, enter=page.table.setFocus,
        )
    )  # fmt: skip
    window.action_set.add((LIBRARY,))

    def toggle() -> None:
        window.show_page(None if page.isVisible() else page)

    window.action_set.handle(LIBRARY.id, lambda _selection: toggle())
