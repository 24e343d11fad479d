"""The jobs as a Qt table: of a list of any length it knows the part that is looked at."""

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
from gui.jobs.second_line import second_line
from gui.jobs.shown_rows import ShownRows
from gui.jobs.waiting_reasons import WaitingReasons
from gui.plain_text import as_typed
from gui.throttle import Throttle
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.values import ChangeBatch, JobFilter, JobOrder, JobPage

REFRESH_INTERVAL_S = 0.25
MARGIN_ROWS = 40
# So many rows are known at once: most lists are known whole.
PAGE_ROWS = 600
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
        is_counted: Whether the number of rows is all, or still to grow.

    Signals:
        loaded: The rows agree with filter and order for the first time after either changed.
        about_to_change: Rows will come, go or move; remember the place.
        changed: They have. True: the model started over, so the view forgot everything.
        asked: The user wants other rows: True; they are there: False.
        index_wanted: The rows were found without the index.
    """

    loaded = QtSignal()
    about_to_change = QtSignal()
    changed = QtSignal(bool)
    asked = QtSignal(bool)
    index_wanted = QtSignal()

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
        self._rows = ShownRows()
        self._jump: int | None = None
        self._hidden: frozenset[str] = frozenset()
        self._where = JobFilter()
        self._order = JobOrder()
        self._shown = (0, 0)
        self._is_loaded = False
        self.answers_user = False
        self.is_counted = True
        self._refresh = Throttle(
            bridge, self._read_page, what=tr("Listing jobs"), interval_s=REFRESH_INTERVAL_S,
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
    def hidden(self) -> frozenset[str]:
        """The jobs that are left out: they are about to be removed."""
        return self._hidden

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
        self._look_elsewhere()

    def read_again(self) -> None:
        """Look at once whether the rows are still these."""
        self._refresh.request_soon()

    # --- rows and ids -------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether every row is known, not only the part that is looked at."""
        return self._rows.is_whole

    @property
    def known_rows(self) -> range:
        """The rows whose jobs are known."""
        return range(self._rows.start, self._rows.start + len(self._rows.ids))

    def job_id(self, row: int) -> str:
        """Return the id of the job in *row*; nothing where it has not been read yet."""
        return self._rows.id_at(row)

    def job_ids(self, first: int, last: int) -> list[str]:
        """Return the ids of the jobs in these rows that have been read."""
        return self._rows.ids_of(first, last)

    def row_of(self, job_id: str) -> int | None:
        """Return the row of a job, or None where it is not known to have one."""
        return self._rows.row_of(job_id)

    def record(self, row: int) -> JobRecord | None:
        """Return the record in *row*, or None where it has not been read yet."""
        return self._store.get(self._rows.id_at(row))

    def facts(self, row: int) -> tuple[JobRecord | None, Facts]:
        """Return the record in *row*, and what else its cells depend on."""
        job_id = self._rows.id_at(row)
        return self._store.get(job_id), Facts(datetime.now(UTC), self._reasons.get(job_id))

    def tick(self) -> bool:
        """Say that time went by: running rows in sight change; return whether there were any."""
        self._reasons.tick()
        first, last = self._shown
        rows = [
            row for row in range(first, min(last + 1, self._rows.total))
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
        return 0 if parent.isValid() else self._rows.total

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns, hidden ones included."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says."""
        if not index.isValid() or index.row() >= self._rows.total:
            return None
        job_id = self._rows.id_at(index.row())
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
        if (
            batch.reset
            or batch.deleted
            or where.statuses
            or where.query
            or self._order.column not in FIXED_ORDERS
            or any(self._rows.row_of(job_id) is None for job_id in batch.changed)
        ):
            self._refresh.request()

    def _ask(self) -> None:
        """Read other rows at once: what somebody clicked waits for no background work."""
        self._is_loaded = False
        self._jump = None
        self.answers_user = True
        self.asked.emit(True)
        self._refresh.request_now()

    def _look_elsewhere(self) -> None:
        """Read the rows in sight where they are not known yet."""
        first, last = self._shown
        if not self.answers_user and not self._rows.holds(first, last):
            self._jump = max(0, (first + last - PAGE_ROWS) // 2)
            self._refresh.request_soon()

    async def _read_page(self) -> None:
        where, order, hidden, jump = self._where, self._order, self._hidden, self._jump
        start = 0 if self.answers_user else self._rows.start
        # What one is reading stays in sight, wherever it stands by now.
        around = self._rows.id_at(self._shown[0]) if self._shown[0] and jump is None else ""
        found = await self._bridge.page(
            where, order, start=start if jump is None else jump, size=PAGE_ROWS,
            around="" if self.answers_user or self._rows.is_whole else around, hidden=hidden,
            is_hasty=self.answers_user,
        )  # fmt: skip
        if (where, order, hidden) != (self._where, self._order, self._hidden):
            self._refresh.request_now()
            return
        if jump == self._jump:
            self._jump = None
        if not found.is_indexed:
            self.index_wanted.emit()
        self.is_counted = found.is_counted
        self._apply(self._plan(found))
        if not self._is_loaded:
            self._is_loaded = True
            self.answers_user = False
            self.asked.emit(False)
            self.loaded.emit()
        if not self.is_counted:
            self._refresh.request_soon()
        self._look_elsewhere()

    def _plan(self, found: JobPage) -> RowPlan:
        before = self._rows.page
        is_another_list = self.answers_user and not (
            self.is_whole and len(found.ids) == found.total
        )
        if is_another_list and found != before:  # what is known of one list tells nothing of it
            return RowPlan(found, reset=True)
        return plan_rows(before, found)

    def _apply(self, plan: RowPlan) -> None:
        if plan.is_empty and plan.page.ids == tuple(self._rows.ids):
            return
        self.about_to_change.emit()
        if self.answers_user:  # another list: it is read from its beginning
            self._shown = (0, self._shown[1] - self._shown[0])
        if plan.reset:
            self.beginResetModel()
            self._rows.set(plan.page)
            self.endResetModel()
        else:
            self._apply_steps(plan)
        self.changed.emit(plan.reset)
        self._watch()

    def _apply_steps(self, plan: RowPlan) -> None:
        nowhere = QModelIndex()
        for first, last in plan.removed:
            self.beginRemoveRows(nowhere, first, last)
            self._rows.remove(first, last)
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(nowhere, first, last)
            self._rows.insert(first, last, plan.page)
            self.endInsertRows()
        before = self.known_rows
        self._rows.set(plan.page)
        after = self.known_rows
        self._tell_known(after.start, min(before.start, after.stop) - 1)
        self._tell_known(max(before.stop, after.start), after.stop - 1)

    def _tell_known(self, first: int, last: int) -> None:
        """Say that these rows have names now."""
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST), [])

    def _watch(self) -> None:
        first, last = self._shown
        self._store.watch("table", self._rows.ids_of(first - MARGIN_ROWS, last + MARGIN_ROWS))
        self._reasons.watch("table", self._rows.ids_of(first, last))

    def _on_records_updated(self, job_ids: Sequence[str]) -> None:
        rows = [row for job_id in job_ids if (row := self._rows.row_of(job_id)) is not None]
        for first, last in spans_of(rows):
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST), [])

    def _on_reasons_changed(self) -> None:
        first, last = self._shown
        last = min(last, self._rows.total - 1)
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, _LAST), [])


def _alignment(column: Column) -> Qt.AlignmentFlag:
    right = column.kind is CellKind.NUMBER
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _tooltip(column: Column, record: JobRecord, facts: Facts) -> str:
    longer = column.tooltip(record) if column.tooltip else ""
    return longer or column.text(record, facts)


def _accessible(column: Column, record: JobRecord, facts: Facts) -> str:
    if column.name == "status":
        said = describe_job(record, facts.now)
        warned = record.status is JobStatus.FINISHED and second_line(record, facts.now)
        return f"{said}, {warned.text}" if warned else said
    return f"{column.heading}: {column.text(record, facts)}"


_ANSWERS: dict[int, Callable[[Column, JobRecord, Facts], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda column, record, facts: column.text(record, facts),
    Qt.ItemDataRole.ToolTipRole: lambda *cell: as_typed(_tooltip(*cell)),
    Qt.ItemDataRole.AccessibleTextRole: _accessible,
    Qt.ItemDataRole.TextAlignmentRole: lambda column, _record, _facts: _alignment(column),
}
