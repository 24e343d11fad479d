"""How tall the rows of the jobs table are: two lines where a job has more to say than its name."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QTableView

from gui.jobs.grouping import HEADING_PX, Grouping
from gui.jobs.second_line import has_second_line
from gui.jobs.table_model import JobTableModel
from gui.theme import ROW_HEIGHT_PX, SECOND_LINE_PX


class RowHeights:
    """Gives rows the heights of their jobs.

    Attributes:
        line_px: Height of a row with one line.
    """

    def __init__(self, view: QTableView, model: JobTableModel, grouping: Grouping) -> None:
        self.line_px = ROW_HEIGHT_PX
        self._view = view
        self._jobs = model
        self._grouping = grouping

    def set_line(self, line_px: int) -> None:
        """Use other heights."""
        self.line_px = line_px
        self.restore()

    def update(self, rows: Iterable[int]) -> None:
        """Look at the jobs in these rows again; one that has not been read keeps its height."""
        header = self._view.verticalHeader()
        # Else the header looks for the place of each row, which counts all rows above it.
        header.setUpdatesEnabled(False)
        for row in rows:
            record = self._jobs.record(row)
            if record is None:
                continue
            wanted_px = self.line_px + (SECOND_LINE_PX if has_second_line(record) else 0)
            wanted_px += HEADING_PX if self._grouping.heading(row) else 0
            if header.sectionSize(row) != wanted_px:
                header.resizeSection(row, wanted_px)
        header.setUpdatesEnabled(True)

    def restore(self) -> None:
        """Give each job its height again.

        Qt's header keeps the heights of rows when the model starts over: whoever moves to where
        a tall row was would be tall, too.
        """
        self._view.verticalHeader().setDefaultSectionSize(self.line_px)
        self.update(self._jobs.known_rows)
