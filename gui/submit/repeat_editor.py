"""How often a job repeats, in words; the rule of cron is there for whoever wants more."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QLocale, QTime, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gui.format import format_date
from gui.i18n import tr
from gui.inputs import ComboBox, TimeEdit
from gui.widgets import muted_label
from queue_core.errors import MonitorError
from queue_core.queue.schedules import next_run

HOURLY, DAILY, WORKDAYS, WEEKLY, BY_RULE = range(5)
FIRST_TIME = QTime(3, 0)


class RepeatEditor(QWidget):
    """Every [day] at [03:00], and below it when that will be next.

    Attributes:
        rhythm: Chooses between hours, days, workdays, weeks and a rule.
        rule: The rule of cron.

    Signals:
        changed: It is another rhythm.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rhythm = ComboBox()
        self.rhythm.addItems([
            tr("Every hour"), tr("Every day"), tr("Every workday"), tr("Every week"),
            tr("By a rule (cron)"),
        ])  # fmt: skip
        self.rhythm.setAccessibleName(tr("Repeat"))
        self.weekday = ComboBox()
        self.weekday.addItems([QLocale().dayName(day) for day in range(1, 8)])
        self.weekday.setAccessibleName(tr("Day of the week"))
        self.time = TimeEdit(FIRST_TIME)
        self.time.setAccessibleName(tr("Time"))
        self.time.lineEdit().setTextMargins(6, 0, 0, 0)
        self.rule = QLineEdit("0 3 * * *")
        self.rule.setAccessibleName(tr("By a rule (cron)"))
        self.rule.setToolTip(tr("Minute, hour, day of the month, month, day of the week."))
        self._next = muted_label()
        line = QHBoxLayout()
        line.setSpacing(8)
        for widget in (self.rhythm, self.weekday, self.time, self.rule):
            line.addWidget(widget)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._next)
        self.rhythm.currentIndexChanged.connect(self._refresh)
        self.weekday.currentIndexChanged.connect(self._refresh)
        self.time.timeChanged.connect(self._refresh)
        self.rule.textChanged.connect(self._refresh)
        self.rhythm.setCurrentIndex(DAILY)
        self._refresh()

    @property
    def cron(self) -> str:
        """The rhythm as a rule of cron."""
        at = self.time.time()
        clock = f"{at.minute()} {at.hour()}"
        return {
            HOURLY: f"{at.minute()} * * * *",
            DAILY: f"{clock} * * *",
            WORKDAYS: f"{clock} * * 1-5",
            WEEKLY: f"{clock} * * {(self.weekday.currentIndex() + 1) % 7}",
        }.get(self.rhythm.currentIndex(), self.rule.text().strip())

    def _refresh(self) -> None:
        rhythm = self.rhythm.currentIndex()
        self.weekday.setVisible(rhythm == WEEKLY)
        self.time.setVisible(rhythm != BY_RULE)
        # Of an hourly rhythm only the minutes count.
        self.time.setDisplayFormat(":mm" if rhythm == HOURLY else "HH:mm")
        self.rule.setVisible(rhythm == BY_RULE)
        self._next.setText(_next_words(self.cron))
        self.changed.emit()


def _next_words(cron: str) -> str:
    """Return when a rule comes due next; nothing while it is none."""
    try:
        moment = next_run(cron, datetime.now(UTC)).astimezone()
    except MonitorError:
        return ""
    days = (moment.date() - datetime.now(UTC).astimezone().date()).days
    clock = moment.strftime("%H:%M")
    if days == 0:
        return tr("Next run: today at {time}", time=clock)
    if days == 1:
        return tr("Next run: tomorrow at {time}", time=clock)
    return tr("Next run: {date} at {time}", date=format_date(moment), time=clock)
