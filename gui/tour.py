"""A short tour at the first start: a card beside one part of the window after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.actions import Action, Place
from gui.bridge import Bridge
from gui.i18n import mark, tr, translate
from gui.main_window import MainWindow
from gui.plain_text import PlainLabel
from gui.theme import STEP_PX
from gui.widgets import muted_label, row, set_role, text_button
from queue_core.queue.values import JobCounts

CARD_WIDTH_PX = 340
# Remembered in the window's state once it has been seen.
SEEN = "toured"

TOUR = Action(
    id="app.tour", title=mark("Show the tour"), order=97, places=frozenset({Place.MENU}),
    sentence=mark("What is where, in four steps."),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One stop.

    Attributes:
        title: What is there, in English.
        text: What one does with it, in English.
        anchor: Returns the part of the window.
    """

    title: str
    text: str
    anchor: Callable[[MainWindow], QWidget]


STEPS = (
    Step(
        mark("Begin here"),
        mark(
            "Drop data files anywhere on the window, or choose what to do: load, explore, train, "
            "predict, explain."
        ),
        lambda window: window.toolbar.new_job,
    ),
    Step(
        mark("The computer stays yours"),
        mark("Pause the queue, or choose how many jobs run at once. Nothing is lost."),
        lambda window: window.toolbar.workers,
    ),
    Step(
        mark("What jobs make stays"),
        mark("The Library keeps datasets, models and results: to use, to compare, to save."),
        lambda window: window.pages.tabs,
    ),
    Step(
        mark("All else is in the menu"),
        mark("Settings, schedules and this tour. A job that fails says why, and what to do next."),
        lambda window: window.toolbar.menu,
    ),
)


class TourCard(QFrame):
    """The card; it lets everything else be used meanwhile, and goes when the first job comes."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("tourCard")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(CARD_WIDTH_PX)
        self._window = window
        self._number = 0
        self._title = PlainLabel("")
        set_role(self._title, "strong")
        self._text = PlainLabel("")
        self._text.setWordWrap(True)
        self._place = muted_label()
        self.skip = text_button(tr("Skip the tour"), self.close)
        self.next = text_button("", self._go_on, role="primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(row(self._place, None, self.skip, self.next))
        window.installEventFilter(self)
        window.overview.counts_changed.connect(self._on_counts)
        self._show_step()

    def _on_counts(self, counts: JobCounts) -> None:
        if counts.total:
            self.close()

    def _go_on(self) -> None:
        self._number += 1
        if self._number == len(STEPS):
            self.close()
        else:
            self._show_step()

    def _show_step(self) -> None:
        step = STEPS[self._number]
        self._title.setText(translate(step.title))
        self._text.setText(translate(step.text))
        self.setAccessibleName(f"{translate(step.title)}. {translate(step.text)}")
        self._place.setText(tr("{n} of {count}", n=self._number + 1, count=len(STEPS)))
        is_last = self._number == len(STEPS) - 1
        self.next.setText(tr("Done") if is_last else tr("Next"))
        self.skip.setVisible(not is_last)
        self._put()
        self.show()
        self.raise_()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self) -> None:
        """Below what it is about, within the window."""
        self.adjustSize()
        anchor = STEPS[self._number].anchor(self._window)
        corner = anchor.mapTo(self._window, QPoint(0, anchor.height() + STEP_PX * 2))
        room = self._window.rect().adjusted(STEP_PX * 2, 0, -STEP_PX * 2, -STEP_PX * 2)
        place = QRect(corner, self.size())
        place.moveRight(min(place.right(), room.right()))
        place.moveLeft(max(place.left(), room.left()))
        self.move(place.topLeft())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside it while the window changes its size."""
        if event.type() == QEvent.Type.Resize and isValid(self):
            self._put()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the tour, Enter presses the button that has the focus."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.skip if self.skip.hasFocus() else self.next).click()
        else:
            super().keyPressEvent(event)


def install(window: MainWindow, bridge: Bridge) -> None:
    """Add the command; at the first start of an empty program, begin by itself."""

    async def begin_if_empty() -> None:
        if (await bridge.counts()).total == 0 and isValid(window):
            window.state.save_flag(SEEN, value=True)
            TourCard(window)

    def opened() -> None:
        if not window.state.flag(SEEN, default=False):
            bridge.start(begin_if_empty(), what=tr("Counting jobs"))

    window.action_set.add((TOUR,))
    window.action_set.handle(TOUR.id, lambda _selection: TourCard(window))
    bridge.opened.connect(opened)
