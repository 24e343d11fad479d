"""Messages that come and go at the bottom right of the window, and the list of past ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Message
from gui.i18n import tr
from gui.plain_text import no_mnemonic
from gui.spoken import Role, announce, speak_as
from gui.theme import icon, small_font
from gui.widgets import IconLabel, TextLabel

SHOWN_MS = 8000
# What can be taken back is noticed late: one reads what is gone first.
UNDO_SHOWN_MS = 20_000
MAX_SHOWN = 4
MAX_KEPT = 200
WIDTH_PX = 380
MARGIN_PX = 16
BOTTOM_PX = 40


@dataclass(frozen=True)
class ToastAction:
    """Something the user can do about a message: Undo, Details, Show.

    Attributes:
        title: A verb.
        run: What to do.
    """

    title: str
    run: Callable[[], object]


@dataclass(frozen=True)
class PastMessage:
    """A message that was shown.

    Attributes:
        message: What it said.
        time: When, UTC.
    """

    message: Message
    time: datetime


class Toast(QFrame):
    """One message; goes after a while unless the mouse or the focus is on it.

    Signals:
        closed: It is going.
    """

    closed = Signal(object)

    def __init__(self, message: Message, actions: tuple[ToastAction, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setProperty("kind", "error" if message.is_error else "note")
        self.setFixedWidth(WIDTH_PX)
        self.message = message
        self._actions = actions
        self._is_kept = False
        shown_ms = SHOWN_MS if self._undo is None else UNDO_SHOWN_MS
        self._timer = QTimer(self, singleShot=True, interval=shown_ms)
        self._timer.timeout.connect(self.close_now)
        speak_as(self, Role.Notification, message.text)
        self.setAccessibleDescription(message.hint)
        self._build(actions)
        self._timer.start()

    @property
    def is_held(self) -> bool:
        """Whether it stays until the user lets it go."""
        return not self._timer.isActive()

    @property
    def _undo(self) -> ToastAction | None:
        return next((action for action in self._actions if action.title == tr("Undo")), None)

    def undo_now(self) -> bool:
        """Take back what it tells of; return whether it offers that."""
        undo = self._undo
        if undo is not None:
            self._run(undo)
        return undo is not None

    def keep(self, text: str) -> None:
        """Say how far something is by now, and stay until it is closed."""
        self._timer.stop()
        self._is_kept = True
        self._text.set_text(text)
        self.setAccessibleName(text)

    def close_now(self) -> None:
        """Go at once."""
        self._timer.stop()
        self.hide()
        self.closed.emit(self)

    def _build(self, actions: tuple[ToastAction, ...]) -> None:
        name, role = ("error", "error") if self.message.is_error else ("info", "accent")
        picture = IconLabel(name, role)
        self._text = TextLabel(self.message.text)
        close = QToolButton()
        close.setProperty("role", "small")
        close.setIcon(icon("close", "muted"))
        close.setToolTip(tr("Dismiss"))
        close.setAccessibleName(tr("Dismiss"))
        close.clicked.connect(self.close_now)
        top = Qt.AlignmentFlag.AlignTop
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._text)
        if self.message.hint:
            words.addWidget(TextLabel(self.message.hint, role="muted", font=small_font()))
        if actions:
            words.addLayout(self._buttons(actions))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 8, 10)
        layout.setSpacing(8)
        layout.addWidget(picture, 0, top)
        layout.addLayout(words, 1)
        layout.addWidget(close, 0, top)

    def _buttons(self, actions: tuple[ToastAction, ...]) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        for action in actions:
            button = QPushButton(no_mnemonic(action.title))
            button.setProperty("role", "link")
            button.clicked.connect(lambda _on=False, chosen=action: self._run(chosen))
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _run(self, action: ToastAction) -> None:
        self.close_now()
        action.run()

    # Qt

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the mouse is on it."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Count again when the mouse has left."""
        if not self._is_kept:
            self._timer.start()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Stay while the focus is on it."""
        self._timer.stop()


class ToastArea(QObject):
    """The messages of one window: the newest at the bottom, four at most.

    Signals:
        shown: A `PastMessage` was added to `past`.

    Attributes:
        past: The last messages, oldest first.
    """

    shown = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._toasts: list[Toast] = []
        self.past: deque[PastMessage] = deque(maxlen=MAX_KEPT)
        window.installEventFilter(self)

    def show_message(self, message: Message, *actions: ToastAction) -> Toast:
        """Show a message; one with the same text that is still there gives way to it."""
        for toast in [t for t in self._toasts if t.message.text == message.text]:
            toast.close_now()
        while len(self._toasts) >= MAX_SHOWN:
            self._toasts[0].close_now()
        entry = PastMessage(message, datetime.now(UTC))
        self.past.append(entry)
        toast = Toast(message, actions, self._window)
        toast.closed.connect(self._on_closed)
        self._toasts.append(toast)
        self._place()
        toast.show()
        toast.raise_()
        announce(toast, " ".join(filter(None, (message.text, message.hint))))
        self.shown.emit(entry)
        return toast

    def say(self, text: str, *actions: ToastAction, hint: str = "") -> Toast:
        """Show something that went well."""
        return self.show_message(Message(text=text, hint=hint, is_error=False), *actions)

    def undo_latest(self) -> bool:
        """Take back what the newest message offers to undo; return whether one does."""
        return any(toast.undo_now() for toast in reversed(self._toasts))

    @property
    def window(self) -> QWidget:
        """The window that shows them."""
        return self._window

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """What is shown now, oldest first."""
        return tuple(self._toasts)

    def _on_closed(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        right = self._window.width() - MARGIN_PX
        bottom = self._window.height() - BOTTOM_PX
        for toast in reversed(self._toasts):
            toast.setFixedWidth(min(WIDTH_PX, max(200, right - MARGIN_PX)))
            height = toast.heightForWidth(toast.width())
            toast.resize(toast.width(), max(height, toast.sizeHint().height()))
            bottom -= toast.height()
            toast.move(right - toast.width(), bottom)
            bottom -= 8

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the corner of the window."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return False


def notify(window: QWidget, text: str, *actions: ToastAction, hint: str = "") -> None:
    """Say something that went well in *window*, or in the window that it belongs to."""
    say(window, text, *actions, hint=hint)


def say(window: QWidget, text: str, *actions: ToastAction, hint: str = "") -> Toast | None:
    """Do what `notify` does; return the message, or None where no window shows any."""
    area = _area_of(main_window_of(window))
    return None if area is None else area.say(text, *actions, hint=hint)


def main_window_of(widget: QWidget) -> QWidget:
    """Return the window that shows messages for *widget*, a dialog's owner for instance."""
    host = widget.window()
    while _area_of(host) is None and (owner := host.parentWidget()) is not None:
        host = owner.window()
    return host


def _area_of(window: QWidget) -> ToastArea | None:
    found = window.findChild(ToastArea, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, ToastArea) else None
