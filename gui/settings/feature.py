"""Connects settings, past messages and notices of ended work to the window."""

from __future__ import annotations

from functools import partial

from gui.actions import Action, Place, Selection
from gui.bridge import Bridge
from gui.completion import CompletionWatch
from gui.i18n import mark
from gui.main_window import MainWindow
from gui.message_list import MessageList
from gui.notices import show_notice
from gui.settings.about import AboutDialog
from gui.settings.dialog import SettingsDialog
from gui.theme import ThemeMode, current_theme
from queue_core.settings import Settings
from queue_core.settings.known import NOTIFY_WHEN_DONE, THEME

SETTINGS = Action(
    id="app.settings", title=mark("Settings…"), icon="settings", shortcuts=("Ctrl+,",),
    places=frozenset({Place.MENU}), starts_group=True,
)  # fmt: skip
MESSAGES = Action(
    id="app.messages", title=mark("Past messages…"), icon="bell", places=frozenset({Place.MENU}),
    sentence=mark("Read again what was shown at the bottom right."),
)  # fmt: skip

ABOUT = Action(
    id="app.about", title=mark("About DashAI Monitor"), icon="info", order=98,
    places=frozenset({Place.MENU}), sentence=mark("Version, licence and packages."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the commands, and the notice at the end of long work."""
    dialogs: list[SettingsDialog] = []

    def open_settings(_selection: Selection) -> None:
        if not dialogs:
            dialogs.append(SettingsDialog(bridge, window))
        dialogs[0].show()
        dialogs[0].raise_()
        dialogs[0].activateWindow()

    def open_messages(_selection: Selection) -> None:
        MessageList(window.toasts.past, window).show()

    def open_about(_selection: Selection) -> None:
        AboutDialog(bridge, window).show()

    window.action_set.add((SETTINGS, MESSAGES, ABOUT))
    window.action_set.handle(ABOUT.id, open_about)
    window.action_set.handle(SETTINGS.id, open_settings)
    window.action_set.handle(MESSAGES.id, open_messages)
    bridge.settings_changed.connect(_apply_theme)
    watch = CompletionWatch(bridge, lambda: bridge.settings[NOTIFY_WHEN_DONE], window)
    watch.ended.connect(partial(show_notice, window))


def _apply_theme(settings: Settings) -> None:
    wanted = ThemeMode(settings[THEME])
    if current_theme().mode is not wanted:
        current_theme().set_mode(wanted)
