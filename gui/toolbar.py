"""The row of controls above the table: new job, search, workers, menu."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from gui.actions import ActionSet, Place
from gui.format import format_count
from gui.i18n import tr, tr_plural
from gui.theme import ICON_PX, STEP_PX, icon
from gui.widgets import set_role

SEARCH_DELAY_MS = 150
SEARCH_WIDTH_PX = 340
WORKER_CHOICES = (1, 2, 3, 4, 6, 8, 12, 16)


class SearchField(QLineEdit):
    """Searches while one types, a moment after the last letter.

    Signals:
        search_changed: The words to look for.
        left: Down or Enter: go to the table.
    """

    search_changed = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Search jobs…"))
        self.setAccessibleName(tr("Search jobs"))
        self.setToolTip(tr("Search names, types, errors and phases (Ctrl+F)"))
        self.setClearButtonEnabled(False)
        self.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(icon("close", "muted"), tr("Clear"), self)
        self._clear.triggered.connect(self.clear_now)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_DELAY_MS)
        self._timer.timeout.connect(self._emit)
        self.textChanged.connect(self._on_text_changed)

    def clear_now(self) -> None:
        """Forget the words at once."""
        self.clear()
        self._emit()

    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _emit(self) -> None:
        self._timer.stop()
        self.search_changed.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Enter go to the table."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._emit()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Toolbar(QFrame):
    """The controls.

    Signals:
        workers_chosen: How many jobs shall run at once.
    """

    workers_chosen = Signal(int)

    def __init__(self, actions: ActionSet) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self._actions = actions
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

    def add_control(self, widget: QWidget) -> None:
        """Put another control beside the New job button."""
        layout = self.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(1, widget)

    def set_workers(self, count: int) -> None:
        """Show how many jobs run at once, and offer other numbers."""
        self.workers.setText(tr("Workers {count}", count=format_count(count)))
        self.workers.setToolTip(
            tr_plural("{count} job runs at once.", "{count} jobs run at once.", count)
        )
        menu = self.workers.menu()
        menu.clear()
        group = QActionGroup(menu)
        for number in sorted({*WORKER_CHOICES, count}):
            action = menu.addAction(tr_plural("{count} job", "{count} jobs", number))
            action.setCheckable(True)
            action.setChecked(number == count)
            action.triggered.connect(partial(self._choose_workers, number))
            group.addAction(action)

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
    button.setText(text)
    button.setIcon(symbol)
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    if text_beside:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(QMenu(button))
    return button
