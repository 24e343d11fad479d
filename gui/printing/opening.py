"""From a table to paper: its pages are made as a PDF file and opened where they can be printed.

A print dialog of our own would ask the printers of the network first, in the window's thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.notifications import ToastAction, main_window_of, notify
from gui.platform import open_file
from gui.printing.pdf import write_pdf
from gui.printing.printed_table import PrintedTable
from gui.results.export import ask_and_write, copy_export, file_name_of
from gui.results.passing_files import new_place
from gui.theme import body_font

Read = Callable[[], Awaitable[PrintedTable]]


async def print_table(
    widget: QWidget, bridge: Bridge, title: str, read: Read, *, left_out: str = ""
) -> None:
    """Read a table, make its pages, and open them.

    Args:
        widget: Where the user is.
        bridge: The way to other threads.
        title: What the table is called.
        read: Reads what is printed.
        left_out: What of it is not printed; said before it is read.
    """
    window = main_window_of(widget)  # a dialog may be closed before the pages are there
    if left_out:
        notify(window, left_out)
    table = await read()
    target = await bridge.call(new_place, bridge.folder.temporary, file_name_of(title, ".pdf"))
    await bridge.call(write_pdf, table, target, body_font())
    show_pages(window, bridge, target, title)


def show_pages(window: QWidget, bridge: Bridge, file: Path, title: str) -> None:
    """Open a PDF file where it can be printed; offer to save it where nothing opens it.

    Args:
        window: Where the user is.
        bridge: The way to other threads.
        file: The file.
        title: What is on it.
    """
    if open_file(file):
        return
    offered = copy_export(bridge, file, title)
    notify(
        window,
        tr("No program for PDF files was found."),
        ToastAction(tr("Save as PDF…"), lambda: ask_and_write(window, bridge, offered)),
        hint=tr("Save the pages as PDF, and print them elsewhere."),
    )
