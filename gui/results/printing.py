"""Printing a figure: as a PDF in the program that the desktop has for these, which prints it.

A print dialog of our own would ask the printers of the network first, in the window's thread.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import notify
from gui.platform import open_file
from gui.results.export import write_figure
from gui.results.passing_files import new_place


def print_figure(widget: QWidget, bridge: Bridge, source: Path) -> None:
    """Open a stored figure where it can be printed, on white.

    Args:
        widget: Where the user is.
        bridge: The way to the process that draws.
        source: The figure's description.
    """
    bridge.start(_print(widget.window(), bridge, source), what=tr("Printing a figure"))


async def _print(window: QWidget, bridge: Bridge, source: Path) -> None:
    target = await bridge.call(new_place, bridge.folder.temporary, "figure.pdf")
    await write_figure(bridge, source, target, dark=False)
    if not open_file(target):
        notify(
            window,
            tr("No program for PDF files was found."),
            hint=tr("Save the figure as PDF, and print it elsewhere."),
        )
