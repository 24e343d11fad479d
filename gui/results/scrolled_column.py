"""Widgets one below the other, scrolled up and down but never sideways."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.spoken import name_scrolled


class ScrolledColumn(QScrollArea):
    """A column of widgets that is as wide as it is given and as tall as it needs.

    Attributes:
        column: The layout to add to.
        page: The widget that it lays out.
    """

    def __init__(self, name: str, *, spacing: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name_scrolled(self, name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = QWidget()
        self.column = QVBoxLayout(self.page)
        self.column.setContentsMargins(0, 0, 8, 8)
        self.column.setSpacing(spacing)
        self.setWidget(self.page)

    def scroll_to_end(self) -> None:
        """Show the last widget."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
