"""The order in which Tab visits what is on the screen: as one reads it."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QWidget


def chain(*widgets: QWidget) -> None:
    """Let Tab go from each of these to the next; all are in one window."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)
