"""A layout that breaks its row where it is too narrow, as a text does."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets side by side at their own size; what does not fit begins the next row."""

    def __init__(self, *, spacing: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Put *item* after all others."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return the item at *index*, or None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove the item at *index* and return it, or None where there is none."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Return that it wants no more room than its items need."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return that its height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high the rows are together where *width* is there."""
        return self._place(width, None)

    def sizeHint(self) -> QSize:
        """Return the size of all items in one row."""
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown)
        width += self.spacing() * max(0, len(shown) - 1)
        return QSize(width, self.minimumSize().height())

    def minimumSize(self) -> QSize:
        """Return the size of the largest item."""
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.sizeHint())
        return size

    def setGeometry(self, rect: QRect) -> None:
        """Move the items to their places in *rect*."""
        super().setGeometry(rect)
        self._place(rect.width(), rect.topLeft())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, width: int, origin: QPoint | None) -> int:
        """Go through the rows, and move the items where *origin* is given; return the height."""
        left = top = height = 0
        for item in self._shown():
            size = item.sizeHint()
            if left and left + size.width() > width:
                left, top, height = 0, top + height + self.spacing(), 0
            if origin is not None:
                room = QSize(min(size.width(), width), size.height())
                item.setGeometry(QRect(origin + QPoint(left, top), room))
            left += size.width() + self.spacing()
            height = max(height, size.height())
        return top + height
