"""Groups of failures as a Qt list, filtered by what became of them and by words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.i18n import translate_message
from gui.plain_text import as_typed
from gui.triage.words import sentence, spoken
from queue_core.queue.values import FailureGroup, FailureState

Index = QModelIndex | QPersistentModelIndex


class FailureModel(QAbstractListModel):
    """One row for each group, the one seen last first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[FailureGroup, ...] = ()
        self._shown: tuple[FailureGroup, ...] = ()
        self._state: FailureState | None = FailureState.OPEN
        self._words: tuple[str, ...] = ()

    @property
    def state(self) -> FailureState | None:
        """The groups that are listed; None: all."""
        return self._state

    def set_groups(self, groups: Sequence[FailureGroup]) -> None:
        """List these groups."""
        self._all = tuple(groups)
        self._apply()

    def set_state(self, state: FailureState | None) -> None:
        """List groups of one state; None: of all."""
        self._state = state
        self._apply()

    def set_words(self, text: str) -> None:
        """List groups that hold these words."""
        self._words = tuple(text.casefold().split())
        self._apply()

    def count(self, state: FailureState | None) -> int:
        """Return how many groups of a state there are."""
        return sum(state in (None, group.state) for group in self._all)

    def group(self, row: int) -> FailureGroup | None:
        """Return the group of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, fingerprint: str) -> int:
        """Return the row of a group, or -1."""
        rows = (n for n, group in enumerate(self._shown) if group.fingerprint == fingerprint)
        return next(rows, -1)

    def _apply(self) -> None:
        wanted = tuple(group for group in self._all if self._allows(group))
        same = [g.fingerprint for g in wanted] == [g.fingerprint for g in self._shown]
        if same:
            self._shown = wanted
            if wanted:
                self.dataChanged.emit(self.index(0), self.index(len(wanted) - 1))
            return
        self.beginResetModel()
        self._shown = wanted
        self.endResetModel()

    def _allows(self, group: FailureGroup) -> bool:
        if self._state not in (None, group.state):
            return False
        shown = translate_message(group.message)
        parts = (
            group.message, shown, group.error_type, group.place, group.latest_name, group.task_type,
        )  # fmt: skip
        text = "\n".join(parts).casefold()
        return all(word in text for word in self._words)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of groups."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a row says; the delegate paints it."""
        group = self.group(index.row())
        if group is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return sentence(group)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_typed(translate_message(group.message))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(group)
        return None
