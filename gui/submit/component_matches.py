"""Which components a search shows, and in which order: those that are called so first."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

WORDS_ROLE = Qt.ItemDataRole.UserRole + 3
TICKED = Qt.CheckState.Checked

Index = QModelIndex | QPersistentModelIndex


class Matches(QSortFilterProxyModel):
    """Components whose words hold a text; what is ticked stays in sight, last."""

    def __init__(self, parent: QObject, *, keeps_ticked: bool) -> None:
        super().__init__(parent)
        self._keeps_ticked = keeps_ticked
        self._text = ""
        self.sort(0)

    def look_for(self, text: str) -> None:
        """Show what holds *text* in its title, id or sentence."""
        self._text = text.strip().casefold()
        self.invalidate()

    def _matches(self, index: Index) -> bool:
        return self._text in str(index.data(WORDS_ROLE) or "").casefold()

    def _rank(self, index: Index) -> int:
        if not self._text:
            return 0
        title = str(index.data() or "").casefold()
        if title.startswith(self._text):
            return 0
        if self._text in title:
            return 1
        return 2 if self._matches(index) else 3

    # Qt

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        """Show what matches, and what is ticked."""
        index = self.sourceModel().index(row, 0, parent)
        if self._matches(index):
            return True
        ticked = index.data(Qt.ItemDataRole.CheckStateRole)
        return self._keeps_ticked and ticked is not None and Qt.CheckState(ticked) == TICKED

    def lessThan(self, left: Index, right: Index) -> bool:
        """Put titles before sentences; else the order stays as it was."""
        return (self._rank(left), left.row()) < (self._rank(right), right.row())
