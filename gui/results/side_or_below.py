"""Two widgets side by side where there is room, else one below the other."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

BESIDE_FROM_PX = 860


class SideOrBelow(QWidget):
    """A pair that goes with the width that it is given."""

    def __init__(self, first: QWidget, second: QWidget) -> None:
        super().__init__()
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(24)
        self._layout.addWidget(first, 1)
        self._layout.addWidget(second, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn the pair where the width asks for it."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        wanted = ways.LeftToRight if self.width() >= BESIDE_FROM_PX else ways.TopToBottom
        if self._layout.direction() is not wanted:
            self._layout.setDirection(wanted)
