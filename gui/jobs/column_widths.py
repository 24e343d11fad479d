"""Widths of table columns: some are fixed by their content, some share the room that is left."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHeaderView

from gui.jobs.columns import COLUMNS

SMALLEST_FLEXIBLE_PX = 140


class ColumnWidths(QObject):
    """Keeps the columns exactly as wide as the table, in proportion to what the user chose."""

    def __init__(self, header: QHeaderView) -> None:
        super().__init__(header)
        self._header = header
        self._room_px = 0
        self._is_fitting = False
        header.sectionResized.connect(self._on_section_resized)

    def fit(self, room_px: int) -> None:
        """Make the columns fill *room_px*."""
        self._room_px = room_px
        self._fit(but=-1)

    def _on_section_resized(self, section: int, _before: int, after: int) -> None:
        if not self._is_fitting and after > 0:
            self._fit(but=section)

    def _fit(self, *, but: int) -> None:
        header = self._header
        shown = [i for i in range(len(COLUMNS)) if not header.isSectionHidden(i)]
        flexible = [i for i in shown if COLUMNS[i].is_flexible and i != but]
        if not flexible or self._room_px <= 0:
            return
        left = self._room_px - sum(header.sectionSize(i) for i in shown if i not in flexible)
        total = sum(header.sectionSize(i) for i in flexible) or 1
        self._is_fitting = True
        try:
            for position, section in enumerate(flexible):
                last = position == len(flexible) - 1
                size = left if last else round(left * header.sectionSize(section) / total)
                size = max(SMALLEST_FLEXIBLE_PX, size)
                total -= header.sectionSize(section)
                header.resizeSection(section, size)
                left -= size
        finally:
            self._is_fitting = False
