"""Paints the cells of the jobs table: status, two-line jobs, progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gui.jobs.columns import COLUMNS, CellKind, Facts
from gui.jobs.grouping import HEADING_PX, Grouping
from gui.jobs.presentation import STATUS_LOOKS, percent_text
from gui.jobs.second_line import second_line
from gui.jobs.table_model import JobTableModel
from gui.jobs.type_looks import type_icon
from gui.jobs.waiting_text import waiting_text
from gui.plain_text import one_line
from gui.theme import ICON_PX, Colours, colours, icon_pixmap, monospace_font, small_font
from queue_core.queue.job_record import JobRecord, JobStatus

PADDING_PX = 8
GAP_PX = 8
BAR_PX = 4
BAR_WIDTH_PX = 72
# A name keeps at least this much where something stands beside it.
NAME_PX = 120
# What stands beside a long name is cut down to this.
ASIDE_PX = 84
CURRENT_MARK_PX = 3

AnyIndex = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE
_AT_END = Qt.TextElideMode.ElideRight
_SELECTED = QStyle.StateFlag.State_Selected.value


class JobDelegate(QStyledItemDelegate):
    """Draws a cell by the kind of its column; it only paints.

    Attributes:
        line_height_px: Height of a one-line row, and of the first line of the others.
        current_row: The row with the focus, marked at its left edge; -1: none.
        hovered_row: The row below the mouse; -1: none.
    """

    def __init__(
        self,
        parent: QTableView,
        model: JobTableModel,
        grouping: Grouping,
        *,
        line_height_px: int,
        flash: Callable[[str], float],
    ) -> None:
        super().__init__(parent)
        self.line_height_px = line_height_px
        self.current_row = -1
        self.hovered_row = -1
        self._model = model
        self._grouping = grouping
        self._row = -1
        self._top_px = 0
        self._record: JobRecord | None = None
        self._facts: Facts | None = None
        self._flash = flash
        self.small_font = small_font()
        self.code_font = monospace_font()
        self._painters: dict[CellKind, Callable[[_Cell], None]] = {
            CellKind.STATUS: _paint_status,
            CellKind.NAME: _paint_name,
            CellKind.PROGRESS: _paint_progress,
            CellKind.TEXT: _paint_text,
            CellKind.NUMBER: _paint_number,
            CellKind.CODE: _paint_code,
        }

    def begin_frame(self) -> None:
        """Forget what was read of a row: another picture is painted."""
        self._row = -1

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell."""
        # The model is asked directly, once a row: the way through Qt's index costs half a repaint.
        row, column = index.row(), index.column()
        if row != self._row:
            self._row = row
            self._record, self._facts = self._model.facts(row)
            self._top_px = HEADING_PX if self._grouping.heading(row) else 0
        rect: QRect = option.rect.adjusted(0, self._top_px, 0, 0)
        option.rect = rect
        record = self._record
        self._paint_background(painter, rect, row, record, bool(option.state.value & _SELECTED))
        if row == self.current_row and rect.left() <= 0:
            mark = QRect(rect.left(), rect.top(), CURRENT_MARK_PX, rect.height())
            painter.fillRect(mark, colours().role("accent"))
        kind = COLUMNS[column].kind
        if record is not None and self._facts is not None:
            text = COLUMNS[column].text(record, self._facts)
            cell = _Cell(self, painter, option, record, text)
            if kind is CellKind.NAME and record.status is JobStatus.NOT_STARTED:
                cell.aside = waiting_text(record, self._facts.reason)
            self._painters[kind](cell)
        elif kind is CellKind.NAME:
            painter.setPen(colours().role("disabled"))
            painter.drawText(rect.adjusted(PADDING_PX, 0, 0, 0), _LEFT, "…")

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the room that a cell's text needs: for fitting a column to its contents."""
        text = one_line(index.data(Qt.ItemDataRole.DisplayRole) or "")
        icons = (CellKind.STATUS, CellKind.NAME)
        icon = ICON_PX + GAP_PX if COLUMNS[index.column()].kind in icons else 0
        width = QFontMetrics(option.font).horizontalAdvance(text) + icon + 2 * PADDING_PX + 2
        return QSize(width, self.line_height_px)

    def _paint_background(
        self,
        painter: QPainter,
        rect: QRect,
        row: int,
        record: JobRecord | None,
        selected: bool,
    ) -> None:
        shown = colours()
        if selected:
            painter.fillRect(rect, shown.role("selection"))
        elif row == self.hovered_row:
            painter.fillRect(rect, shown.role("hover"))
        strength = self._flash(record.id) if record is not None else 0.0
        if record is not None and strength > 0:
            tint = shown.status(record.status)
            tint.setAlphaF(0.18 * strength)
            painter.fillRect(rect, tint)
        line = QRect(rect.left(), rect.bottom(), rect.width(), 1)
        painter.fillRect(line, shown.role("border" if selected else "hover"))


class _Cell:
    """Everything that one cell's painter needs."""

    def __init__(
        self,
        delegate: JobDelegate,
        painter: QPainter,
        option: QStyleOptionViewItem,
        record: JobRecord,
        text: str,
    ) -> None:
        self.painter = painter
        self.record = record
        self.text = text
        self.aside = ""
        self.shown: Colours = colours()
        self.font: QFont = option.font
        self.small_font = delegate.small_font
        self.code_font = delegate.code_font
        self.ratio = painter.device().devicePixelRatioF()
        inner = option.rect.adjusted(PADDING_PX, 0, -PADDING_PX, -1)
        self.first_line = QRect(inner)
        self.second_line = QRect()
        if inner.height() > delegate.line_height_px + 4:
            overlap = 4  # the two lines belong together
            self.first_line.setHeight(delegate.line_height_px - overlap)
            self.first_line.translate(0, 2)
            self.second_line = QRect(inner)
            self.second_line.setTop(self.first_line.bottom() - 3)
            self.second_line.setHeight(inner.bottom() - self.second_line.top() - 4)

    def draw_text(
        self,
        rect: QRect,
        text: str,
        colour: QColor,
        *,
        font: QFont | None = None,
        flags: int = _LEFT,
    ) -> None:
        """Draw *text* on one line, cut off with an ellipsis."""
        if not text:
            return
        used = font or self.font
        self.painter.setFont(used)
        self.painter.setPen(colour)
        cut = QFontMetrics(used).elidedText(one_line(text), _AT_END, rect.width())
        self.painter.drawText(rect, flags, cut)

    def draw_icon(self, name: str, role: str) -> QRect:
        """Draw an icon at the left of the first line; return what is left of the line."""
        top = self.first_line.top() + (self.first_line.height() - ICON_PX) // 2
        picture = icon_pixmap(name, role, ratio=self.ratio)
        self.painter.drawPixmap(self.first_line.left(), top, picture)
        return self.first_line.adjusted(ICON_PX + GAP_PX, 0, 0, 0)


def _paint_status(cell: _Cell) -> None:
    status = cell.record.status
    icon = "paused" if cell.record.paused else STATUS_LOOKS[status].icon
    rest = cell.draw_icon(icon, status.value)
    cell.draw_text(rest, cell.text, cell.shown.status(status))


def _paint_name(cell: _Cell) -> None:
    rest = cell.draw_icon(type_icon(cell.record.task_type), "muted")
    if cell.record.status is JobStatus.NOT_STARTED:
        rest = _paint_beside(cell, rest, cell.aside)
    cell.draw_text(rest, cell.text, cell.shown.role("text"))
    said = second_line(cell.record, datetime.now(UTC))
    # A row that was tall a moment ago may have nothing more to say.
    if said is None or cell.second_line.isNull():
        return
    below = cell.second_line.adjusted(ICON_PX + GAP_PX, 0, 0, 0)
    if said.has_bar:
        track = QRect(below)
        track.setWidth(min(BAR_WIDTH_PX, below.width() // 3))
        _paint_bar(cell, track)
        below.setLeft(track.right() + GAP_PX)
    cell.draw_text(below, said.text, cell.shown.role(said.role), font=cell.small_font)


def _paint_beside(cell: _Cell, line: QRect, text: str) -> QRect:
    """Write a muted text at the end of a line, the name first; return what is left of it."""
    whole = QFontMetrics(cell.small_font).horizontalAdvance(one_line(text)) + 2
    name = QFontMetrics(cell.font).horizontalAdvance(one_line(cell.text)) + 2
    room = max(ASIDE_PX, line.width() - name - GAP_PX)
    width = min(whole, room)
    if not text or line.width() - width - GAP_PX < NAME_PX:
        return line
    aside = line.adjusted(line.width() - width, 0, 0, 0)
    cell.draw_text(aside, text, cell.shown.role("muted"), font=cell.small_font, flags=_RIGHT)
    return line.adjusted(0, 0, -width - GAP_PX, 0)


def _paint_progress(cell: _Cell) -> None:
    match cell.record.status:
        case JobStatus.STARTED:
            _paint_percent(cell)
        case JobStatus.ERROR:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("error"))
        case JobStatus.FINISHED if cell.record.warnings:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("killed"))
        case _:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"))


def _paint_percent(cell: _Cell) -> None:
    room = QFontMetrics(cell.font).horizontalAdvance("100 %") + GAP_PX
    track = QRect(cell.first_line)
    track.setWidth(max(24, track.width() - room))
    _paint_bar(cell, track)
    percent = percent_text(cell.record)
    cell.draw_text(cell.first_line, percent, cell.shown.role("text"), flags=_RIGHT)


def _paint_bar(cell: _Cell, place: QRect) -> None:
    """Draw how far the job is, in the middle of *place*."""
    record = cell.record
    track = QRectF(place)
    track.setTop(place.center().y() - BAR_PX / 2 + 0.5)
    track.setHeight(BAR_PX)
    accent = cell.shown.role("disabled" if record.paused else "accent")
    painter = cell.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(cell.shown.role("border"))
    painter.drawRoundedRect(track, BAR_PX / 2, BAR_PX / 2)
    filled = QRectF(track)
    if record.progress is None:
        accent.setAlphaF(0.35)
    else:
        filled.setWidth(track.width() * min(100.0, record.progress) / 100)
    if filled.width() >= BAR_PX:
        painter.setBrush(accent)
        painter.drawRoundedRect(filled, BAR_PX / 2, BAR_PX / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_text(cell: _Cell) -> None:
    cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"))


def _paint_number(cell: _Cell) -> None:
    cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"), flags=_RIGHT)


def _paint_code(cell: _Cell) -> None:
    muted = cell.shown.role("muted")
    cell.draw_text(cell.first_line, cell.text, muted, font=cell.code_font)
