"""The row of controls above the table: new job, search, workers, menu."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from gui.actions import ActionSet, Place
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.plain_text import as_typed
from gui.spoken import Role, speak_as
from gui.tab_order import chain
from gui.theme import STEP_PX, icon
from gui.widgets import IconLabel, icon_button, row, set_role, show_words

SEARCH_DELAY_MS = 80
SEARCH_WIDTH_PX = 340
HEIGHT_PX = 32
# With less room than this, buttons beside the tabs are icons only; the first one last of all.
NARROW_PX = 1000
NARROWEST_PX = 960
WORKER_CHOICES = (1, 2, 3, 4, 6, 8, 12, 16)


class SearchField(QFrame):
    """Searches while one types, a moment after the last letter.

    Attributes:
        field: Where one types.

    Signals:
        search_changed: The words to look for.
        left: Down or Enter: go to the table.
    """

    search_changed = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("searchField")
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Search jobs…"))
        self.field.setAccessibleName(tr("Search jobs"))
        self.field.setToolTip(
            tr("Search names, parameters and errors, or ask: status:failed took:>5m (Ctrl+F)")
        )
        self.field.installEventFilter(self)
        self.setFocusProxy(self.field)
        self._clear = icon_button("close", tr("Clear"), self.clear_now)
        set_role(self._clear, "small")
        self._clear.hide()
        layout = row(IconLabel("search", "muted"), self.field, self._clear)
        layout.setContentsMargins(STEP_PX * 2, 0, STEP_PX, 0)
        self.setLayout(layout)
        self.setFixedHeight(HEIGHT_PX)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_DELAY_MS)
        self._timer.timeout.connect(self.emit_now)
        self.field.textChanged.connect(self._on_text_changed)

    def text(self) -> str:
        """Return what was typed."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Search for something else."""
        self.field.setText(text)

    def set_hint(self, hint: str) -> None:
        """Say what is looked for here, while nothing is."""
        self.field.setPlaceholderText(hint)
        self.field.setAccessibleName(hint.rstrip("…"))

    def clear_now(self) -> None:
        """Forget the words at once."""
        self.field.clear()
        self.emit_now()

    def emit_now(self) -> None:
        """Look for what was typed without waiting for more."""
        self._timer.stop()
        self.search_changed.emit(self.field.text())

    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter go to the table; the frame shows the focus."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.emit_now()
                self.left.emit()
                return True
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setProperty("focused", kind == QEvent.Type.FocusIn)
            self.style().unpolish(self)
            self.style().polish(self)
        return False


class Toolbar(QFrame):
    """The controls.

    Signals:
        workers_chosen: How many jobs shall run at once.
    """

    workers_chosen = Signal(int)

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        speak_as(self, Role.ToolBar, tr("Commands"))
        self._actions = actions
        self._commands: list[QToolButton] = []
        self._tabs: QWidget | None = None
        self.search = SearchField()
        self.search.setMaximumWidth(SEARCH_WIDTH_PX)
        self.new_job = _menu_button(tr("New job"), icon("add", "on_accent"))
        set_role(self.new_job, "primary")
        self.workers = _menu_button("", icon("workers", "muted"))
        set_role(self.workers, "flat")
        self.menu = _menu_button("", icon("menu"), text_beside=False)
        set_role(self.menu, "flat")
        self.menu.setAccessibleName(tr("Menu"))
        self.menu.setToolTip(tr("Menu"))
        self._fill_on_show(self.new_job, Place.NEW_JOB)
        self._fill_on_show(self.menu, Place.MENU)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 3, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self.new_job)
        layout.addStretch(1)
        layout.addWidget(self.search, 6)
        layout.addStretch(1)
        layout.addWidget(self.workers)
        layout.addWidget(self.menu)

    def add_tabs(self, tabs: QWidget) -> None:
        """Put the tabs of the pages first."""
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(0, tabs)
        layout.insertSpacing(1, STEP_PX)
        self._tabs = tabs
        self._order_focus()

    def add_command(self, action: QAction) -> None:
        """Put a command beside the New job button; where room is short, only its icon."""
        button = QToolButton()
        button.setDefaultAction(action)
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(layout.indexOf(self.new_job) + 1 + len(self._commands), button)
        self._commands.append(button)
        self._order_focus()
        self._arrange()

    def show_command(self, action: QAction, *, shown: bool) -> None:
        """Show the button of a command, or leave it out where another one says the same."""
        for button in self._commands:
            if button.defaultAction() is action:
                button.setVisible(shown)

    def set_workers(self, count: int) -> None:
        """Show how many jobs run at once, and offer other numbers."""
        _set_text(self.workers, tr("Workers {count}", count=format_count(count)))
        at_once = tr_plural("{count} job runs at once.", "{count} jobs run at once.", count)
        self.workers.setToolTip(as_typed(at_once))
        menu = self.workers.menu()
        menu.clear()
        group = QActionGroup(menu)
        for number in sorted({*WORKER_CHOICES, count}):
            action = menu.addAction(tr_plural("{count} job", "{count} jobs", number))
            action.setCheckable(True)
            action.setChecked(number == count)
            action.triggered.connect(partial(self._choose_workers, number))
            group.addAction(action)

    def _order_focus(self) -> None:
        first = [self._tabs] if self._tabs is not None else []
        others = (self.new_job, *self._commands, self.search.field, self.workers, self.menu)
        chain(*first, *others)

    def _arrange(self) -> None:
        for button in self._commands:
            show_words(button, self.width() >= NARROW_PX)
        show_words(self.new_job, self.width() >= NARROWEST_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words out where room is short."""
        super().resizeEvent(event)
        self._arrange()

    def _choose_workers(self, count: int, _checked: bool = True) -> None:
        self.workers_chosen.emit(count)

    def _fill_on_show(self, button: QToolButton, place: Place) -> None:
        menu = button.menu()

        def fill() -> None:
            menu.clear()
            self._actions.fill(menu, place)

        menu.aboutToShow.connect(fill)


def _menu_button(text: str, symbol: QIcon, *, text_beside: bool = True) -> QToolButton:
    button = QToolButton()
    _set_text(button, text)
    button.setIcon(symbol)
    show_words(button, text_beside)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(button))
    return button


def _set_text(button: QToolButton, text: str) -> None:
    """Show a text with the sign for a menu, which a screen reader says by itself."""
    button.setText(f"{text} ▾" if text else "")
    button.setAccessibleName(text)
