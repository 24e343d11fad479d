"""Statuses and types with their counts; a click filters the table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.jobs.filter_state import FilterState
from gui.jobs.presentation import STATUS_LOOKS, status_word
from gui.jobs.type_looks import type_icon, type_word
from gui.plain_text import as_typed, one_line
from gui.spoken import Role, speak_as
from gui.tab_order import chain
from gui.theme import ICON_PX, STEP_PX, colours, current_theme, icon_pixmap, small_font
from gui.widgets import heading_label
from queue_core.queue.job_record import JobStatus
from queue_core.queue.values import JobCounts, JobFilter

WIDE_PX = 176
FOLDED_PX = 48
ROW_PX = 28
NOTE_PX = 18


class SidebarRow(QAbstractButton):
    """One line of the sidebar: icon, word, count.

    Signals:
        chosen: It was clicked; True: in addition to what is chosen already.
    """

    chosen = Signal(bool)

    def __init__(
        self, word: str, icon_name: str, role: str, *, has_count: bool = True
    ) -> None:  # fmt: skip
        super().__init__()
        self._word = word
        self._has_count = has_count
        self._icon = icon_name
        self._role = role
        self._count = 0
        self._note = ""
        self._folded = False
        self.setCheckable(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._describe()

    def set_count(self, count: int) -> None:
        """Show how many jobs there are."""
        if count != self._count:
            self._count = count
            self._describe()
            self.update()

    def set_note(self, note: str) -> None:
        """Say more in a second, muted line; empty: there is none."""
        if note != self._note:
            self._note = note
            self._describe()
            self.updateGeometry()
            self.update()

    def set_icon(self, name: str, role: str) -> None:
        """Show another picture, perhaps in another colour."""
        if (name, role) != (self._icon, self._role):
            self._icon, self._role = name, role
            self.update()

    def set_folded(self, folded: bool) -> None:
        """Show only the icon."""
        self._folded = folded
        self._describe()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a row."""
        height = ROW_PX + (NOTE_PX if self._has_note else 0)
        return QSize(FOLDED_PX if self._folded else WIDE_PX, height)

    @property
    def _has_note(self) -> bool:
        return bool(self._note) and not self._folded

    def nextCheckState(self) -> None:
        """Leave the state alone: the filter says what is chosen."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose it, in addition with Ctrl or Shift."""
        super().mouseReleaseEvent(event)
        inside = self.rect().contains(event.position().toPoint())
        if inside and event.button() is Qt.MouseButton.LeftButton:
            both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            self.chosen.emit(bool(event.modifiers() & both))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space adds, Enter chooses, arrows move."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(key == Qt.Key.Key_Space)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw background, icon, word and count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = colours()
        box = self.rect().adjusted(STEP_PX * 2, 1, -STEP_PX * 2, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.role("selection" if self.isChecked() else "hover"))
            painter.drawRoundedRect(box, 5, 5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(shown.role("accent"), 1))
            painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 5, 5)
        left = (self.width() - ICON_PX) // 2 if self._folded else box.left() + STEP_PX * 2
        dim = self._has_count and self._count == 0 and not self.isChecked()
        picture = icon_pixmap(
            self._icon, "disabled" if dim else self._role, ratio=self.devicePixelRatioF()
        )
        top = (ROW_PX if self._has_note else self.height()) - ICON_PX
        painter.drawPixmap(left, top // 2, picture)
        if not self._folded:
            self._paint_texts(painter, box, dim=dim)
        painter.end()

    def _paint_texts(self, painter: QPainter, box: QRect, *, dim: bool) -> None:
        shown = colours()
        metrics = self.fontMetrics()
        count = format_count(self._count) if self._has_count else ""
        room = metrics.horizontalAdvance(count) + STEP_PX
        texts = box.adjusted(ICON_PX + STEP_PX * 4, 0, -STEP_PX * 2, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self._has_note:
            self._paint_note(painter, texts)
            texts.setHeight(ROW_PX - 2)
        painter.setPen(shown.role("muted" if dim else "text"))
        word = one_line(self._word)
        word = metrics.elidedText(word, Qt.TextElideMode.ElideRight, texts.width() - room)
        painter.drawText(texts, middle | Qt.AlignmentFlag.AlignLeft, word)
        painter.setPen(shown.role("muted"))
        painter.drawText(texts, middle | Qt.AlignmentFlag.AlignRight, count)

    def _paint_note(self, painter: QPainter, texts: QRect) -> None:
        place = QRect(texts.left(), ROW_PX - 3, texts.width(), NOTE_PX)
        small = small_font()
        painter.setFont(small)
        painter.setPen(colours().role("muted"))
        end = Qt.TextElideMode.ElideRight
        note = QFontMetrics(small).elidedText(one_line(self._note), end, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, note)
        painter.setFont(self.font())

    def _describe(self) -> None:
        jobs = tr_plural("{count} job", "{count} jobs", self._count)
        text = tr("{word}, {jobs}", word=self._word, jobs=jobs) if self._has_count else self._word
        text = "\n".join(part for part in (text, self._note) if part)
        self.setAccessibleName(text)
        says_all = self._has_count and not self._folded and not self._note
        self.setToolTip("" if says_all else as_typed(text))


class Sidebar(QScrollArea):
    """The statuses and types there are, with counts; what is chosen filters the table."""

    def __init__(self, state: FilterState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._folded = False
        self.setObjectName("sidebar")
        speak_as(self, Role.Grouping, tr("Filters"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its rows have the focus
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDE_PX)
        self._all = self._status_row(tr("All"), "all", "text", None)
        self._statuses = {
            status: self._status_row(status_word(status), look.icon, status.value, status)
            for status, look in STATUS_LOOKS.items()
        }
        self._types: dict[str, SidebarRow] = {}
        self._views: tuple[SidebarRow, ...] = ()
        self._foot: SidebarRow | None = None
        self._foot_place = QVBoxLayout()
        self._headings = [heading_label(text) for text in (tr("JOBS"), tr("VIEWS"), tr("TYPES"))]
        self._build()
        state.changed.connect(self._on_filter_changed)
        self._on_filter_changed(state.where)
        current_theme().changed.connect(self.update)

    @property
    def rows(self) -> tuple[SidebarRow, ...]:
        """All rows from top to bottom."""
        foot = () if self._foot is None else (self._foot,)
        return (self._all, *self._statuses.values(), *self._views, *self._types.values(), *foot)

    def set_counts(self, counts: JobCounts) -> None:
        """Show how many jobs there are."""
        self._all.set_count(counts.total)
        for status, row in self._statuses.items():
            row.set_count(counts.by_status.get(status, 0))
        wanted = set(counts.by_type) | set(self._state.where.task_types)
        if wanted != set(self._types):
            self._make_type_rows(wanted)
        for task_type, row in self._types.items():
            row.set_count(counts.by_type.get(task_type, 0))

    def set_folded(self, folded: bool) -> None:
        """Show only icons, or words and counts too."""
        if folded == self._folded:
            return
        self._folded = folded
        self.setFixedWidth(FOLDED_PX if folded else WIDE_PX)
        for row in self.rows:
            row.set_folded(folded)
        self._show_headings()

    def set_views(self, rows: tuple[SidebarRow, ...]) -> None:
        """Show these rows between statuses and types, instead of the ones before."""
        for row in self._views:
            self._view_rows.removeWidget(row)
            row.deleteLater()
        self._views = rows
        for row in rows:
            row.set_folded(self._folded)
            self._view_rows.addWidget(row)
        self._show_headings()
        chain(*self.rows)

    def set_foot(self, row: SidebarRow) -> None:
        """Show a row below all others."""
        self._foot = row
        row.set_folded(self._folded)
        self._foot_place.addWidget(row)
        chain(*self.rows)

    def _show_headings(self) -> None:
        jobs, views, types = self._headings
        jobs.setVisible(not self._folded)
        views.setVisible(bool(self._views) and not self._folded)
        types.setVisible(bool(self._types) and not self._folded)
        self._view_gap.setVisible(bool(self._views))

    def _build(self) -> None:
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, STEP_PX * 3, 0, STEP_PX * 3)
        layout.setSpacing(0)
        for heading in self._headings:
            heading.setFont(small_font())
            heading.setContentsMargins(STEP_PX * 4, 0, 0, STEP_PX)
        layout.addWidget(self._headings[0])
        for row in (self._all, *self._statuses.values()):
            layout.addWidget(row)
        self._view_gap = QWidget()
        self._view_gap.setFixedHeight(STEP_PX * 4)
        layout.addWidget(self._view_gap)
        layout.addWidget(self._headings[1])
        self._view_rows = QVBoxLayout()
        self._view_rows.setSpacing(0)
        layout.addLayout(self._view_rows)
        layout.addSpacing(STEP_PX * 4)
        layout.addWidget(self._headings[2])
        self._type_rows = QVBoxLayout()
        self._type_rows.setSpacing(0)
        layout.addLayout(self._type_rows)
        layout.addSpacing(STEP_PX * 4)
        layout.addLayout(self._foot_place)
        layout.addStretch(1)
        self.setWidget(content)
        self._show_headings()

    def _make_type_rows(self, task_types: set[str]) -> None:
        for row in self._types.values():
            self._type_rows.removeWidget(row)
            row.deleteLater()
        self._types = {}
        for task_type in sorted(task_types, key=lambda name: type_word(name).casefold()):
            row = self._row(type_word(task_type), type_icon(task_type), "muted")
            row.chosen.connect(_type_chooser(self._state, task_type))
            row.set_folded(self._folded)
            row.setChecked(task_type in self._state.where.task_types)
            self._types[task_type] = row
            self._type_rows.addWidget(row)
        self._show_headings()
        chain(*self.rows)

    def _status_row(
        self, word: str, icon_name: str, role: str, status: JobStatus | None
    ) -> SidebarRow:
        row = self._row(word, icon_name, role)
        row.chosen.connect(lambda add: self._state.choose_status(status, add=add))
        return row

    def _row(self, word: str, icon_name: str, role: str) -> SidebarRow:
        return SidebarRow(word, icon_name, role)

    def _on_filter_changed(self, where: JobFilter) -> None:
        self._all.setChecked(not where.statuses)
        for status, row in self._statuses.items():
            row.setChecked(status in where.statuses)
        for task_type, row in self._types.items():
            row.setChecked(task_type in where.task_types)


def _type_chooser(state: FilterState, task_type: str) -> Callable[[bool], None]:
    return lambda add: state.choose_type(task_type, add=add)
