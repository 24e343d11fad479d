"""The timeline's page: named stretches, what ran in them in one line, and the picture."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.format import format_count, format_date
from gui.i18n import tr, translate
from gui.inputs import ComboBox
from gui.jobs.presentation import STATUS_LOOKS, status_word
from gui.plain_text import PlainLabel, no_mnemonic
from gui.tab_order import chain
from gui.theme import STEP_PX, body_font
from gui.throttle import Throttle
from gui.timeline.canvas import ZOOM, TimelineCanvas
from gui.timeline.card import SpanCard, times_text
from gui.timeline.lanes import GROUPINGS, Grouping
from gui.timeline.painting import CELL_PX
from gui.timeline.stretch import NAMED, Stretch
from gui.widgets import IconLabel, icon_button, muted_label, row, set_role, text_button
from queue_core.queue.job_record import JobStatus
from queue_core.queue.timeline import Span, Timeline
from queue_core.queue.values import ChangeBatch

READ_INTERVAL_S = 0.15
NEWS_MS = 1000
CLOCK_MS = 1000
MARGIN = 0.5
LEGEND = (JobStatus.FINISHED, JobStatus.ERROR, JobStatus.KILLED, JobStatus.CANCELLED)
LEGEND_FROM_PX = 1000


class TimelinePage(QWidget):
    """What ran when.

    Signals:
        job_wanted: The id of a job that the user wants to go to.
    """

    job_wanted = Signal(str)

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._stretch = NAMED["hour"].of(datetime.now().astimezone())
        self._first_s: float | None = None
        self._chosen = ""
        self.canvas = TimelineCanvas(self._stretch)
        self.card = SpanCard(self.canvas)
        self.when = PlainLabel()
        self.summary = muted_label()
        self.grouping = ComboBox()
        self._legend = QWidget()
        self._named = QButtonGroup(self)
        self._read = Throttle(
            bridge, self._look, what=tr("Reading the timeline"), interval_s=READ_INTERVAL_S,
            parent=self,
        )  # fmt: skip
        self._read_reason = Throttle(
            bridge, self._look_for_reason, what=tr("Reading a job"), interval_s=0.1, parent=self
        )
        self._news = QTimer(self, singleShot=True, interval=NEWS_MS)
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._build()
        self._connect()
        self._choose_named("hour")

    @property
    def stretch(self) -> Stretch:
        """The stretch of time that is shown."""
        return self._stretch

    def show_named(self, name: str) -> None:
        """Show a stretch with a name: a key of `NAMED`, or `all`."""
        if name == "all":
            begin = self._first_s if self._first_s is not None else time.time() - 3600
            length = max(60.0, time.time() - begin)
            self._show(Stretch(begin - length * 0.02, begin + length * 1.02))
        else:
            self._show(NAMED[name].of(datetime.now().astimezone()))
        self._choose_named(name)

    def look_for(self, words: str) -> None:
        """Dim what has not these words in its name."""
        self.canvas.set_words(words)

    # --- building -----------------------------------------------------------------------------

    def _build(self) -> None:
        buttons = []
        for name, title in (*((k, n.title) for k, n in NAMED.items()), ("all", "")):
            text = translate(title) if title else tr("All")
            button = text_button(no_mnemonic(text), partial(self.show_named, name))
            button.setCheckable(True)
            button.setObjectName(name)
            self._named.addButton(button)
            buttons.append(button)
        for grouping, title in GROUPINGS.items():
            self.grouping.addItem(translate(title), grouping)
        self.grouping.setAccessibleName(tr("Lanes"))
        closer = icon_button("add", tr("Closer (+)"), lambda: self.canvas.zoom(1 / ZOOM))
        wider = icon_button("minus", tr("Wider (-)"), lambda: self.canvas.zoom(ZOOM))
        first = row(*buttons, None, self.grouping, wider, closer)
        self.when.setFont(body_font(semibold=True))
        second = row(self.when, self.summary, None, self._make_legend(), spacing=STEP_PX * 4)
        head = QVBoxLayout()
        head.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        head.setSpacing(STEP_PX * 3)
        head.addLayout(first)
        head.addLayout(second)
        rule = QFrame()
        set_role(rule, "line")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule)
        layout.addWidget(self.canvas, 1)
        chain(*buttons, self.grouping, wider, closer, self.canvas)

    def _make_legend(self) -> QWidget:
        layout = row(spacing=STEP_PX * 4)
        for status in LEGEND:
            picture = IconLabel(STATUS_LOOKS[status].icon, status.value, size=14)
            layout.addLayout(row(picture, muted_label(status_word(status)), spacing=STEP_PX + 2))
        self._legend.setLayout(layout)
        return self._legend

    def _connect(self) -> None:
        self.canvas.stretch_changed.connect(self._on_moved)
        self.canvas.opened.connect(self.job_wanted)
        self.canvas.pointed.connect(self._show_card)
        self.canvas.selected.connect(self._say_selected)
        self.grouping.currentIndexChanged.connect(self._group)
        self._bridge.changed.connect(self._on_changed)
        self._news.timeout.connect(self._read.request)
        self._clock.timeout.connect(self._tick)

    # --- the stretch --------------------------------------------------------------------------

    def _choose_named(self, name: str) -> None:
        """Mark the button of a stretch; an empty name: none of them."""
        self._chosen = name
        self._named.setExclusive(False)
        for button in self._named.buttons():
            button.setChecked(button.objectName() == name)

    def _show(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self.canvas.set_stretch(stretch)
        self.when.setText(stretch_text(stretch))
        self._read.request_now()

    def _on_moved(self, stretch: Stretch) -> None:
        if stretch != self._stretch:
            self._choose_named("")
            self._stretch = stretch
            self.when.setText(stretch_text(stretch))
        self._read.request()

    def _tick(self) -> None:
        if self._stretch.follows:
            self._stretch = self._stretch.at(time.time())
            self.canvas.set_stretch(self._stretch)
            self.when.setText(stretch_text(self._stretch))
        else:
            self.canvas.viewport().update()

    def _group(self, index: int) -> None:
        self.canvas.set_grouping(Grouping(self.grouping.itemData(index)))

    # --- reading ------------------------------------------------------------------------------

    def _on_changed(self, _batch: ChangeBatch) -> None:
        if self.isVisible() and not self._news.isActive():
            self._news.start()

    async def _look(self) -> None:
        """Read what is in sight, and a little around it: it is there already when one moves."""
        if not self.isVisible():
            return
        stretch, cells = self._stretch, self.canvas.geometry_now.plot_px // CELL_PX
        found = await self._bridge.ask(
            lambda queue: queue.timeline(stretch.begin_s, stretch.end_s, steps=cells, margin=MARGIN)
        )
        was_unknown, self._first_s = self._first_s is None, found.first_s
        if was_unknown and found.first_s is not None and self._chosen == "all":
            self.show_named("all")  # it was asked for before anybody knew where all begins
        self.canvas.show_timeline(found)
        self.summary.setText(summary_text(found))

    async def _look_for_reason(self) -> None:
        job_id = self.card.job_id
        records = await self._bridge.records((job_id,))
        if job_id in records and job_id == self.card.job_id and not self.card.isHidden():
            self.card.show_reason(records[job_id])

    def _show_card(self, span: Span | None, place: QPoint) -> None:
        if span is None:
            self.card.hide()
            return
        is_other = self.card.isHidden() or self.card.job_id != span.job_id
        self.card.show_span(span, place)
        if is_other and span.status in (JobStatus.ERROR, JobStatus.KILLED):
            self._read_reason.request_now()

    def _say_selected(self, span: Span | None) -> None:
        """Tell a screen reader what is chosen."""
        text = ""
        if span is not None:
            text = f"{span.name}, {status_word(span.status)}, {times_text(span)}"
        self.canvas.setAccessibleDescription(text)

    # --- Qt's calls ---------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while somebody looks."""
        super().showEvent(event)
        self._tick()
        self._clock.start()
        self._read.request_now()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop following."""
        self._clock.stop()
        self._news.stop()
        self.card.hide()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the legend out where room is short."""
        super().resizeEvent(event)
        self._legend.setVisible(self.width() >= LEGEND_FROM_PX)


def stretch_text(stretch: Stretch) -> str:
    """Return "28 Nov 18:00 – 29 Nov 09:00"; one day is named once."""
    begin, end = (datetime.fromtimestamp(s, UTC) for s in (stretch.begin_s, stretch.end_s))
    form = "%H:%M:%S" if stretch.length_s < 600 else "%H:%M"
    first, last = (moment.astimezone().strftime(form) for moment in (begin, end))
    if begin.astimezone().date() == end.astimezone().date():
        return f"{format_date(begin)} {first} – {last}"
    return f"{format_date(begin)} {first} – {format_date(end)} {last}"


def summary_text(timeline: Timeline) -> str:
    """Return what ran in one line: the words of the statuses with their numbers."""
    return " · ".join(
        f"{status_word(status)} {format_count(timeline.by_status[status])}"
        for status in JobStatus
        if timeline.by_status.get(status)
    ) or tr("Nothing ran.")
