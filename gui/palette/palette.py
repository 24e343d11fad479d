"""The palette: type what you want, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr, tr_plural
from gui.palette.entries import Entry, rank
from gui.palette.list import PaletteDelegate, PaletteModel, second_line
from gui.theme import STEP_PX
from gui.throttle import Throttle
from gui.widgets import IconLabel, muted_label, row, set_role

SIZE = QSize(640, 470)
TOP_PX = 56
MOST_RECENT = 12
LOOK_INTERVAL_S = 0.1
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
_OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier

Ask = Callable[[str], Coroutine[Any, Any, list[Entry]]]


class Palette(QDialog):
    """A field and what fits, over the window; it goes when something was chosen, or with Esc.

    Args:
        bridge: The way to the queue.
        of_window: Returns what the window offers at this moment.
        of_queue: Returns what the queue has for some words.
        parent: The window.

    Attributes:
        field: Where one types.
        list: What fits.
        recent: Ids of what was used last, the latest first.
    """

    def __init__(
        self,
        bridge: Bridge,
        of_window: Callable[[], Sequence[Entry]],
        of_queue: Ask,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setWindowTitle(tr("Find anything"))
        self._window = parent
        self._of_window, self._of_queue = of_window, of_queue
        self._entries: Sequence[Entry] = ()
        self._found: Sequence[Entry] = ()
        self.recent: list[str] = []
        self.model = PaletteModel()
        self.field = QLineEdit()
        self.list = QListView()
        self._note = muted_label()
        self._look = Throttle(
            bridge, self._ask, what=tr("Searching jobs"), interval_s=LOOK_INTERVAL_S, parent=self
        )
        self._keys: dict[Qt.Key, Callable[[], object]] = {
            key: partial(self._step, number) for key, number in _STEPS.items()
        }
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keys[key] = lambda: self._choose(self.list.currentIndex())
        self._keys[Qt.Key.Key_Escape] = self.reject
        self._build()
        self.field.textChanged.connect(self._on_typed)
        self.field.installEventFilter(self)
        self.list.activated.connect(self._choose)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._say_current)

    def open_now(self) -> None:
        """Show it, with nothing typed."""
        self._entries, self._found = self._of_window(), ()
        self.field.clear()
        self._refresh()
        self._place()
        self.show()
        self.raise_()
        self.activateWindow()
        self.field.setFocus()

    def _build(self) -> None:
        self.field.setPlaceholderText(tr("Type a command, setting, job or dataset…"))
        self.field.setAccessibleName(tr("Find anything"))
        self.field.setFrame(False)
        set_role(self.field, "large")
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(self.list))
        self.list.setAccessibleName(tr("What fits"))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        head = row(IconLabel("search", "muted"), self.field)
        head.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 3, STEP_PX * 3)
        rule = QFrame()
        set_role(rule, "line")
        foot = row(self._note, None, muted_label(tr("↑ ↓ choose   ⏎ run   Esc close")))
        foot.setContentsMargins(STEP_PX * 4, STEP_PX * 2, STEP_PX * 4, STEP_PX * 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)

    def _place(self) -> None:
        room = self._window.rect()
        width = min(SIZE.width(), room.width() - STEP_PX * 8)
        self.resize(width, min(SIZE.height(), room.height() - TOP_PX * 2))
        corner = QPoint((room.width() - width) // 2, TOP_PX)
        self.move(self._window.mapToGlobal(corner))

    # --- what is typed ------------------------------------------------------------------------

    def _on_typed(self) -> None:
        self._refresh()
        self._look.request_now()

    async def _ask(self) -> None:
        typed = self.field.text()
        self._found = await self._of_queue(typed)
        if typed == self.field.text() and self.isVisible():
            self._refresh(keep=True)

    def _refresh(self, *, keep: bool = False) -> None:
        """Show what fits; keep what is chosen where somebody has gone to it meanwhile."""
        before = self.list.currentIndex().row()
        ranked = rank(self.field.text(), (*self._entries, *self._found), self.recent)
        self.model.show_entries(ranked)
        self._note.setText(
            tr_plural("{count} match", "{count} matches", len(ranked))
            if ranked else tr("Nothing is called so.")
        )  # fmt: skip
        self._go_to(before if keep and before > 0 else 0)

    def _go_to(self, number: int) -> None:
        last = self.model.rowCount() - 1
        self.list.setCurrentIndex(self.model.index(max(0, min(last, number))))

    def _step(self, number: int) -> None:
        self._go_to(self.list.currentIndex().row() + number)

    def _say_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        """Tell a screen reader, whose focus stays in the field, what Enter would do."""
        ranked = self.model.ranked(index.row())
        text = "" if ranked is None else f"{ranked.entry.title}. {second_line(ranked.entry)}"
        self.field.setAccessibleDescription(text)

    def _choose(self, index: QModelIndex) -> None:
        ranked = self.model.ranked(index.row())
        if ranked is None or ranked.entry.obstacle:
            return  # it says why
        entry = ranked.entry
        self.recent = [entry.id, *(known for known in self.recent if known != entry.id)]
        del self.recent[MOST_RECENT:]
        self.accept()
        entry.run()

    # --- Qt's calls ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk the list and choose from it while the focus stays in the field."""
        if watched is not self.field or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        does = self._keys.get(key) if not event.modifiers() & _OTHERS else None
        if does is None:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no command of the window has these keys meanwhile
        elif event.type() == QEvent.Type.KeyPress:
            does()
        return True

    def event(self, event: QEvent) -> bool:
        """Go when another window comes to the front."""
        if event.type() == QEvent.Type.WindowDeactivate and self.isVisible():
            self.reject()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for the newest jobs and datasets."""
        super().showEvent(event)
        self._look.request_now()

    def done(self, result: int) -> None:
        """Give the focus back, unless it went elsewhere before."""
        had_focus = self.isActiveWindow()
        super().done(result)
        if had_focus:
            self._window.activateWindow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the entries go: they hold what the window was like."""
        self._entries = self._found = ()
        super().hideEvent(event)
