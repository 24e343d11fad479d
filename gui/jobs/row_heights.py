"""How tall the rows of the jobs table are: two lines where a job has more to say than its name."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QTableView

from gui.jobs.second_line import has_second_line
from gui.jobs.table_model import JobTableModel
from gui.theme import ROW_HEIGHT_PX, SECOND_LINE_PX


class RowHeights:
    """Keeps the heights by job, whatever becomes of the rows.

    Attributes:
        line_px: Height of a row with one line.
    """

    def __init__(self, view: QTableView, model: JobTableModel) -> None:
        self.line_px = ROW_HEIGHT_PX
        self._view = view
        self._jobs = model
        self._tall: set[str] = set()
        self._tall_rows: list[int] = []

    def set_line(self, line_px: int) -> None:
        """Use other heights."""
        self.line_px = line_px
        self._view.verticalHeader().setDefaultSectionSize(line_px)
        self._tall.clear()
        self.update(range(self._jobs.rowCount()))

    def update(self, rows: Iterable[int]) -> None:
        """Look at the jobs in these rows again."""
        for row in rows:
            record = self._jobs.record(row)
            job_id = self._jobs.job_id(row)
            tall = record is not None and has_second_line(record)
            if tall != (job_id in self._tall):
                self._tall.add(job_id) if tall else self._tall.discard(job_id)
                self._view.setRowHeight(row, self._height(tall=tall))

    def remember(self) -> None:
        """Note which rows are tall, before rows come, go or move."""
        rows = (self._jobs.row_of(job_id) for job_id in self._tall)
        self._tall_rows = [row for row in rows if row is not None]

    def restore(self, *, was_reset: bool) -> None:
        """Give each job its height again.

        Qt's header keeps the heights of rows when the model starts over: whoever moves to where
        a tall row was would be tall, too.
        """
        self._tall = {i for i in self._tall if self._jobs.row_of(i) is not None}
        if not was_reset:
            return
        count = self._jobs.rowCount()
        for row in self._tall_rows:
            if row < count:
                self._view.setRowHeight(row, self._height(tall=False))
        for job_id in self._tall:
            row_now = self._jobs.row_of(job_id)
            if row_now is not None:
                self._view.setRowHeight(row_now, self._height(tall=True))

    def _height(self, *, tall: bool) -> int:
        return self.line_px + SECOND_LINE_PX if tall else self.line_px
