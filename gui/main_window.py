"""The window: toolbar, sidebar, table, details and status bar, and how they share the room."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from gui.actions import Action, ActionSet, Place, Selection
from gui.bridge import Bridge, Message
from gui.i18n import tr, translate
from gui.jobs.commands import JobCommands
from gui.jobs.details.panel import DetailsPanel
from gui.jobs.filter_state import FilterState
from gui.jobs.jobs_pane import JobsPane
from gui.jobs.queue_overview import QueueOverview
from gui.jobs.record_store import RecordStore
from gui.jobs.room import JobsRoom
from gui.jobs.selection import TableSelection
from gui.jobs.sidebar import Sidebar
from gui.jobs.states import no_jobs_state, problem_state
from gui.jobs.table_model import JobTableModel
from gui.jobs.table_view import JobTableView
from gui.jobs.waiting_reasons import WaitingReasons
from gui.notifications import ToastArea
from gui.pages import Page, Pages
from gui.placing import open_at_size
from gui.status_bar import StatusBar
from gui.tab_order import chain
from gui.theme import icon
from gui.toolbar import Toolbar
from gui.widgets import select_row, set_role
from gui.window_state import WindowState
from queue_core.queue.values import JobFilter
from queue_core.settings import Settings
from queue_core.settings.known import DENSITY, REDUCE_MOTION, WORKERS

FIRST_SIZE = QSize(1280, 800)
SMALLEST_SIZE = QSize(560, 420)
SIDEBAR_FOLDED_PX = 800
SELECTION_DELAY_MS = 30


class MainWindow(QMainWindow):
    """The window of the program.

    Signals:
        close_asked: The user closes the window; whoever listens decides what that means.
        open_wanted: The user wants to choose a data file.
        sample_wanted: The user wants to see what the program does.
        shown_wanted: The user wants the window back from the tray.
        files_given: Paths (a tuple) that came with the start of the program, or of another one.
    """

    close_asked = Signal()
    open_wanted = Signal()
    sample_wanted = Signal()
    files_given = Signal(object)
    shown_wanted = Signal()

    def __init__(self, bridge: Bridge, state: WindowState) -> None:
        super().__init__()
        self.setWindowTitle("DashAI Monitor")
        self.setWindowIcon(icon("application"))
        self.setMinimumSize(SMALLEST_SIZE)
        self.bridge = bridge
        self.state = state
        self.action_set = ActionSet(self)
        self.toasts = ToastArea(self)
        self.filter = FilterState(self)
        self.store = RecordStore(bridge, self)
        self.overview = QueueOverview(bridge, self)
        self.reasons = WaitingReasons(bridge, self.store, self)
        self.model = JobTableModel(bridge, self.store, self.reasons, self)
        self.table = JobTableView(self.model, self.store)
        self._selection = TableSelection(self.table, self.model)
        self.details = DetailsPanel(bridge, self.store, self.reasons, self.action_set)
        self.commands = JobCommands(bridge, self.action_set, self.toasts)
        self.toolbar = Toolbar(self.action_set)
        self.sidebar = Sidebar(self.filter)
        self.status_bar = StatusBar(bridge)
        self.show_action = QAction(tr("Show window"), self)
        self.show_action.triggered.connect(self.shown_wanted)
        self._may_close = False
        self._wants_details = True
        self._build()
        self._handle_actions()
        self._connect()
        self._restore()

    # --- for others ---------------------------------------------------------------------------

    def add_page(
        self,
        widget: QWidget,
        command: Action,
        *,
        hint: str,
        search: Callable[[str], object],
        enter: Callable[[], object],
    ) -> None:
        """Add a page with a tab beside that of the jobs, and the command that turns to it and back.

        Args:
            widget: The page.
            command: Its title and sentence are the tab's, too.
            hint: What the search field says while it is empty.
            search: Takes the words that are looked for.
            enter: Gives the focus to what was found.
        """

        def turn(_selection: Selection) -> None:
            self.show_page(None if widget.isVisible() else widget)

        self.pages.add(
            Page(
                title=translate(command.title), sentence=translate(command.sentence),
                widget=widget, hint=hint, search=search, enter=enter,
            )
        )  # fmt: skip
        self.action_set.add((command,))
        self.action_set.handle(command.id, turn)

    def add_bar(self, bar: QWidget) -> None:
        """Put a line above the jobs that shows itself when it has something to say."""
        self._bars.addWidget(bar)

    def show_page(self, page: QWidget | None) -> None:
        """Show a page, or the jobs again."""
        self.pages.show(page)

    def show_problem(self, problem: Message, retry: Callable[[], object]) -> None:
        """Show, in place of the jobs, why there are none to show."""

        def try_again() -> None:
            self.pages.stand_in(None)
            page.deleteLater()
            retry()

        page = problem_state(problem, try_again)
        self.pages.stand_in(page)
        self.show_page(None)

    @property
    def shows_jobs(self) -> bool:
        """Whether the jobs are the page that is shown."""
        return self.pages.current is self._jobs_page

    def select_jobs(self, job_ids: tuple[str, ...]) -> None:
        """Select these jobs as soon as the table has them."""
        self._selection.await_jobs(job_ids)

    def close_now(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()

    def save_state(self) -> None:
        """Remember everything for the next day."""
        state = self.state
        state.save_geometry(self)
        self._room.save()
        state.save_flag("details", value=self._wants_details)
        state.save_table(self.table, self.model.order)
        state.save_filter(self.filter)
        state.flush()

    def bring_to_front(self) -> None:
        """Show the window above the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        pane = JobsPane(self.table, self.model, self.filter)
        pane.query_wanted.connect(self._look_for)
        self._room = JobsRoom(pane, self.details, self.state)
        self._jobs_page = QWidget()
        jobs = QHBoxLayout(self._jobs_page)
        jobs.setContentsMargins(0, 0, 0, 0)
        jobs.setSpacing(0)
        jobs.addWidget(self.sidebar)
        jobs.addWidget(_vertical_line())
        jobs.addWidget(self._room, 1)
        self.empty_state = no_jobs_state(self.open_wanted.emit, self.sample_wanted.emit)
        self.pages = Pages(self.toolbar.search, self)
        self.pages.add(
            Page(
                title=tr("Jobs"), sentence=tr("What runs, waits and has run."),
                widget=self._jobs_page, hint=tr("Search jobs…"),
                search=self.filter.set_search, enter=self._focus_table,
            )
        )  # fmt: skip
        self.pages.stack.addWidget(self.empty_state)
        self.pages.turned.connect(self._apply_selection)
        self.toolbar.add_tabs(self.pages.tabs)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._bars = QVBoxLayout()
        layout.addWidget(self.toolbar)
        layout.addLayout(self._bars)
        layout.addWidget(self.pages.stack, 1)
        layout.addWidget(self.status_bar)
        self.setCentralWidget(central)
        chain(self.toolbar.menu, *self.sidebar.rows, self.table, self.details)

    def _handle_actions(self) -> None:
        handlers: dict[str, Callable[[Selection], object]] = {
            "job.details": lambda _: self._show_details(),
            "job.copy": lambda _: self.table.copy_rows(),
            "view.search": lambda _: self._focus_search(),
            "view.clear": lambda _: self._clear(),
            "view.details": lambda _: self._toggle_details(),
            "app.quit": lambda _: self.close(),
        }
        for action_id, handler in handlers.items():
            self.action_set.handle(action_id, handler)
        self.action_set.update(Selection())

    def _connect(self) -> None:
        self._selection_timer = QTimer(self)
        self._selection_timer.setSingleShot(True)
        self._selection_timer.setInterval(SELECTION_DELAY_MS)
        self._selection_timer.timeout.connect(self._apply_selection)
        table = self.table
        table.selection_changed.connect(self._selection_timer.start)
        table.menu_wanted.connect(self._show_menu)
        table.typed.connect(self._type_search)
        table.horizontalHeader().customContextMenuRequested.connect(self._show_column_menu)
        self.store.updated.connect(self._on_records_updated)
        self.overview.counts_changed.connect(self._show_counts)
        self.filter.changed.connect(self._on_filter)
        self.details.close_wanted.connect(self._toggle_details)
        self.commands.hiding.connect(self._selection.keep_place)
        self.commands.hidden_changed.connect(self.model.set_hidden)
        self.commands.hidden_changed.connect(self._show_counts)
        self.commands.jobs_put.connect(self.select_jobs)
        self.bridge.failed.connect(self.toasts.show_message)
        self.bridge.settings_changed.connect(self._on_settings)

    def _restore(self) -> None:
        open_at_size(self, FIRST_SIZE)
        self.state.restore_geometry(self)
        self.state.restore_table(self.table)
        self.state.restore_filter(self.filter)
        self._on_settings(self.bridge.settings)
        self._wants_details = self.state.flag("details", default=True)
        self._show_details_state()
        self._arrange()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- selection ----------------------------------------------------------------------------

    def _apply_selection(self) -> None:
        # On another page nothing is done to jobs that nobody sees.
        ids = self.table.selected_ids() if self.shows_jobs else ()
        selection = Selection(ids, self.store.known(ids))
        self.action_set.update(selection)
        self.details.show_selection(selection)
        self._show_details_state()

    def _on_records_updated(self, job_ids: tuple[str, ...]) -> None:
        # Begun and not begun anew: a job that reports often must not keep a click from counting.
        is_shown = set(job_ids) & set(self.action_set.selection.ids)
        if is_shown and not self._selection_timer.isActive():
            self._selection_timer.start()

    # --- what the user does -------------------------------------------------------------------

    def _show_menu(self, place: QPoint) -> None:
        self._apply_selection()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.action_set.fill(menu, Place.CONTEXT)
        menu.popup(place)

    def _show_column_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.table.columns.fill(menu)
        menu.popup(self.table.horizontalHeader().mapToGlobal(place))

    def _show_details(self) -> None:
        self._wants_details = True
        self._apply_selection()

    def _toggle_details(self) -> None:
        self._wants_details = not self._wants_details
        self._show_details_state()

    def _show_details_state(self) -> None:
        """Give the details room while they are wanted and there is something to show."""
        shown = self._wants_details and bool(self.action_set.selection.ids)
        self._room.show_details(shown=shown)
        self.action_set.qaction("view.details").setChecked(self._wants_details)

    def _focus_search(self) -> None:
        self.toolbar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.toolbar.search.field.selectAll()

    def _focus_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.table.selectionModel().hasSelection() and self.model.rowCount():
            select_row(self.table, max(0, self.table.currentIndex().row()))

    def _type_search(self, text: str) -> None:
        self.toolbar.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.toolbar.search.set_text(text)

    def _clear(self) -> None:
        """Undo one thing at a time: the words, the filters, the selection."""
        if self.toolbar.search.text():
            self.toolbar.search.clear_now()
        elif not self.shows_jobs:
            return
        elif self.filter.is_active:
            self.filter.clear()
        else:
            self.table.clearSelection()
        self._focus_table_without_row()

    def _focus_table_without_row(self) -> None:
        if self.toolbar.search.field.hasFocus():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- what the queue does ------------------------------------------------------------------

    def _on_filter(self, where: JobFilter) -> None:
        if not where.query:
            self.pages.set_words(self._jobs_page, "")
        self.model.set_filter(where)

    def _look_for(self, words: str) -> None:
        self.pages.set_words(self._jobs_page, words)

    def _show_counts(self) -> None:
        """Show how many jobs there are, without those that are about to be removed."""
        counts = self.commands.without_hidden(self.overview.counts)
        self.sidebar.set_counts(counts)
        self.status_bar.set_counts(counts)
        self.pages.stand_in(self.empty_state if self.overview.counts.total == 0 else None)

    def _on_settings(self, settings: Settings) -> None:
        self.toolbar.set_workers(settings[WORKERS])
        self.table.set_compact(settings[DENSITY] == "compact")
        self.table.set_reduced_motion(settings[REDUCE_MOTION])

    # --- room ---------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.sidebar.set_folded(self.width() < SIDEBAR_FOLDED_PX)
        self._room.arrange(self.width())

    # --- Qt's calls ---------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the parts their places."""
        super().resizeEvent(event)
        self._arrange()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever decides, unless it has been decided."""
        self.save_state()
        if self._may_close or _desktop_ends():
            event.accept()
        else:
            event.ignore()
            self.close_asked.emit()


def _desktop_ends() -> bool:
    application = QApplication.instance()
    return isinstance(application, QApplication) and application.isSavingSession()


def _vertical_line() -> QFrame:
    frame = QFrame()
    set_role(frame, "verticalLine")
    return frame
