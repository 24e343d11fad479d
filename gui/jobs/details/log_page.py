"""What a job printed and logged, live."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QActionGroup, QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMenu, QToolButton, QVBoxLayout

from gui.bridge import Bridge
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.jobs.details.log_model import LogFilter, LogModel, source_word
from gui.jobs.details.log_view import LogView
from gui.jobs.details.page import DetailsPage
from gui.theme import STEP_PX, icon, small_font
from gui.widgets import icon_button, muted_label, row, text_button
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import LogSource, WaitReason

POLL_MS = 250
# What is read at once; of a flood, only the newest lines.
MOST_READ = 20_000
MOST_FOUND = 500


class LogPage(DetailsPage):
    """The log with find, filters and follow; read only while somebody looks."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._job_id = ""
        self._is_live = False
        self._is_reading = False
        self._needs_read = False
        self._model = LogModel(self)
        self._view = LogView(self._model)
        self._status = muted_label()
        self._earlier = text_button(tr("Show earlier lines"), self._show_earlier, role="link")
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._read_soon)
        self._make_controls()
        self._build()

    def show_record(self, record: JobRecord, reason: WaitReason | None) -> None:
        """Show the log of a job."""
        if record.id != self._job_id:
            self._job_id = record.id
            self._model.clear()
            self._view.set_follows(True)
        was_live, self._is_live = self._is_live, not record.status.is_final
        if self.isVisible():
            self._watch(again=was_live)

    def _make_controls(self) -> None:
        self._find = QLineEdit()
        self._find.setPlaceholderText(tr("Find in log…"))
        self._find.setAccessibleName(tr("Find in log"))
        self._find.textChanged.connect(lambda: self._find_next(0))
        self._find.returnPressed.connect(lambda: self._find_next(1))
        self._filter = icon_button("filter", tr("Choose levels and sources"))
        self._filter.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._filter.setMenu(self._filter_menu())
        self._error = icon_button("error", tr("Go to the next error (F4)"), self._go_to_error)
        self._follow = icon_button("follow", tr("Follow the end"), checkable=True)
        self._follow.setChecked(True)
        self._follow.clicked.connect(self._on_follow)
        self._view.follows_changed.connect(self._follow.setChecked)

    def _build(self) -> None:
        copy = icon_button("copy", tr("Copy the selected lines, or all"), self._view.copy_lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 2, STEP_PX * 2, STEP_PX * 2)
        layout.setSpacing(STEP_PX)
        controls = row(self._find, self._filter, self._error, self._follow, copy, spacing=STEP_PX)
        controls.setStretch(0, 1)
        layout.addLayout(controls)
        layout.addWidget(self._view, 1)
        self._status.setFont(small_font())
        self._earlier.hide()
        layout.addLayout(row(self._status, self._earlier, None))

    # --- reading ------------------------------------------------------------------------------

    def _watch(self, *, again: bool = True) -> None:
        self._timer.start() if self._is_live else self._timer.stop()
        if again or self._model.last_number == 0:
            self._read_soon()

    def _read_soon(self) -> None:
        if not self._job_id or not self._model.has_end:
            return
        if self._is_reading:
            self._needs_read = True
            return
        self._is_reading = True
        self._bridge.start(self._read(), what=tr("Reading the log"))

    async def _read(self) -> None:
        try:
            while self.isVisible():
                self._needs_read = False
                job_id = self._job_id
                after = self._model.last_number
                lines = await self._bridge.logs(job_id, after=after, limit=MOST_READ)
                if job_id != self._job_id:
                    continue
                if lines and lines[0].number > after + 1:
                    # More came than anybody can read: go on with the newest.
                    self._model.clear()
                if lines:
                    self._model.append(lines)
                if not self._needs_read:
                    break
            self._show_status()
        finally:
            self._is_reading = False

    def _show_status(self) -> None:
        count, total = self._model.rowCount(), self._model.last_number
        text = tr_plural("{count} line", "{count} lines", count)
        if count == 0:
            text = tr("Nothing printed yet.") if self._is_live else tr("It printed nothing.")
        if self._model.is_cut:
            whole = format_count(total)
            newest = tr("the newest ones of {total}", total=whole)
            first = tr("from line {first} of {total}", first=format_count(self._model.first_number),
                       total=whole)  # fmt: skip
            text += " · " + (newest if self._model.has_end else first)
        self._earlier.setVisible(self._model.is_cut)
        self._status.setText(text)

    # --- what lies further up -----------------------------------------------------------------

    def _show_earlier(self) -> None:
        self._view.set_follows(False)
        self._bridge.start(self._read_earlier(), what=tr("Reading the log"))

    async def _read_earlier(self) -> None:
        job_id, first = self._job_id, self._model.first_number
        lines = await self._bridge.logs(job_id, before=first, limit=MOST_READ)
        if job_id != self._job_id or first != self._model.first_number or not lines:
            return
        top = self._view.rowAt(0)
        count = self._model.prepend(lines)
        above = self._model.index(max(0, min(top + count, self._model.rowCount() - 1)), 1)
        self._view.scrollTo(above, QAbstractItemView.ScrollHint.PositionAtTop)
        self._show_status()

    def _on_follow(self, follows: bool) -> None:
        """Hold the end; where older lines have taken its place, read it again."""
        if follows and not self._model.has_end:
            self._model.clear()
            self._read_soon()
        self._view.set_follows(follows)

    # --- finding ------------------------------------------------------------------------------

    def _filter_menu(self) -> QMenu:
        menu = QMenu(self)
        levels = (
            (tr("All levels"), 0),
            (tr("Info and above"), logging.INFO),
            (tr("Warnings and above"), logging.WARNING),
            (tr("Errors"), logging.ERROR),
        )
        self._levels = _choices(menu, levels, self._on_filter_chosen)
        menu.addSeparator()
        sources: list[tuple[str, object]] = [(tr("All sources"), None)]
        sources += [(source_word(source), source) for source in LogSource]
        self._sources = _choices(menu, sources, self._on_filter_chosen)
        return menu

    def _on_filter_chosen(self) -> None:
        level, source = self._levels.checkedAction(), self._sources.checkedAction()
        self._model.set_filter(LogFilter(level.data(), source.data()))
        filters = bool(level.data() or source.data())
        self._filter.setIcon(icon("filter", "accent" if filters else "text"))
        self._show_status()

    def _go_to_error(self) -> None:
        row = self._model.first_error(self._view.currentIndex().row())
        if row < 0:
            self._status.setText(tr("No line of it is an error."))
            return
        self._view.show_row(row)

    def _find_next(self, step: int) -> None:
        text = self._find.text()
        rows = self._model.matches(text)
        if not rows:
            self._find_nothing(text, looks_further=step != 0)
            return
        here = self._view.currentIndex().row()
        if step < 0:
            chosen = next((r for r in reversed(rows) if r < here), rows[-1])
        else:
            chosen = next((r for r in rows if r >= here + step), rows[0])
        self._view.show_row(chosen)
        place = rows.index(chosen) + 1
        self._status.setText(
            tr(
                "{number} of {total} matches",
                number=format_count(place),
                total=format_count(len(rows)),
            )
        )

    def _find_nothing(self, text: str, *, looks_further: bool) -> None:
        """Say that no line here has the text; look through the whole log where that is asked."""
        if not text or self._model.is_whole:
            self._status.setText(tr("“{text}” is not in the log.", text=text) if text else "")
            return
        self._status.setText(
            tr("Looking through the whole log…") if looks_further
            else tr("It is not in these lines. Enter looks through the whole log.")
        )  # fmt: skip
        if looks_further:
            self._bridge.start(self._find_further(text), what=tr("Reading the log"))

    async def _find_further(self, text: str) -> None:
        """Go to the next line with the text further up, else to the first one of all."""
        job_id, first = self._job_id, self._model.first_number
        matches = await self._bridge.ask(
            lambda queue: queue.search_logs(text, (job_id,), MOST_FOUND)
        )
        if job_id != self._job_id or text != self._find.text():
            return
        if not matches:
            self._status.setText(tr("“{text}” is not in the log.", text=text))
            return
        numbers = [match.line.number for match in matches]
        number = max((n for n in numbers if n < first), default=numbers[0])
        lines = await self._bridge.logs(job_id, before=number + MOST_READ // 2, limit=MOST_READ)
        if job_id == self._job_id and lines:
            self._view.set_follows(False)
            self._model.show_page(lines)
            self._show_status()
            self._view.show_row(self._model.row_of(number))

    # --- Qt's calls ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F3 and Shift+F3 go to the next and the previous match, F4 to the next error."""
        if event.key() == Qt.Key.Key_F3:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._find_next(-1 if back else 1)
        elif event.key() == Qt.Key.Key_F4 and not event.modifiers():
            self._go_to_error()
        elif _is_find(event):
            self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._find.selectAll()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take Ctrl+F for the log while the focus is in it: the window would search its jobs."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_find(event):
            event.accept()
            return True
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Read what came meanwhile."""
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop reading."""
        self._timer.stop()
        super().hideEvent(event)


def _is_find(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Find)


def _choices(
    menu: QMenu, choices: Iterable[tuple[str, object]], on_chosen: Callable[[], None]
) -> QActionGroup:
    """Add a group of choices, the first of which is chosen."""
    group = QActionGroup(menu)
    for title, value in choices:
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setData(value)
        action.setChecked(not group.actions())
        group.addAction(action)
    group.triggered.connect(lambda _action: on_chosen())
    return group
