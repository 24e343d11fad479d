"""What the window is made of besides the jobs: each part adds its commands, pages and viewers."""

from __future__ import annotations

from collections.abc import Callable

from gui import focus_ring, tour
from gui.bridge import Bridge
from gui.control import feature as control
from gui.desktop import feature as desktop
from gui.detached import feature as detached
from gui.jobs import feature as jobs
from gui.library import feature as library
from gui.main_window import MainWindow
from gui.palette import feature as palette
from gui.places import feature as places
from gui.renewal import feature as renewal
from gui.results import warming
from gui.results.compare import feature as compare
from gui.settings import feature as settings
from gui.submit import feature as submit
from gui.timeline import feature as timeline
from gui.triage import feature as triage

Install = Callable[[MainWindow, Bridge], None]

# Called in this order after the window is shown; each connects itself to signals and actions.
FEATURES: tuple[Install, ...] = (
    control.install,
    jobs.install,
    submit.install,
    library.install,
    renewal.install,
    warming.install,
    triage.install,
    timeline.install,
    places.install,
    compare.install,
    detached.install,
    settings.install,
    desktop.install,
    tour.install,
    focus_ring.install,
    palette.install,
)
