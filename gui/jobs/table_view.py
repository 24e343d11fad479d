"""The jobs table as the user handles it: rows, selection, keyboard, place kept through news."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView, QWidget

from gui.i18n import tr
from gui.jobs.anchor import Place, anchor_of, return_to
from gui.jobs.column_widths import ColumnWidths, show_arrow
from gui.jobs.columns import COLUMNS
from gui.jobs.delegate import JobDelegate
from gui.jobs.far_selection import FarSelection, select_only
from gui.jobs.grouping import Grouping
from gui.jobs.record_store import RecordStore
from gui.jobs.row_flashes import RowFlashes
from gui.jobs.row_heights import RowHeights
from gui.jobs.row_text import rows_as_text
from gui.jobs.table_model import JobTableModel
from gui.spoken import MARKS_ROW
from gui.theme import (
    COMPACT_ROW_HEIGHT_PX,
    ROW_HEIGHT_PX,
    current_theme,
    wants_less_motion,
)
from queue_core.queue.values import JobOrder

TICK_MS = 1000
RELATIVE_TIMES_MS = 20_000


class JobTableView(QTableView):
    """A table of jobs.

    Attributes:
        columns: Which columns are shown, and how wide.
        grouping: By what jobs stand together.

    Signals:
        selection_changed: Other jobs are selected, or the same ones sit elsewhere.
        opened: Enter or a double click.
        menu_wanted: A context menu is wanted at this global position.
        typed: Letters typed where no cell takes them.
        far_rows_selected: Rows are selected whose jobs are not known yet.
        above_changed: How many new jobs arrived above what is in sight.
    """

    selection_changed = Signal()
    opened = Signal()
    menu_wanted = Signal(QPoint)
    typed = Signal(str)
    above_changed = Signal(int)
    far_rows_selected = Signal()

    def __init__(
        self, model: JobTableModel, store: RecordStore, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = model
        self._store = store
        self.grouping = Grouping(model)
        self._heights = RowHeights(self, model, self.grouping)
        self._flashes = RowFlashes(self._update_job, self)
        self._place = Place()
        self._new_above = 0
        self._is_restoring = False
        self._is_still = False
        self._far = FarSelection(model)
        self._is_choosing = False
        self._delegate = JobDelegate(
            self,
            model,
            self.grouping,
            line_height_px=self._heights.line_px,
            flash=self._flashes.strength,
        )
        self._set_up()
        self.setModel(model)
        self.columns = ColumnWidths(self.horizontalHeader())
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self._connect()

    # --- for the window -----------------------------------------------------------------------

    def selected_ids(self) -> tuple[str, ...]:
        """Return the selected jobs, in the order of the table as far as it is known."""
        chosen: list[str] = []
        for first, last in self.selected_rows():
            chosen += self._jobs.job_ids(first, last)
        return tuple(dict.fromkeys((*chosen, *self._far.ids)))

    def selected_rows(self) -> list[tuple[int, int]]:
        """Return the selected rows as spans (first, last), in order."""
        parts = self.selectionModel().selection().toList()
        return list(dict.fromkeys(sorted((part.top(), part.bottom()) for part in parts)))

    def current_id(self) -> str:
        """Return the job with the focus, or nothing."""
        row = self.currentIndex().row()
        return self._jobs.job_id(row) if 0 <= row < self._jobs.rowCount() else ""

    def select(self, job_ids: Iterable[str], *, scroll: bool = True) -> None:
        """Select these jobs, as far as they are shown; in a long list some may be far away."""
        chosen = dict.fromkeys(job_ids)
        self._far.keep(chosen)
        rows = sorted(row for i in chosen if (row := self._jobs.row_of(i)) is not None)
        self._select_rows(rows)
        if rows:
            index = self._jobs.index(rows[0], 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            if scroll:
                self.scrollTo(index)

    def set_compact(self, compact: bool) -> None:
        """Use low rows."""
        line_px = COMPACT_ROW_HEIGHT_PX if compact else ROW_HEIGHT_PX
        self._delegate.line_height_px = line_px
        self._heights.set_line(line_px)
        self._look()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Show ends of jobs without a flash."""
        self._is_still = reduced

    def set_order(self, order: JobOrder) -> None:
        """Sort, and show the arrow over the column."""
        show_arrow(self.horizontalHeader(), order)
        self._jobs.set_order(order)

    def group_by(self, name: str) -> None:
        """Let jobs of one kind stand together under a heading; an empty name: no more."""
        if name == self.grouping.name:
            return
        kind = self.grouping.choose(name)
        if kind is not None:
            self.set_order(kind.order)
        self._heights.restore()
        self.viewport().update()

    def show_newest(self) -> None:
        """Scroll to the top."""
        self.scrollToTop()

    def shown_columns(self) -> list[int]:
        """Return the numbers of the columns that are shown, from the left."""
        order = map(self.horizontalHeader().logicalIndex, range(len(COLUMNS)))
        return [i for i in order if not self.isColumnHidden(i)]

    def copy_rows(self) -> None:
        """Copy the selected rows, with headings, as text with tabs."""
        columns = self.shown_columns()
        rows = [row for i in self.selected_ids() if (row := self._jobs.row_of(i)) is not None]
        QApplication.clipboard().setText(rows_as_text(self._jobs, rows, columns))

    # --- setting up ---------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.setAccessibleName(tr("Jobs"))
        self.setProperty(MARKS_ROW, True)
        self.setItemDelegate(self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(COMPACT_ROW_HEIGHT_PX)
        rows.setDefaultSectionSize(self._heights.line_px)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(56)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _connect(self) -> None:
        model = self._jobs
        model.about_to_change.connect(self._remember_place)
        model.changed.connect(self._restore_place)
        model.dataChanged.connect(self._on_data_changed)
        model.rowsInserted.connect(self._on_rows_inserted)
        self._store.ended.connect(self._on_jobs_ended)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.selectionModel().currentRowChanged.connect(self._mark_current_row)
        self.doubleClicked.connect(self.opened)
        self.horizontalHeader().sortIndicatorChanged.connect(self._on_sort_clicked)
        current_theme().changed.connect(self.viewport().update)
        self._look_soon = self._timer(0, self._look, single=True)
        self._ticker = self._timer(TICK_MS, self._jobs.tick)
        self._relative_times = self._timer(RELATIVE_TIMES_MS, self.viewport().update)

    def _timer(self, interval_ms: int, slot: object, *, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.setSingleShot(single)
        timer.timeout.connect(slot)
        return timer

    # --- rows in sight ------------------------------------------------------------------------

    def _look(self) -> None:
        """Tell the model which rows are in sight."""
        first = self.rowAt(0)
        if first < 0:
            return
        last = self.rowAt(self.viewport().height() - 1)
        count = self._jobs.rowCount()
        self._jobs.show_rows(first, last if last >= 0 else count - 1)

    def _on_scrolled(self) -> None:
        self._look_soon.start()
        if self._new_above and self.verticalScrollBar().value() == 0:
            self._new_above = 0
            self.above_changed.emit(0)

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex, _roles: object) -> None:
        top, bottom = first.row(), last.row()
        anchor = anchor_of(self, self._jobs)
        self._heights.update(range(top, min(bottom + 2, self._jobs.rowCount())))
        return_to(anchor, self, self._jobs)

    # --- keeping the place --------------------------------------------------------------------

    def _remember_place(self) -> None:
        anchor = anchor_of(self, self._jobs)
        self._place = Place(anchor, self.current_id(), self.selected_ids())
        self._is_restoring = True

    def _restore_place(self, was_reset: bool) -> None:
        place = self._place
        if was_reset:
            self._heights.restore()
            self.select(place.selected, scroll=False)
            row = self._jobs.row_of(place.current_id)
            if row is not None:
                self.selectionModel().setCurrentIndex(
                    self._jobs.index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate
                )
        else:
            if self.grouping.kind is not None:  # a group may begin elsewhere now
                self._heights.update(self._jobs.known_rows)
            self._far.keep(place.selected)
            self._far.select_returned(self.selectionModel(), place.selected)
        if self._jobs.answers_user:
            self.scrollToTop()  # another list: it is read from its beginning
        else:
            return_to(place.anchor, self, self._jobs)
        self._is_restoring = False
        self._mark_current_row()
        self.selection_changed.emit()
        self._look_soon.start()

    def _on_rows_inserted(self, _parent: object, first: int, last: int) -> None:
        top = self.rowAt(0)
        is_news = not self._jobs.answers_user
        if is_news and self.verticalScrollBar().value() > 0 and first <= top:
            self._new_above += last - first + 1
            self.above_changed.emit(self._new_above)

    def _select_rows(self, rows: list[int]) -> None:
        self._is_choosing = True
        select_only(self.selectionModel(), self._jobs, rows)
        self._is_choosing = False

    def _on_selection_changed(self) -> None:
        if self._is_restoring:
            return
        is_plain = QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        if is_plain and not self._is_choosing:
            self._far.clear()
        self.selection_changed.emit()
        known = self._jobs.known_rows
        if any(first < known.start or last >= known.stop for first, last in self.selected_rows()):
            self.far_rows_selected.emit()

    # --- time ---------------------------------------------------------------------------------

    def _on_jobs_ended(self, job_ids: tuple[str, ...]) -> None:
        if self._is_still or wants_less_motion() or not self.isVisible():
            return
        self._flashes.start(i for i in job_ids if self._jobs.row_of(i) is not None)

    def _mark_current_row(self) -> None:
        self._delegate.current_row = self.currentIndex().row() if self.hasFocus() else -1
        self.viewport().update()

    def _hover(self, row: int) -> None:
        before, self._delegate.hovered_row = self._delegate.hovered_row, row
        if row != before:
            self._update_rows(before, row)

    def _update_job(self, job_id: str) -> None:
        row = self._jobs.row_of(job_id)
        if row is not None:
            self._update_rows(row)

    def _update_rows(self, *rows: int) -> None:
        for row in rows:
            if 0 <= row < self._jobs.rowCount():
                top = self.rowViewportPosition(row)
                self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))

    # --- input --------------------------------------------------------------------------------

    def _on_sort_clicked(self, section: int, direction: Qt.SortOrder) -> None:
        column = COLUMNS[section].order_by if 0 <= section < len(COLUMNS) else None
        if column is not None:
            descending = direction is Qt.SortOrder.DescendingOrder
            self.group_by("")
            self._jobs.set_order(JobOrder(column, descending))
            self.scrollToTop()

    # --- Qt's calls ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens what is selected, Ctrl+C copies, letters begin a search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Search all jobs, not only the ones that are loaded."""
        self.typed.emit(search)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the selected jobs."""
        if self.currentIndex().isValid():
            self.menu_wanted.emit(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the row below the mouse."""
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the row with the focus."""
        super().focusInEvent(event)
        self._mark_current_row()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the mark away."""
        super().focusOutEvent(event)
        self._mark_current_row()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows in sight."""
        self._delegate.begin_frame()
        super().paintEvent(event)
        self.grouping.paint(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new width, fetch the new rows."""
        super().resizeEvent(event)
        self.columns.fit(self.viewport().width())
        self._look_soon.start()

    def event(self, event: QEvent) -> bool:
        """Let clocks run only while somebody can see them."""
        if event.type() == QEvent.Type.Show:
            self._ticker.start()
            self._relative_times.start()
            self._look_soon.start()
        elif event.type() == QEvent.Type.Hide:
            self._ticker.stop()
            self._relative_times.stop()
        elif event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().event(event)
