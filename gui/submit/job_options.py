"""How a new job is to be run: when, how often, within which limits; folded until wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.bridge import Bridge
from gui.i18n import tr
from gui.inputs import ComboBox, DateTimeEdit, DoubleSpinBox, SpinBox
from gui.latest_task import LatestTask
from gui.plain_text import no_mnemonic
from gui.submit.repeat_editor import RepeatEditor
from gui.submit.run_on import RunOn
from gui.theme import STEP_PX, icon
from gui.widgets import muted_label, row, set_role, show_words
from queue_core.errors import MonitorError, ParameterError
from queue_core.queue.job_record import JobRecord, JobStatus
from queue_core.queue.schedules import next_run
from queue_core.queue.values import AfterPolicy, JobFilter, JobOptions

MOST_PRIORITY = 1000
MOST_ATTEMPTS = 100
MOST_OFFERED = 200
LATER_S = 3600
GIGABYTE = 10**9
ACTIVE = frozenset({JobStatus.NOT_STARTED, JobStatus.STARTED})
SOON, LATER, AFTER, REPEAT = range(4)


class JobOptionsPanel(QWidget):
    """A line that unfolds; what is not changed stays as the settings say.

    Attributes:
        when: Chooses between soon, later, after another job, and again and again.
    """

    def __init__(
        self, bridge: Bridge, *, margin_px: int = STEP_PX * 2, parent: QWidget | None = None
    ) -> None:
        """Make it.

        Args:
            bridge: The way to the queue.
            margin_px: What is left free at its left.
            parent: The widget it belongs to.
        """
        super().__init__(parent)
        self._bridge = bridge
        self._has_offered = False
        self._has_places = False
        self._reading_places = LatestTask(self)
        self._kind = ""
        self.toggle = QToolButton()
        set_role(self.toggle, "flat")
        self.toggle.setText(tr("Options"))
        self.toggle.setToolTip(tr("When and within which limits the job runs"))
        self.toggle.setCheckable(True)
        show_words(self.toggle)
        self.toggle.toggled.connect(self._unfold)
        self._make_editors()
        self._of_one_job: tuple[QWidget, ...] = (self.keep,)
        self._frame = QFrame()
        set_role(self._frame, "panel")
        self._frame.setLayout(self._grid())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(margin_px, 0, STEP_PX * 4, STEP_PX * 2)
        layout.setSpacing(STEP_PX)
        layout.addLayout(row(self.toggle, None))
        layout.addWidget(self._frame)
        self._unfold(False)

    @property
    def repeats(self) -> bool:
        """Whether the job is to be put again and again."""
        return self.when.currentIndex() == REPEAT

    @property
    def cron(self) -> str:
        """When the job is to be put again and again; empty where it is put only once."""
        return self.repeat.cron if self.repeats else ""

    def check(self) -> None:
        """Look whether what was chosen can be done.

        Raises:
            ParameterError: The rule of cron is none, or never comes due.
        """
        if self.repeats:
            next_run(self.cron, datetime.now(UTC))

    def offer_repeating(self) -> None:
        """Unfold, with a rhythm to choose."""
        self.toggle.setChecked(True)
        self.when.setCurrentIndex(REPEAT)

    def show_kind(self, kind: str) -> None:
        """Offer first where the settings let jobs of this class run."""
        self._kind = kind
        if self._has_places:
            self.run_on.choose_for(kind)
        elif not self._reading_places.is_running:  # else it chooses for this one when it is there
            what = tr("Reading the places")
            self._reading_places.task = self._bridge.start(self._offer_places(), what=what)

    def show_problem(self, error: MonitorError) -> None:
        """Go to the field that an error is about, if it is one of these."""
        if isinstance(error, ParameterError) and error.parameter == "cron":
            self.toggle.setChecked(True)
            self.repeat.rule.setFocus(Qt.FocusReason.OtherFocusReason)

    def options(self) -> JobOptions:
        """Return what was chosen."""
        when = self.when.currentIndex()
        after = self.after.currentData() if when == AFTER else None
        options = JobOptions(
            priority=self.priority.value(),
            not_before=_moment(self.later.dateTime()) if when == LATER else None,
            after=(str(after),) if after else (),
            after_policy=AfterPolicy(self.policy.currentData()),
            max_attempts=self.attempts.value() or None,
            timeout_s=self.timeout.value() * 60 or None,
            memory_limit_bytes=round(self.memory.value() * GIGABYTE) or None,
            pinned=self.keep.isChecked(),
        )
        return self.run_on.added_to(options)

    def _make_editors(self) -> None:
        self.when = ComboBox()
        self.when.addItems([tr("As soon as possible"), tr("Not before"), tr("After"), tr("Repeat")])
        self.later = DateTimeEdit(QDateTime.currentDateTime().addSecs(LATER_S))
        self.later.setCalendarPopup(True)
        self.after = ComboBox()
        self.after.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.after.setMinimumContentsLength(16)
        self.policy = ComboBox()
        self.policy.addItem(tr("only if it finishes"), AfterPolicy.SKIP.value)
        self.policy.addItem(tr("even if it fails"), AfterPolicy.RUN_ANYWAY.value)
        self.repeat = RepeatEditor()
        after = QWidget()
        after.setLayout(row(self.after, self.policy))
        self.place = QStackedWidget()
        for editor in (QWidget(), self.later, after, self.repeat):
            self.place.addWidget(editor)
        self.when.currentIndexChanged.connect(self._arrange)
        self.priority = SpinBox(minimum=-MOST_PRIORITY, maximum=MOST_PRIORITY)
        self.priority.setToolTip(tr("Jobs with a higher number start first. The usual one is 0."))
        self.attempts = SpinBox(maximum=MOST_ATTEMPTS)
        self.timeout = DoubleSpinBox(maximum=1e6, decimals=1, suffix=tr(" min"))
        self.memory = DoubleSpinBox(maximum=1e5, decimals=1, suffix=tr(" GB"))
        for limit in (self.attempts, self.timeout, self.memory):
            limit.setSpecialValueText(tr("As in the settings"))
        for number in (self.priority, self.attempts, self.timeout, self.memory):
            number.lineEdit().setTextMargins(STEP_PX + 2, 0, 0, 0)
        self.keep = QCheckBox(tr("Clean-up keeps the job"))
        self.run_on = RunOn()
        self.run_on_label = _label(tr("Run on"), self.run_on.place)
        self.run_on.place.currentIndexChanged.connect(self._say_place)
        self.run_on.hide()  # until there is a choice
        self.run_on_label.hide()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(STEP_PX * 3, STEP_PX * 2, STEP_PX * 3, STEP_PX * 2)
        grid.setHorizontalSpacing(STEP_PX * 3)
        grid.setVerticalSpacing(STEP_PX * 2)
        grid.addWidget(_label(tr("Start"), self.when), 0, 0)
        grid.addWidget(self.when, 0, 1)
        grid.addWidget(self.place, 0, 2, 1, 2)
        cells = (
            (tr("Priority"), self.priority), (tr("Attempts at most"), self.attempts),
            (tr("Time limit"), self.timeout), (tr("Memory limit"), self.memory),
        )  # fmt: skip
        for number, (title, editor) in enumerate(cells):
            line, side = 1 + number // 2, 2 * (number % 2)
            label = _label(title, editor)
            grid.addWidget(label, line, side)
            grid.addWidget(editor, line, side + 1)
            self._of_one_job += (label, editor)
        grid.addWidget(self.run_on_label, 3, 0)
        grid.addWidget(self.run_on, 3, 1, 1, 3)
        grid.addWidget(self.keep, 4, 1, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def _arrange(self) -> None:
        """Show what goes with this start; what a schedule does not keep is not offered."""
        self.place.setCurrentIndex(self.when.currentIndex())
        for widget in self._of_one_job:
            widget.setVisible(not self.repeats)
        has_choice = self.run_on.place.count() > 1
        for widget in (self.run_on, self.run_on_label):
            widget.setVisible(has_choice and not self.repeats)
        self._say_place()

    def _unfold(self, is_open: bool) -> None:
        self._frame.setVisible(is_open)
        self.toggle.setIcon(icon("chevron_down" if is_open else "chevron_right", "muted"))
        if is_open and not self._has_offered:
            self._has_offered = True
            task = self._bridge.start(self._offer(), what=tr("Reading jobs"))
            self.destroyed.connect(task.cancel)

    async def _offer(self) -> None:
        """Offer the places to run on, and the jobs that have not ended, to wait for one of them."""
        await self._offer_places()
        where = JobFilter(statuses=ACTIVE)
        found = await self._bridge.ask(lambda queue: queue.list(where, limit=MOST_OFFERED))
        self._show_jobs([record for record in found if record.is_ours])

    async def _offer_places(self) -> None:
        places = await self._bridge.ask(lambda queue: queue.places())
        self._has_places = True
        self.run_on.offer(places)
        self.run_on.choose_for(self._kind)
        self._arrange()

    def _say_place(self) -> None:
        """Say also while it is folded that the job runs elsewhere."""
        place = None if self.repeats else self.run_on.place.currentData()
        text = tr("Options") if place is None else tr("Options · runs on {place}", place=place)
        self.toggle.setText(no_mnemonic(text))

    def _show_jobs(self, records: Sequence[JobRecord]) -> None:
        for record in records:
            self.after.addItem(record.job_name, record.id)
        if not records:
            self.after.addItem(tr("No job waits or runs."), "")


def _label(text: str, buddy: QWidget) -> QWidget:
    label = muted_label(text)
    label.setBuddy(buddy)
    buddy.setAccessibleName(text)
    return label


def _moment(chosen: QDateTime) -> datetime:
    return datetime.fromtimestamp(chosen.toSecsSinceEpoch(), UTC)
