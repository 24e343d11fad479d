"""Selected jobs that stand in a part of a long list that the table does not know now."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel

from gui.jobs.row_plan import spans_of
from gui.jobs.table_model import JobTableModel


class FarSelection:
    """Remembers them, and selects their rows when the table comes to know them.

    Attributes:
        ids: Them.
    """

    def __init__(self, model: JobTableModel) -> None:
        self._jobs = model
        self.ids: tuple[str, ...] = ()

    def clear(self) -> None:
        """Forget them."""
        self.ids = ()

    def keep(self, job_ids: Iterable[str]) -> None:
        """Remember those that may stand in a part that is not known, instead of the ones before."""
        whole = self._jobs.is_whole
        self.ids = () if whole else tuple(i for i in job_ids if self._jobs.row_of(i) is None)

    def select_returned(self, selection: QItemSelectionModel, job_ids: Iterable[str]) -> None:
        """Select the rows of these jobs that are known now."""
        flags = QItemSelectionModel.SelectionFlag
        for job_id in job_ids:
            row = self._jobs.row_of(job_id)
            if row is not None and not selection.isRowSelected(row):
                selection.select(self._jobs.index(row, 0), flags.Select | flags.Rows)


def select_only(selection: QItemSelectionModel, model: JobTableModel, rows: Iterable[int]) -> None:
    """Select these rows and no others."""
    chosen = QItemSelection()
    last_column = model.columnCount() - 1
    for first, last in spans_of(list(rows)):
        chosen.select(model.index(first, 0), model.index(last, last_column))
    selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
