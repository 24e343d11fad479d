"""What the window shows while files are dragged over it: where they land, what they become."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.plain_text import PlainLabel
from gui.submit.dropped_files import DropOffer, carries_files, local_paths, offer_for
from gui.theme import colours, current_theme, icon_pixmap, title_font

CARD_WIDTH_PX = 420
ICON_PX = 40
DIM = 150


class DropOverlay(QWidget):
    """Dims its window during a drag and takes the drop.

    Signals:
        entered: Files are being dragged over the window.
        dropped: Carries the tuple of paths.
    """

    entered = Signal()
    dropped = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        # Drag events go to the window below, so that showing the overlay changes no target.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = window
        self._offer = DropOffer(refused=True)
        self._picture = PlainLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = PlainLabel(alignment=Qt.AlignmentFlag.AlignCenter, wraps=True)
        self._title.setFont(title_font())
        self._detail = PlainLabel(alignment=Qt.AlignmentFlag.AlignCenter, wraps=True)
        self._detail.setProperty("role", "muted")
        self._card = QFrame(self)
        self._card.setObjectName("dropCard")
        self._card.setFixedWidth(CARD_WIDTH_PX)
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(24, 24, 24, 24)
        inside.setSpacing(8)
        for label in (self._picture, self._title, self._detail):
            inside.addWidget(label)
        layout = QVBoxLayout(self)
        layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignCenter)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self.hide()

    def show_offer(self, offer: DropOffer) -> None:
        """Dim the window and show what a drop would do."""
        role = "error" if offer.refused else "accent"
        name = "cancelled" if offer.refused else "dataset"
        ratio = self.devicePixelRatioF()
        self._offer = offer
        self._picture.setPixmap(icon_pixmap(name, role, size=ICON_PX, ratio=ratio))
        self._title.setText(offer.title)
        self._detail.setText(offer.detail)
        self._detail.setVisible(bool(offer.detail))
        self._card.setProperty("refused", offer.refused)
        self._card.style().unpolish(self._card)
        self._card.style().polish(self._card)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the drag over the window."""
        if watched is not self._window:
            return False
        if isinstance(event, QDragEnterEvent):  # before QDropEvent: it is one
            return self._on_enter(event, event.mimeData())
        if isinstance(event, QDragMoveEvent):
            return self._answer(event, event.mimeData())
        if event.type() == QEvent.Type.DragLeave:
            self.hide()
        elif isinstance(event, QDropEvent):
            return self._on_drop(event, event.mimeData())
        elif event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies below."""
        shade = QColor("#000000" if current_theme().is_dark else colours().window)
        shade.setAlpha(DIM if current_theme().is_dark else 190)
        QPainter(self).fillRect(self.rect(), shade)

    def _on_enter(self, event: QDragEnterEvent, data: QMimeData) -> bool:
        if not carries_files(data):
            return False
        self.show_offer(offer_for(data))
        self.entered.emit()
        return self._answer(event, data)

    def _answer(self, event: QDropEvent, data: QMimeData) -> bool:
        if not carries_files(data):
            return False
        if self._card.property("refused"):
            # Not ignored: the drag would leave, and with it the reason why not.
            event.setDropAction(Qt.DropAction.IgnoreAction)
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _on_drop(self, event: QDropEvent, data: QMimeData) -> bool:
        self.hide()
        if not carries_files(data):
            return False
        # Some sources are gone by the time of the drop, and their data with them.
        offer = offer_for(data) if local_paths(data) else self._offer
        if not offer.refused:
            event.setDropAction(Qt.DropAction.CopyAction)
            self.dropped.emit(offer.paths)
        event.accept()
        return True
