"""Connects the places to the window."""

from __future__ import annotations

from functools import partial

from gui.actions import Action
from gui.bridge import Bridge
from gui.going import go_to_job
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from gui.places.page import PlacesPage
from gui.platform import open_file

PLACES = Action(
    id="view.places", title=mark("Places"), icon="workers",
    sentence=mark("See where jobs may run beside this computer, and what is free there."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its command; its tab is there where the settings name a place."""

    def open_settings() -> None:
        open_file(bridge.folder.settings)

    page = PlacesPage(bridge, open_settings)
    window.add_page(
        page, PLACES, hint=tr("Find a place or machine…"), search=page.look_for,
        enter=page.setFocus,
    )  # fmt: skip
    window.pages.offer(page, is_offered=False)
    page.found.connect(
        lambda count: window.pages.offer(page, is_offered=count > 0 or page.isVisible())
    )
    page.job_wanted.connect(partial(go_to_job, window))
