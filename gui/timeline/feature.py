"""Connects the timeline to the window."""

from __future__ import annotations

from functools import partial

from gui.actions import Action, Selection
from gui.bridge import Bridge
from gui.going import go_to_job
from gui.i18n import mark, tr
from gui.main_window import MainWindow
from gui.timeline.page import TimelinePage

TIMELINE = Action(
    id="view.timeline", title=mark("Timeline"), icon="timeline", shortcuts=("Ctrl+T",),
    sentence=mark("See what ran when, and what ended well."),
)  # fmt: skip
LAST_NIGHT = Action(
    id="view.last_night", title=mark("What ran last night?"), icon="timeline",
    sentence=mark("Show the timeline from the evening to the morning."),
)  # fmt: skip


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the page and its commands."""
    page = TimelinePage(bridge)
    window.add_page(
        page, TIMELINE, hint=tr("Find by name…"), search=page.look_for,
        enter=page.canvas.setFocus,
    )  # fmt: skip
    page.job_wanted.connect(partial(go_to_job, window))
    window.action_set.add((LAST_NIGHT,))

    def show_night(_selection: Selection) -> None:
        window.show_page(page)
        page.show_named("night")

    window.action_set.handle(LAST_NIGHT.id, show_night)
    window.action_set.update(window.action_set.selection)
