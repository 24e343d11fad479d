"""Connects the palette and the sheet of shortcuts to the window."""

from __future__ import annotations

from functools import partial

from gui.actions import Action, Place, Selection
from gui.bridge import Bridge
from gui.i18n import mark
from gui.main_window import MainWindow
from gui.palette.palette import Palette
from gui.palette.shortcut_sheet import ShortcutSheet
from gui.palette.sources import of_queue, of_window

PALETTE = Action(
    id="view.palette", order=5, title=mark("Find anything…"), icon="search",
    shortcuts=("Ctrl+K",), places=frozenset({Place.MENU}),
    sentence=mark("Every command, page, setting, job and dataset by its name."),
)  # fmt: skip
SHORTCUTS = Action(
    id="app.shortcuts", order=97, title=mark("Keyboard shortcuts"), icon="help",
    shortcuts=("?", "F1"), places=frozenset({Place.MENU}),
    sentence=mark("Show the keys of all commands."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the two commands."""
    window.action_set.add((PALETTE, SHORTCUTS))
    palette = Palette(
        bridge,
        partial(of_window, window, but=PALETTE.id),
        partial(of_queue, window, bridge),
        window,
    )
    palette.recent = window.state.remembered("palette/recent").split()
    palette.accepted.connect(
        lambda: window.state.remember("palette/recent", " ".join(palette.recent))
    )

    def open_palette(_selection: Selection) -> None:
        if palette.isVisible():
            palette.reject()
        else:
            palette.open_now()

    def open_sheet(_selection: Selection) -> None:
        ShortcutSheet(window.action_set.all(), window).show()

    window.action_set.handle(PALETTE.id, open_palette)
    window.action_set.handle(SHORTCUTS.id, open_sheet)
    window.action_set.update(window.action_set.selection)
