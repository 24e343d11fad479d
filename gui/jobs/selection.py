"""What the table selects by itself: new jobs once they are there, a neighbour of removed ones."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from gui.jobs.table_model import JobTableModel
from gui.jobs.table_view import JobTableView
from gui.widgets import select_row


class TableSelection(QObject):
    """Selects as rows come and go, as long as the user lets it be."""

    def __init__(self, table: JobTableView, model: JobTableModel) -> None:
        super().__init__(table)
        self._table = table
        self._model = model
        self._awaited: tuple[str, ...] = ()
        self._has_selected = False
        self._row_to_keep = -1
        model.changed.connect(self._on_rows_changed)

    def await_jobs(self, job_ids: tuple[str, ...]) -> None:
        """Select these jobs as soon as the table has them, all of them in the end."""
        self._awaited = job_ids
        self._has_selected = False
        # What was pressed goes with the details of the job before; Qt would leave the focus
        # in the search field.
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._select_awaited()

    def keep_place(self) -> None:
        """Select what moves up when the selected rows go: they are about to."""
        rows = (self._model.row_of(job_id) for job_id in self._table.selected_ids())
        self._row_to_keep = min((row for row in rows if row is not None), default=-1)

    def _on_rows_changed(self, _was_reset: bool) -> None:
        self._select_awaited()
        row, self._row_to_keep = self._row_to_keep, -1
        if row >= 0 and self._model.rowCount() and not self._table.selected_ids():
            select_row(self._table, min(row, self._model.rowCount() - 1))

    def _select_awaited(self) -> None:
        shown = tuple(i for i in self._awaited if self._model.row_of(i) is not None)
        chosen = set(self._table.selected_ids())
        if not shown:
            return
        if self._has_selected and not chosen <= set(shown):
            self._awaited = ()  # the user has gone elsewhere meanwhile
            return
        self._has_selected = True
        if chosen != set(shown):
            self._table.select(shown)
        if len(shown) == len(self._awaited):
            self._awaited = ()
