"""A button that saves a result as a file: a click asks where, dragging it out drops the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from shiboken6 import isValid

from gui.bridge import Bridge
from gui.i18n import tr
from gui.plain_text import as_typed
from gui.results.export import Export, ask_and_write
from gui.results.passing_files import new_place
from gui.theme import icon
from gui.widgets import icon_button, text_button

ICON_PX = 32


def save_button(
    text: str, bridge: Bridge, exported: Callable[[], Export], *, has_words: bool = False
) -> QAbstractButton:
    """Return a button that saves a result.

    Args:
        text: What it does, in words.
        bridge: The way to other threads.
        exported: Returns the result as it is now.
        has_words: Whether the words stand on it, or only in its tooltip.
    """
    button = text_button(text, icon_name="export") if has_words else icon_button("export", text)
    button.clicked.connect(lambda: ask_and_write(button, bridge, exported()))
    button.setToolTip(as_typed(tr("{text} Drag it to where the file shall be.", text=text)))
    _DragOut(button, bridge, exported)
    return button


class _DragOut(QObject):
    """Writes the file when a drag begins, and hands it over as soon as it is there."""

    def __init__(
        self, button: QAbstractButton, bridge: Bridge, exported: Callable[[], Export]
    ) -> None:
        super().__init__(button)
        self._button = button
        self._bridge = bridge
        self._exported = exported
        self._pressed_at: QPointF | None = None
        button.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look for the beginning of a drag."""
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress and _is_left(event):
            self._pressed_at = event.position()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed_at = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed_at is not None:
            far = (event.position() - self._pressed_at).manhattanLength()
            if far >= QApplication.startDragDistance():
                self._pressed_at = None
                self._button.setDown(False)  # letting go is no click any more
                offered = self._exported()
                what = tr("Saving {file}", file=offered.file_name)
                self._bridge.start(self._write(offered), what=what)
                return True
        return False

    async def _write(self, offered: Export) -> None:
        place = self._bridge.folder.temporary
        target = await self._bridge.call(new_place, place, offered.file_name)
        await offered.write(target)
        if not isValid(self):
            return  # the result was closed meanwhile
        # A drag has an event loop of its own, which must not run within a task of this one.
        QTimer.singleShot(0, self, lambda: self._drag(target))

    def _drag(self, target: Path) -> None:
        if not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return  # let go before the file was there
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(target))])
        drag = QDrag(self._button)
        drag.setMimeData(data)
        drag.setPixmap(icon("export").pixmap(ICON_PX))
        drag.exec(Qt.DropAction.CopyAction)


def _is_left(event: QMouseEvent) -> bool:
    return event.button() is Qt.MouseButton.LeftButton
