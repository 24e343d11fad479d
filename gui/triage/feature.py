"""Connects the page of failures to the window."""

from __future__ import annotations

from gui.actions import Action
from gui.bridge import Bridge
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from gui.triage.commands import TriageCommands
from gui.triage.page import FailuresPage

FAILURES = Action(
    id="view.failures", title=mark("Failures"), icon="error", shortcuts=("Ctrl+Shift+F",),
    sentence=mark("Show what failed, folded by what it failed of."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its command."""
    page = FailuresPage(bridge)
    TriageCommands(window, bridge, page)
    window.add_page(
        page, FAILURES, hint=tr("Find in failures…"), search=page.look_for,
        enter=page.list.setFocus,
    )  # fmt: skip
