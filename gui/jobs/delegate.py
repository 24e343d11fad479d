"""Paints the cells of the jobs table: status, two-line jobs, progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gui.jobs.columns import COLUMNS, CellKind
from gui.jobs.presentation import (
    STATUS_LOOKS,
    percent_text,
    remaining_text,
    type_icon,
)
from gui.jobs.table_model import Role
from gui.theme import ICON_PX, Colours, colours, icon_pixmap, monospace_font, small_font
from queue_core.queue.base import JobRecord, JobStatus

PADDING_PX = 8
GAP_PX = 8
BAR_PX = 6
CURRENT_MARK_PX = 3

AnyIndex = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = Qt.AlignmentFlag.AlignLeft | _MIDDLE
_RIGHT = Qt.AlignmentFlag.AlignRight | _MIDDLE


class JobDelegate(QStyledItemDelegate):
    """Draws a cell by the kind of its column; it only paints.

    Attributes:
        line_height_px: Height of a one-line row, and of the first line of the others.
        flash: Says how strongly a row is tinted because its job just ended, 0 to 1.
    """

    def __init__(
        self, parent: QTableView, *, line_height_px: int, flash: Callable[[str], float]
    ) -> None:
        super().__init__(parent)
        self.line_height_px = line_height_px
        self._flash = flash
        self._small = small_font()
        self._code = monospace_font()
        self._painters: dict[CellKind, Callable[[_Cell], None]] = {
            CellKind.STATUS: _paint_status,
            CellKind.NAME: _paint_name,
            CellKind.PROGRESS: _paint_progress,
            CellKind.TEXT: _paint_text,
            CellKind.NUMBER: _paint_number,
            CellKind.CODE: _paint_code,
        }

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell."""
        record: JobRecord | None = index.data(Role.RECORD)
        painter.save()
        self._paint_background(painter, option, index, record)
        if record is None:
            if COLUMNS[index.column()].kind is CellKind.NAME:
                painter.setPen(colours().role("disabled"))
                painter.drawText(option.rect.adjusted(PADDING_PX, 0, 0, 0), _LEFT, "…")
        else:
            text = index.data(Qt.ItemDataRole.DisplayRole) or ""
            cell = _Cell(self, painter, option, record, text)
            self._painters[COLUMNS[index.column()].kind](cell)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the room that a cell's text needs: for fitting a column to its contents."""
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        icons = (CellKind.STATUS, CellKind.NAME)
        icon = ICON_PX + GAP_PX if COLUMNS[index.column()].kind in icons else 0
        width = QFontMetrics(option.font).horizontalAdvance(text) + icon + 2 * PADDING_PX + 2
        return QSize(width, self.line_height_px)

    def _paint_background(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: AnyIndex,
        record: JobRecord | None,
    ) -> None:
        shown = colours()
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, shown.role("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, shown.role("hover"))
        strength = self._flash(record.id) if record is not None else 0.0
        if record is not None and strength > 0:
            tint = shown.status(record.status)
            tint.setAlphaF(0.18 * strength)
            painter.fillRect(rect, tint)
        painter.setPen(QPen(shown.role("border" if selected else "hover"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if self._is_current_row(index):
            self._paint_mark(painter, rect, index)

    def _is_current_row(self, index: AnyIndex) -> bool:
        view = self.parent()
        return isinstance(view, QTableView) and view.currentIndex().row() == index.row()

    def _paint_mark(self, painter: QPainter, rect: QRect, index: AnyIndex) -> None:
        """Mark the row with the focus at its left edge."""
        view = self.parent()
        if not isinstance(view, QTableView) or not view.hasFocus():
            return
        if view.horizontalHeader().visualIndex(index.column()) == 0:
            mark = QRect(rect.left(), rect.top(), CURRENT_MARK_PX, rect.height())
            painter.fillRect(mark, colours().role("accent"))


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
        self.shown: Colours = colours()
        self.font: QFont = option.font
        self.small_font = delegate._small  # noqa: SLF001 - this class is part of the delegate
        self.code_font = delegate._code  # noqa: SLF001
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
        used = font or self.font
        self.painter.setFont(used)
        self.painter.setPen(colour)
        cut = QFontMetrics(used).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
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
    cell.draw_text(rest, cell.text, cell.shown.role("text"))
    if not cell.second_line.isNull():
        phase = cell.record.progress_message or ""
        below = cell.second_line.adjusted(ICON_PX + GAP_PX, 0, 0, 0)
        cell.draw_text(below, phase, cell.shown.role("muted"), font=cell.small_font)


def _paint_progress(cell: _Cell) -> None:
    match cell.record.status:
        case JobStatus.STARTED:
            _paint_bar(cell)
        case JobStatus.ERROR:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("error"))
        case JobStatus.FINISHED if cell.record.warnings:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("killed"))
        case _:
            cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"))


def _paint_bar(cell: _Cell) -> None:
    record = cell.record
    percent = percent_text(record)
    room = QFontMetrics(cell.font).horizontalAdvance("100 %") + GAP_PX
    track = QRectF(cell.first_line)
    track.setWidth(max(24.0, track.width() - room))
    track.setTop(cell.first_line.center().y() - BAR_PX / 2 + 0.5)
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
    cell.draw_text(cell.first_line, percent, cell.shown.role("text"), flags=_RIGHT)
    if not cell.second_line.isNull():
        left = remaining_text(record, datetime.now(UTC))
        cell.draw_text(cell.second_line, left, cell.shown.role("muted"), font=cell.small_font)


def _paint_text(cell: _Cell) -> None:
    cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"))


def _paint_number(cell: _Cell) -> None:
    cell.draw_text(cell.first_line, cell.text, cell.shown.role("muted"), flags=_RIGHT)


def _paint_code(cell: _Cell) -> None:
    muted = cell.shown.role("muted")
    cell.draw_text(cell.first_line, cell.text, muted, font=cell.code_font)
