"""Connects making results anew to the window: a command for all that is out of date."""

from __future__ import annotations

from functools import partial

from gui.actions import Action, Place, Selection
from gui.bridge import Bridge
from gui.i18n import mark
from gui.main_window import MainWindow
from gui.renewal.opening import open_renewal

RENEW = Action(
    id="library.renew", order=40, title=mark("Bring results up to date…"), icon="retry",
    places=frozenset({Place.MENU}),
    sentence=mark("Make anew, in order, what was made from data that have changed since."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the command."""
    window.action_set.add((RENEW,))
    window.action_set.handle(RENEW.id, partial(_open, window, bridge))


def _open(window: MainWindow, bridge: Bridge, _selection: Selection) -> None:
    open_renewal(window, bridge)
