"""The table with what stands in its place when it is empty, and the note about news above."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QStackedLayout, QWidget

from gui.i18n import tr, tr_plural
from gui.jobs.filter_state import FilterState
from gui.jobs.plain_words import query_meant
from gui.jobs.states import no_match_state
from gui.jobs.table_model import JobTableModel
from gui.jobs.table_view import JobTableView
from gui.jobs.type_looks import TASK_TYPES
from gui.plain_text import PlainLabel, no_mnemonic
from gui.theme import STEP_PX
from gui.widgets import set_role, text_button

# Sooner nobody notices that there is a wait; later a click seems to have been lost.
BUSY_AFTER_MS = 90


class JobsPane(QFrame):
    """Shows the table, or that nothing matches the filter; and that a click is being answered.

    Signals:
        query_wanted: Carries the query that is to be looked for instead.
    """

    query_wanted = Signal(str)

    def __init__(self, view: JobTableView, model: JobTableModel, state: FilterState) -> None:
        super().__init__()
        self.setObjectName("jobsPane")
        self._view = view
        self._model = model
        self._state = state
        self._stack = QStackedLayout(self)
        self.meant = text_button("", self._look_for_meant, role="primary")
        self._no_match = no_match_state(state.clear, self.meant)
        self._stack.addWidget(view)
        self._stack.addWidget(self._no_match)
        self._news = text_button("", view.show_newest, icon_name="arrow_up")
        self._news.setParent(view)
        self._news.hide()
        self._busy = PlainLabel(tr("Reading the jobs…"), view)
        set_role(self._busy, "chip")
        self._busy.hide()
        self._patience = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._patience.timeout.connect(self._show_busy)
        model.asked.connect(self._on_asked)
        view.above_changed.connect(self._show_news)
        view.installEventFilter(self)
        for signal in (model.loaded, model.changed):
            signal.connect(self._choose)

    def _choose(self) -> None:
        empty = self._model.rowCount() == 0 and self._model.is_loaded and self._state.is_active
        wanted: QWidget = self._no_match if empty else self._view
        if empty:
            query = query_meant(self._state.where.query, TASK_TYPES)
            self.meant.setText(no_mnemonic(tr("Look for {query}", query=query)))
            self.meant.setVisible(bool(query))
        if self._stack.currentWidget() is not wanted:
            self._stack.setCurrentWidget(wanted)

    def _look_for_meant(self) -> None:
        self.query_wanted.emit(query_meant(self._state.where.query, TASK_TYPES))

    @property
    def is_busy(self) -> bool:
        """Whether it says that a click is being answered."""
        return not self._busy.isHidden()

    def _on_asked(self, waits: bool) -> None:
        if waits:
            self._patience.start()
        else:
            self._patience.stop()
            self._busy.hide()

    def _show_busy(self) -> None:
        self._news.hide()
        self._busy.show()
        self._place_news()

    def _show_news(self, count: int) -> None:
        text = tr_plural("{count} new job above", "{count} new jobs above", count)
        self._news.setText(text)
        self._news.setVisible(count > 0)
        self._place_news()

    def _place_news(self) -> None:
        for note in (self._news, self._busy):
            note.adjustSize()
            left = (self._view.width() - note.width()) // 2
            note.move(left, self._view.horizontalHeader().height() + STEP_PX * 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the note in the middle."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._place_news()
        return False
