"""The lines of one job's log as a Qt table that only grows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.i18n import tr
from gui.plain_text import as_typed
from gui.theme import colours
from queue_core.queue.values import LogLine, LogSource

MOST_LINES = 60_000
_TRACEBACK = "Traceback (most recent call last)"
CUT_LINES = 20_000

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class LogFilter:
    """Which lines to show.

    Attributes:
        level: Lines of this level of `logging` or above.
        source: Lines from here; None means any.
    """

    level: int = 0
    source: LogSource | None = None

    def allows(self, line: LogLine) -> bool:
        """Return whether to show a line."""
        return line.level >= self.level and self.source in (None, line.source)


class LogModel(QAbstractTableModel):
    """Time and text of the lines that pass the filter; the oldest go when there are too many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._filter = LogFilter()
        self._total = 0
        self.longest = 0

    @property
    def last_number(self) -> int:
        """Number of the newest line that has been read."""
        return self._total

    @property
    def first_number(self) -> int:
        """Number of the oldest line that is held."""
        return self._all[0].number if self._all else 0

    @property
    def has_end(self) -> bool:
        """Whether the newest lines are held, and not older ones in their place."""
        return not self._all or self._all[-1].number == self._total

    @property
    def is_cut(self) -> bool:
        """Whether the beginning of the log is left out."""
        return bool(self._all) and self._all[0].number > 1

    @property
    def is_whole(self) -> bool:
        """Whether all lines of the log are held."""
        return not self.is_cut and self.has_end

    def clear(self) -> None:
        """Forget all lines."""
        self.beginResetModel()
        self._all, self._shown, self.longest, self._total = [], [], 0, 0
        self.endResetModel()

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add newer lines."""
        single = [part for line in lines for part in _split(line)]
        self._all.extend(single)
        self._total = single[-1].number
        shown = [line for line in single if self._filter.allows(line)]
        if shown:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(shown) - 1)
            self._shown.extend(shown)
            self.longest = max(self.longest, max(len(line.text) for line in shown))
            self.endInsertRows()
        if len(self._all) > MOST_LINES:
            self._cut()

    def prepend(self, lines: Sequence[LogLine]) -> int:
        """Add older lines above; return how many rows came. Where they are too many, the end goes.

        What was shown at the top keeps its place.
        """
        single = [part for line in lines for part in _split(line)]
        shown = [line for line in single if self._filter.allows(line)]
        self._all[:0] = single
        if shown:
            self.beginInsertRows(QModelIndex(), 0, len(shown) - 1)
            self._shown[:0] = shown
            self.longest = max(self.longest, max(len(line.text) for line in shown))
            self.endInsertRows()
        if len(self._all) > MOST_LINES:
            self._cut_end()
        return len(shown)

    def show_page(self, lines: Sequence[LogLine]) -> None:
        """Hold other lines of the same log instead."""
        self.beginResetModel()
        self._all = [part for line in lines for part in _split(line)]
        self._shown = [line for line in self._all if self._filter.allows(line)]
        self.longest = max((len(line.text) for line in self._shown), default=0)
        self.endResetModel()

    def row_of(self, number: int) -> int:
        """Return the row of a line, or the one where it would be; -1 where there is none."""
        rows = (row for row, line in enumerate(self._shown) if line.number >= number)
        return next(rows, len(self._shown) - 1)

    def set_filter(self, wanted: LogFilter) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._filter = wanted
        self._shown = [line for line in self._all if wanted.allows(line)]
        self.endResetModel()

    def line(self, row: int) -> LogLine:
        """Return the line in *row*."""
        return self._shown[row]

    def matches(self, text: str) -> list[int]:
        """Return the rows whose text holds *text*, case-insensitive."""
        wanted = text.casefold()
        if not wanted:
            return []
        return [row for row, line in enumerate(self._shown) if wanted in line.text.casefold()]

    def first_error(self, after: int) -> int:
        """Return the next row after *after* where an error begins, from the start again; or -1."""
        rows = [row for row, line in enumerate(self._shown) if _begins_error(line)]
        return next((row for row in rows if row > after), rows[0] if rows else -1)

    def text(self) -> str:
        """Return all shown lines."""
        return "\n".join(line.text for line in self._shown)

    def _cut_end(self) -> None:
        del self._all[MOST_LINES - CUT_LINES :]
        newest = self._all[-1].number
        kept = next((n for n, line in enumerate(self._shown) if line.number > newest), None)
        if kept is not None:
            self.beginRemoveRows(QModelIndex(), kept, len(self._shown) - 1)
            del self._shown[kept:]
            self.endRemoveRows()

    def _cut(self) -> None:
        self._all = self._all[-(MOST_LINES - CUT_LINES) :]
        oldest = self._all[0].number
        gone = sum(1 for line in self._shown if line.number < oldest)
        if gone:
            self.beginRemoveRows(QModelIndex(), 0, gone - 1)
            del self._shown[:gone]
            self.endRemoveRows()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of shown lines."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return two: time and text."""
        return 0 if parent.isValid() else 2

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        line = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 0:
                return line.time.astimezone().strftime("%H:%M:%S")
            return line.text
        if role == Qt.ItemDataRole.ForegroundRole:
            return colours().role("muted" if index.column() == 0 else _role(line))
        if role == Qt.ItemDataRole.ToolTipRole:
            time = f"{line.time.astimezone():%Y-%m-%d %H:%M:%S}"
            return as_typed(f"{time} · {source_word(line.source)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.text
        return None


def source_word(source: LogSource) -> str:
    """Return where a line came from, in the user's words."""
    return {
        LogSource.OUTPUT: tr("Output"),
        LogSource.STDOUT: tr("Printed"),
        LogSource.STDERR: tr("Error output"),
        LogSource.LOGGING: tr("Logging"),
        LogSource.WARNINGS: tr("Warnings"),
        LogSource.MONITOR: tr("Monitor"),
    }[source]


def _begins_error(line: LogLine) -> bool:
    if line.source is LogSource.MONITOR:
        return False
    return line.level >= logging.ERROR or line.text.startswith(_TRACEBACK)


def _split(line: LogLine) -> list[LogLine]:
    """Return one line for each row that a record with line breaks takes."""
    if "\n" not in line.text:
        return [line]
    return [replace(line, text=text) for text in line.text.split("\n")]


def _role(line: LogLine) -> str:
    if line.source is LogSource.MONITOR:
        return "muted"
    if line.level >= logging.ERROR:
        return "error"
    if line.level >= logging.WARNING and line.source is not LogSource.STDERR:
        return "killed"
    return "text"
