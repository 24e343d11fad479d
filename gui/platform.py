"""What the desktop does for us: showing folders and files with its own programs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_file(path: Path) -> bool:
    """Open a file with the program that the desktop has for it; return whether there is one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def open_folder(folder: Path) -> bool:
    """Show a folder in the file manager; return whether there is one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
