"""One place on the page: its state, what is free, its machines, and the jobs that it has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gui.format import format_percent
from gui.i18n import tr, tr_plural, translate_message
from gui.jobs.type_looks import type_word
from gui.places.machine_table import MachineTable
from gui.places.news import PlaceNews, machines_of, state_of, summary_of
from gui.plain_text import PlainLabel, as_typed, no_mnemonic
from gui.theme import STEP_PX, title_font
from gui.widgets import IconLabel, TextLabel, muted_label, row, set_role, text_button
from queue_core.places.configuration import RAY
from queue_core.queue.job_record import JobRecord, JobStatus

MOST_JOBS = 12
NAME_LETTERS = 60


class PlaceCard(QFrame):
    """A place.

    Attributes:
        machines: The table of its machines.

    Signals:
        job_wanted: The id of a job to go to.
    """

    job_wanted = Signal(str)

    def __init__(self, news: PlaceNews, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._jobs_shown: object = None
        self._icon = IconLabel("not_started", "muted")
        self._state = PlainLabel()
        self._summary = TextLabel(role="muted")
        self._problem = TextLabel(role="error")
        self._storage = TextLabel(role="error")
        self._facts = TextLabel(role="muted")
        self.machines = MachineTable()
        self._jobs = QVBoxLayout()
        self._jobs.setSpacing(0)
        self._build(news)
        self.show_news(news)

    def _build(self, news: PlaceNews) -> None:
        config = news.config
        name = PlainLabel(config.name.partition(":")[2])
        name.setFont(title_font())
        kind = muted_label(tr("Ray cluster") if config.kind == RAY else tr("SLURM cluster"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, STEP_PX * 3)
        layout.setSpacing(STEP_PX * 2)
        layout.addLayout(row(name, kind, None, self._icon, self._state))
        for label in (self._summary, self._problem, self._storage):
            layout.addWidget(label)
        layout.addWidget(self.machines)
        layout.addLayout(self._jobs)
        self._facts.set_text(_facts(news))
        layout.addWidget(self._facts)
        self.setAccessibleName(config.name)

    def show_news(self, news: PlaceNews) -> None:
        """Show what is known now."""
        word, icon_name, role = state_of(news)
        self._state.setText(word)
        self._icon.set_icon(icon_name, role)
        look = news.look
        _say(self._summary, summary_of(look) if look is not None and not look.problem else "")
        _say(self._problem, translate_message(look.problem) if look is not None else "")
        _say(self._storage, " ".join(translate_message(text) for text in news.storage if text))
        self.machines.show_machines(machines_of(news))
        self._show_jobs(news)

    def job_buttons(self) -> Sequence[QWidget]:
        """Return what leads to each job."""
        return [w for w in self.findChildren(QWidget) if w.property("role") == "link"]

    def _show_jobs(self, news: PlaceNews) -> None:
        records = news.jobs.records[:MOST_JOBS]
        told = [(r.id, r.job_name, r.status, r.node, r.place_note, r.progress) for r in records]
        shown = (told, news.jobs.running, news.jobs.waiting)
        if shown == self._jobs_shown:
            return
        self._jobs_shown = shown
        _clear(self._jobs)
        heading = muted_label(_counted(news))
        heading.setContentsMargins(0, STEP_PX, 0, STEP_PX)
        self._jobs.addWidget(heading)
        for record in records:
            self._jobs.addWidget(self._line(record))
        more = news.jobs.running + news.jobs.waiting - len(records)
        if records and more > 0:
            text = tr_plural("and {count} more", "and {count} more", more)
            self._jobs.addWidget(muted_label(text))

    def _line(self, record: JobRecord) -> QWidget:
        name = " ".join(record.job_name.split())
        short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        button = text_button(short, partial(self.job_wanted.emit, record.id), role="link")
        button.setText(no_mnemonic(short))
        button.setToolTip(as_typed(record.job_name))
        runs = record.status is JobStatus.STARTED
        icon = IconLabel(record.status.value, record.status.value)
        about = TextLabel(_about(record), role="muted", most_lines=2)
        line = QWidget()
        layout = row(icon, button, about)
        layout.setStretch(2, 1)
        line.setLayout(layout)
        line.setAccessibleName(
            tr("{job}, running", job=name) if runs else tr("{job}, waiting", job=name)
        )
        return line


def _about(record: JobRecord) -> str:
    """Return where a job is, how far, and what there is to say of it."""
    parts = [record.node or "", translate_message(record.place_note or "")]
    if record.progress is not None and record.status is JobStatus.STARTED:
        parts.insert(1, format_percent(record.progress / 100))
    return " · ".join(part for part in parts if part)


def _counted(news: PlaceNews) -> str:
    jobs = news.jobs
    if not jobs.running and not jobs.waiting:
        return tr("None of your jobs runs here or waits for it.")
    running = tr_plural(
        "{count} of your jobs runs here", "{count} of your jobs run here", jobs.running
    )
    waiting = tr_plural("{count} waits for it", "{count} wait for it", jobs.waiting)
    return f"{running} · {waiting}"


def _facts(news: PlaceNews) -> str:
    config = news.config
    parts = [tr("Storage: {storage}", storage=config.storage)]
    if config.partition:
        parts.append(tr("Partition: {name}", name=config.partition))
    if config.most_jobs:
        parts.append(
            tr_plural("at most {count} job at once", "at most {count} jobs at once",
                      config.most_jobs)
        )  # fmt: skip
    if config.default_for:
        types = ", ".join(map(type_word, config.default_for))
        parts.append(tr("Offered first for: {types}", types=types))
    return " · ".join(parts)


def _say(label: TextLabel, text: str) -> None:
    label.set_text(text)
    label.setVisible(bool(text))


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
