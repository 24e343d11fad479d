"""The waiting jobs in the order in which they run, as a list whose lines can be dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDropEvent, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gui.format import format_count
from gui.i18n import tr
from gui.jobs.type_looks import type_icon, type_word
from gui.jobs.waiting_text import waiting_text
from gui.plain_text import one_line
from gui.theme import ICON_PX, STEP_PX, body_font, colours, icon_pixmap, small_font
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import WaitKind, WaitReason

ROW_PX = 44
HANDLE_PX = 28
PLACE_PX = 32
MIME = "application/x-dashai-monitor-jobs"
AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class QueueListModel(QAbstractListModel):
    """The waiting jobs.

    Signals:
        dropped: Ids of jobs, and the id of the one that they were dropped before; None: the end.
    """

    dropped = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.jobs: Sequence[JobRecord] = ()
        self._reasons: Mapping[str, WaitReason] = {}
        self._numbers: Mapping[str, int] = {}

    def show_jobs(
        self,
        jobs: Sequence[JobRecord],
        reasons: Mapping[str, WaitReason],
        numbers: Mapping[str, int],
    ) -> bool:
        """Show others; return whether their order is another one.

        Args:
            jobs: What is shown.
            reasons: Why they wait, as far as somebody has asked.
            numbers: Their places in the whole queue.
        """
        self._numbers = numbers
        is_other = [job.id for job in jobs] != [job.id for job in self.jobs]
        self._reasons = reasons
        if is_other:
            self.beginResetModel()
            self.jobs = jobs
            self.endResetModel()
        else:
            self.jobs = jobs
            if jobs:
                self.dataChanged.emit(self.index(0), self.index(len(jobs) - 1))
        return is_other

    def reason_text(self, row: int) -> str:
        """Return why a job waits, and when it starts."""
        job = self.jobs[row]
        return waiting_text(job, self._reasons.get(job.id))

    def number(self, row: int) -> int:
        """Return a job's place in the queue, from 1."""
        return self._numbers.get(self.jobs[row].id, row + 1)

    def is_held_up(self, row: int) -> bool:
        """Return whether something else than its place keeps a job from running."""
        reason = self._reasons.get(self.jobs[row].id)
        return reason is not None and reason.kind is not WaitKind.POSITION

    def rowCount(self, parent: AnyIndex = _NOWHERE) -> int:
        """Return how many there are."""
        return 0 if parent.isValid() else len(self.jobs)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        """Return the name; for a screen reader the whole line."""
        if not 0 <= index.row() < len(self.jobs):
            return None
        job = self.jobs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return job.job_name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{job.job_name}, {type_word(job.task_type)}, {self.reason_text(index.row())}"
        return None

    # --- dragging -----------------------------------------------------------------------------

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Say that lines are dragged, and dropped between others."""
        flags = super().flags(index)
        if index.isValid():
            return flags | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemIsDropEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Say that lines move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return what is taken: our own lines."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the jobs that are dragged."""
        ids = [self.jobs[row].id for row in sorted({index.row() for index in indexes})]
        data = QMimeData()
        data.setData(MIME, QByteArray("\n".join(ids).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: AnyIndex
    ) -> bool:
        """Tell where they were dropped; the queue moves them, and its order is shown then."""
        if not data.hasFormat(MIME):
            return False
        ids = tuple(bytes(data.data(MIME).data()).decode().split("\n"))
        target = parent.row() if parent.isValid() else row
        before = self.jobs[target].id if 0 <= target < len(self.jobs) else None
        self.dropped.emit(ids, before)
        return False  # nothing is to be removed here


class QueueListView(QListView):
    """A list whose drops all go to the model."""

    def dropEvent(self, event: QDropEvent) -> None:
        """Let the model take what is dropped.

        Of several lines Qt's list would first try to move each by itself, and take the drop for
        done where one of them stands there already.
        """
        QAbstractItemView.dropEvent(self, event)


class QueueLineDelegate(QStyledItemDelegate):
    """Draws a handle, the place, the job, and when it starts."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one line."""
        model = index.model()
        if not isinstance(model, QueueListModel) or index.row() >= len(model.jobs):
            return
        row, job, shown, area = index.row(), model.jobs[index.row()], colours(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, shown.role("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, shown.role("hover"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), shown.role("hover"))
        ratio = painter.device().devicePixelRatioF()
        top = area.top() + (area.height() - ICON_PX) // 2
        left = area.left() + STEP_PX * 2
        painter.drawPixmap(left, top, icon_pixmap("handle", "disabled", ratio=ratio))
        place = QRect(left + HANDLE_PX - STEP_PX * 3, area.top(), PLACE_PX, area.height())
        _paint_number(painter, place, model.number(row), is_muted=model.is_held_up(row))
        left += HANDLE_PX + PLACE_PX
        painter.drawPixmap(left, top, icon_pixmap(type_icon(job.task_type), "muted", ratio=ratio))
        words = area.adjusted(left - area.left() + ICON_PX + STEP_PX * 2, 0, -STEP_PX * 4, -1)
        if job.priority:
            words.setRight(_paint_priority(painter, words, job.priority))
        half = words.height() // 2
        above = QRect(words.left(), words.top() + 3, words.width(), half - 1)
        _paint_line(painter, above, job.job_name, "text", is_small=False)
        reason = f"{type_word(job.task_type)} · {model.reason_text(row)}"
        _paint_line(painter, above.translated(0, half - 3), reason, "muted", is_small=True)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the height of a line."""
        return QSize(160, ROW_PX)


def _paint_number(painter: QPainter, area: QRect, number: int, *, is_muted: bool) -> None:
    painter.setFont(body_font())
    painter.setPen(colours().role("muted" if is_muted else "text"))
    painter.drawText(area, _RIGHT, format_count(number))


def _paint_priority(painter: QPainter, area: QRect, priority: int) -> int:
    """Draw it at the right; return where that begins."""
    text = tr("Priority {number}", number=format_count(priority))
    painter.setFont(small_font())
    painter.setPen(colours().role("muted"))
    painter.drawText(area, _RIGHT, text)
    return area.right() - QFontMetrics(small_font()).horizontalAdvance(text) - STEP_PX * 3


def _paint_line(painter: QPainter, area: QRect, text: str, role: str, *, is_small: bool) -> None:
    font = small_font() if is_small else body_font()
    painter.setFont(font)
    painter.setPen(colours().role(role))
    cut = QFontMetrics(font).elidedText(one_line(text), Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _LEFT, cut)
