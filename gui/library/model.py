"""The entities of one kind as a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gui.format import format_moment, format_relative
from gui.i18n import mark, tr, translate
from gui.library.kinds import STATUS_WORDS, status_word, summary
from gui.plain_text import as_typed
from gui.theme import colours, icon
from queue_core.database.status import EntityKind
from queue_core.library.entities import EntityRecord

HEADINGS = (mark("Name"), mark("About"), mark("Status"), mark("Created"))
NAME, ABOUT, STATUS, CREATED = range(4)

Index = QModelIndex | QPersistentModelIndex


class LibraryModel(QAbstractTableModel):
    """One row for each entity; its name can be edited in place.

    Signals:
        renamed: A record and the name that the user wants for it.
    """

    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records: tuple[EntityRecord, ...] = ()
        self._outdated: Collection[tuple[EntityKind, int]] = frozenset()

    def show(
        self,
        records: Sequence[EntityRecord],
        outdated: Collection[tuple[EntityKind, int]] = frozenset(),
    ) -> None:
        """Show these entities; the same ones in the same order keep selection and place.

        Args:
            records: What to show.
            outdated: Those that no longer fit their data.
        """
        self._outdated = outdated
        before = [(record.kind, record.id) for record in self._records]
        after = [(record.kind, record.id) for record in records]
        if before == after:
            self._records = tuple(records)
            if records:
                last = self.index(len(records) - 1, len(HEADINGS) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._records = tuple(records)
        self.endResetModel()

    def record(self, row: int) -> EntityRecord | None:
        """Return the entity of a row."""
        return self._records[row] if 0 <= row < len(self._records) else None

    def row_of(self, entity_id: int) -> int:
        """Return the row of an entity, or -1."""
        return next((n for n, r in enumerate(self._records) if r.id == entity_id), -1)

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of entities."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HEADINGS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let names be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell."""
        record = self.record(index.row())
        if record is None:
            return None
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(record, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            moment = column == CREATED
            text = format_moment(record.created_at) if moment else self._text(record, column)
            return as_typed(text)
        if role == Qt.ItemDataRole.DecorationRole and column == STATUS:
            name = STATUS_WORDS[record.status][1]
            return icon("warning", "killed") if self._is_outdated(record) else icon(name, name)
        if role == Qt.ItemDataRole.ForegroundRole and column != NAME:
            return colours().role("muted")
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name; the table shows it when the library has it."""
        record = self.record(index.row())
        name = str(value).strip()
        if record is None or role != Qt.ItemDataRole.EditRole or name in ("", record.name):
            return False
        self.renamed.emit(record, name)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return translate(HEADINGS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, record: EntityRecord, column: int) -> str:
        if column == NAME:
            return record.name
        if column == ABOUT:
            return summary(record)
        if column == CREATED:
            return format_relative(record.created_at)
        return tr("Out of date") if self._is_outdated(record) else status_word(record.status)

    def _is_outdated(self, record: EntityRecord) -> bool:
        return (record.kind, record.id) in self._outdated
