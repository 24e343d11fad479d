"""Which columns there is room for, and how wide they are."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHeaderView, QMenu

from gui.i18n import tr
from gui.jobs.columns import COLUMNS, CellKind, Column
from gui.jobs.delegate import GAP_PX, PADDING_PX
from gui.theme import ICON_PX
from queue_core.queue.values import JobOrder

SMALLEST_FLEXIBLE_PX = 150
# Other columns step back before names have less than this.
WANTED_FLEXIBLE_PX = 300


class ColumnWidths(QObject):
    """Keeps the columns exactly as wide as the table.

    Flexible columns share the room that is left, in proportion to their sizes; where there is too
    little, the columns that matter least step back until the table is wide enough again.
    """

    def __init__(self, header: QHeaderView) -> None:
        super().__init__(header)
        self._header = header
        self._room_px = 0
        self._is_fitting = False
        self._must_fit_again = False
        self._wanted = {column.name for column in COLUMNS if column.is_shown}
        for section, column in enumerate(COLUMNS):
            header.resizeSection(section, self.natural_width(column))
        header.sectionResized.connect(self._on_section_resized)

    def natural_width(self, column: Column) -> int:
        """Return the width that the longest usual texts of a column need."""
        if column.widest is None:
            return column.width_px
        metrics = QFontMetrics(self._header.font())
        texts = (column.heading, *column.widest())
        text_px = max(metrics.horizontalAdvance(text) for text in texts)
        icon_px = ICON_PX + GAP_PX if column.kind is CellKind.STATUS else 0
        return text_px + icon_px + 2 * PADDING_PX + 4

    def is_wanted(self, column: Column) -> bool:
        """Return whether the user wants to see a column, room or not."""
        return column.name in self._wanted

    def set_wanted(self, column: Column, *, wanted: bool) -> None:
        """Show or hide a column."""
        if wanted:
            self._wanted.add(column.name)
        else:
            self._wanted.discard(column.name)
        self._fit(but=-1)

    def fill(self, menu: QMenu) -> None:
        """Put a switch for each column into a menu."""

        def add(column: Column) -> None:
            text = column.heading
            if self.is_wanted(column) and self._header.isSectionHidden(COLUMNS.index(column)):
                text = tr("{column} (no room now)", column=text)
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self.is_wanted(column))
            action.setEnabled(column.name != "name")
            action.toggled.connect(lambda shown: self.set_wanted(column, wanted=shown))

        for column in COLUMNS:
            add(column)

    def fit(self, room_px: int) -> None:
        """Make the columns fill *room_px*."""
        self._room_px = room_px
        self._fit(but=-1)

    def _on_section_resized(self, section: int, _before: int, after: int) -> None:
        if not self._is_fitting and after > 0:
            self._fit(but=section)

    def _fit(self, *, but: int) -> None:
        if self._is_fitting:
            self._must_fit_again = True
            return
        self._is_fitting = True
        try:
            for _attempt in range(3):
                self._must_fit_again = False
                shown = self._columns_with_room()
                for section in range(len(COLUMNS)):
                    self._header.setSectionHidden(section, section not in shown)
                self._share_room(shown, but=but)
                # A scroll bar that comes or goes meanwhile changes the room.
                if not self._must_fit_again:
                    break
        finally:
            self._is_fitting = False

    def _columns_with_room(self) -> set[int]:
        shown = {i for i, column in enumerate(COLUMNS) if self.is_wanted(column)}
        droppable = sorted(
            (i for i in shown if COLUMNS[i].drop_order), key=lambda i: COLUMNS[i].drop_order
        )
        for section in droppable:
            if sum(map(self._smallest, shown)) <= self._room_px or self._room_px <= 0:
                break
            shown.discard(section)
        return shown

    def _smallest(self, section: int) -> int:
        if COLUMNS[section].is_flexible:
            return WANTED_FLEXIBLE_PX
        # A hidden section has no size of its own: Qt remembers it under another name.
        size = self._header.sectionSize(section)
        return size or self.natural_width(COLUMNS[section])

    def _share_room(self, shown: set[int], *, but: int) -> None:
        header = self._header
        flexible = [i for i in sorted(shown) if COLUMNS[i].is_flexible and i != but]
        if not flexible or self._room_px <= 0:
            return
        left = self._room_px - sum(header.sectionSize(i) for i in shown if i not in flexible)
        total = sum(header.sectionSize(i) for i in flexible) or 1
        for position, section in enumerate(flexible):
            before = header.sectionSize(section)
            last = position == len(flexible) - 1
            size = left if last else round(left * before / total)
            size = max(SMALLEST_FLEXIBLE_PX, size)
            header.resizeSection(section, size)
            total -= before
            left -= size


def show_arrow(header: QHeaderView, order: JobOrder) -> None:
    """Show over which column the jobs are sorted, without asking for it."""
    found = next((i for i, column in enumerate(COLUMNS) if column.order_by == order.column), -1)
    descending, ascending = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
    header.blockSignals(True)
    header.setSortIndicator(found, descending if order.descending else ascending)
    header.blockSignals(False)
