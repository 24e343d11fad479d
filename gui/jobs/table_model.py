"""The jobs as a Qt table: ids in order, records fetched for the rows that are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtCore import Signal as QtSignal

from gui.bridge import Bridge
from gui.i18n import tr
from gui.jobs.columns import COLUMNS, CellKind, Column, Facts
from gui.jobs.presentation import describe_job
from gui.jobs.record_store import RecordStore
from gui.jobs.row_plan import RowPlan, plan_rows, spans_of
from gui.jobs.waiting_reasons import WaitingReasons
from gui.jobs.waiting_text import waiting_text
from gui.plain_text import as_typed
from gui.throttle import Throttle
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch, JobFilter, JobOrder

REFRESH_INTERVAL_S = 0.1
MARGIN_ROWS = 40
# A job keeps these for life: sorted by them, a change of a known job moves no row.
FIXED_ORDERS = frozenset({"enqueued_at", "job_name", "task_type"})

AnyIndex = QModelIndex | QPersistentModelIndex
_LAST = len(COLUMNS) - 1
_TICKING = [i for i, column in enumerate(COLUMNS) if column.ticks]


class Role(IntEnum):
    """What else a cell can be asked for."""

    RECORD = Qt.ItemDataRole.UserRole + 1
    JOB_ID = Qt.ItemDataRole.UserRole + 2


class JobTableModel(QAbstractTableModel):
    """The jobs that match the filter, in order; filtering and sorting are the queue's.

    Attributes:
        answers_user: Whether the rows change because the user asked, not because of news.

    Signals:
        loaded: The rows agree with filter and order for the first time after either changed.
        about_to_change: Rows will come, go or move; remember the place.
        changed: They have. True: the model started over, so the view forgot everything.
        asked: The user wants other rows: True; they are there: False.
    """

    loaded = QtSignal()
    about_to_change = QtSignal()
    changed = QtSignal(bool)
    asked = QtSignal(bool)

    def __init__(
        self,
        bridge: Bridge,
        store: RecordStore,
        reasons: WaitingReasons,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._store = store
        self._reasons = reasons
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._hidden: frozenset[str] = frozenset()
        self._where = JobFilter()
        self._order = JobOrder()
        self._shown = (0, 0)
        self._is_loaded = False
        self.answers_user = False
        self._refresh = Throttle(
            bridge, self._read_ids, what=tr("Listing jobs"), interval_s=REFRESH_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        bridge.changed.connect(self._on_changed)
        store.updated.connect(self._on_records_updated)
        reasons.changed.connect(self._on_reasons_changed)

    # --- what is shown ------------------------------------------------------------------------

    @property
    def where(self) -> JobFilter:
        """The filter."""
        return self._where

    @property
    def order(self) -> JobOrder:
        """The order."""
        return self._order

    @property
    def is_loaded(self) -> bool:
        """Whether the rows agree with filter and order, as of the last news."""
        return self._is_loaded

    def set_filter(self, where: JobFilter) -> None:
        """Show only the jobs that match."""
        if where != self._where:
            self._where = where
            self._ask()

    def set_order(self, order: JobOrder) -> None:
        """Show them in another order."""
        if order != self._order:
            self._order = order
            self._ask()

    def set_hidden(self, job_ids: Iterable[str]) -> None:
        """Leave these jobs out: they are about to be removed."""
        self._hidden = frozenset(job_ids)
        self._refresh.request_now()

    def show_rows(self, first: int, last: int) -> None:
        """Fetch the records of these rows and some around them, and keep them fresh."""
        self._shown = (first, last)
        self._watch()

    # --- rows and ids -------------------------------------------------------------------------

    def job_id(self, row: int) -> str:
        """Return the id of the job in *row*."""
        return self._ids[row]

    def job_ids(self, first: int, last: int) -> list[str]:
        """Return the ids of the jobs in these rows."""
        return self._ids[first : last + 1]

    def row_of(self, job_id: str) -> int | None:
        """Return the row of a job, or None where it is not shown."""
        return self._rows.get(job_id)

    def record(self, row: int) -> JobRecord | None:
        """Return the record in *row*, or None where it has not been read yet."""
        return self._store.get(self._ids[row])

    def text(self, row: int, column: int) -> str:
        """Return what a cell says; nothing where the job has not been read yet."""
        job_id = self._ids[row]
        record = self._store.get(job_id)
        if record is None:
            return ""
        facts = Facts(datetime.now(UTC), self._reasons.get(job_id))
        return COLUMNS[column].text(record, facts)

    def aside(self, row: int) -> str:
        """Return why the job in *row* waits; nothing where it has not been read yet."""
        job_id = self._ids[row]
        record = self._store.get(job_id)
        return "" if record is None else waiting_text(record, self._reasons.get(job_id))

    def tick(self) -> bool:
        """Say that time went by: running rows in sight change; return whether there were any."""
        self._reasons.tick()
        first, last = self._shown
        rows = [
            row for row in range(first, min(last + 1, len(self._ids)))
            if (record := self.record(row)) is not None and record.status is JobStatus.STARTED
        ]  # fmt: skip
        for top, bottom in spans_of(rows):
            self.dataChanged.emit(
                self.index(top, _TICKING[0]), self.index(bottom, _TICKING[-1]), []
            )
        return bool(rows)

    # --- Qt's questions -----------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of jobs."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns, hidden ones included."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says."""
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        job_id = self._ids[index.row()]
        if role == Role.JOB_ID:
            return job_id
        record = self._store.get(job_id)
        if role == Role.RECORD:
            return record
        answer = _ANSWERS.get(role)
        if answer is None or record is None:
            return None
        facts = Facts(datetime.now(UTC), self._reasons.get(job_id))
        return answer(COLUMNS[index.column()], record, facts)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None

    # --- following the queue ------------------------------------------------------------------

    def _on_changed(self, batch: ChangeBatch) -> None:
        where = self._where
        known = self._rows
        if (
            batch.reset
            or where.statuses
            or where.search
            or self._order.column not in FIXED_ORDERS
            or any(job_id not in known for job_id in batch.changed)
            or any(job_id in known for job_id in batch.deleted)
        ):
            self._refresh.request()

    def _ask(self) -> None:
        """Read other rows at once: what somebody clicked waits for no background work."""
        self._is_loaded = False
        self.answers_user = True
        self.asked.emit(True)
        self._refresh.request_now()

    async def _read_ids(self) -> None:
        where, order = self._where, self._order
        found = await self._bridge.ids(where, order)
        hidden = self._hidden
        plan = await self._bridge.call(_plan, self._ids, found, hidden)
        if (where, order, hidden) != (self._where, self._order, self._hidden):
            self._refresh.request_now()
            return
        self._apply(plan)
        if not self._is_loaded:
            self._is_loaded = True
            self.answers_user = False
            self.asked.emit(False)
            self.loaded.emit()

    def _apply(self, plan: RowPlan) -> None:
        if plan.is_empty:
            return
        self.about_to_change.emit()
        if plan.reset:
            self.beginResetModel()
            self._ids, self._rows = plan.ids, plan.rows
            self.endResetModel()
        else:
            self._apply_steps(plan)
        self.changed.emit(plan.reset)
        self._watch()

    def _apply_steps(self, plan: RowPlan) -> None:
        nowhere = QModelIndex()
        for first, last in plan.removed:
            self.beginRemoveRows(nowhere, first, last)
            del self._ids[first : last + 1]
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(nowhere, first, last)
            self._ids[first:first] = plan.ids[first : last + 1]
            self.endInsertRows()
        self._rows = plan.rows

    def _watch(self) -> None:
        first, last = self._shown
        self._store.watch("table", self._ids[max(0, first - MARGIN_ROWS) : last + 1 + MARGIN_ROWS])
        self._reasons.watch("table", self._ids[first : last + 1])

    def _on_records_updated(self, job_ids: Sequence[str]) -> None:
        rows = [row for job_id in job_ids if (row := self._rows.get(job_id)) is not None]
        for first, last in spans_of(rows):
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST), [])

    def _on_reasons_changed(self) -> None:
        first, last = self._shown
        last = min(last, len(self._ids) - 1)
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST), [])


def _plan(old: Sequence[str], found: Sequence[str], hidden: frozenset[str]) -> RowPlan:
    if hidden:
        found = [job_id for job_id in found if job_id not in hidden]
    return plan_rows(old, found)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    right = column.kind is CellKind.NUMBER
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tooltip(column: Column, record: JobRecord, facts: Facts) -> str:
    longer = column.tooltip(record) if column.tooltip else ""
    return longer or column.text(record, facts)


def _accessible(column: Column, record: JobRecord, facts: Facts) -> str:
    if column.name == "status":
        return describe_job(record, facts.now)
    return f"{column.heading}: {column.text(record, facts)}"


_ANSWERS: dict[int, Callable[[Column, JobRecord, Facts], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda column, record, facts: column.text(record, facts),
    Qt.ItemDataRole.ToolTipRole: lambda *cell: as_typed(_tooltip(*cell)),
    Qt.ItemDataRole.AccessibleTextRole: _accessible,
    Qt.ItemDataRole.TextAlignmentRole: lambda column, _record, _facts: _alignment(column),
}
