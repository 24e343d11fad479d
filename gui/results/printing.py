"""Printing a figure: as a PDF in the program that the desktop has for these, which prints it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import main_window_of
from gui.printing.opening import show_pages
from gui.results.export import file_name_of, write_figure
from gui.results.passing_files import new_place


def print_figure(widget: QWidget, bridge: Bridge, source: Path, title: str) -> None:
    """Open a stored figure where it can be printed, on white.

    Args:
        widget: Where the user is.
        bridge: The way to the process that draws.
        source: The figure's description.
        title: What it is called.
    """
    window = main_window_of(widget)  # a figure may be closed before it is drawn
    bridge.start(_print(window, bridge, source, title), what=tr("Printing a figure"))


async def _print(window: QWidget, bridge: Bridge, source: Path, title: str) -> None:
    name = file_name_of(title, ".pdf")
    target = await bridge.call(new_place, bridge.folder.temporary, name)
    await write_figure(bridge, source, target, dark=False)
    show_pages(window, bridge, target, title)
