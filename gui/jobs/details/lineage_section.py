"""Where a job comes from and what became of it: what it repeats, what it was told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from gui.bridge import Bridge
from gui.i18n import tr
from gui.jobs.details.differences import Difference, differences
from gui.plain_text import as_typed, no_mnemonic
from gui.theme import STEP_PX
from gui.throttle import Throttle
from gui.widgets import TextLabel, muted_label, row, text_button
from queue_core.queue.job_record import JobRecord

READ_INTERVAL_S = 1.0
NAME_LETTERS = 60
MOST_SHOWN = 12


class LineageSection(QWidget):
    """The job that this one repeats with what differs, and the one that solved it.

    Signals:
        job_wanted: The id of a job to show.
    """

    job_wanted = Signal(str)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._record: JobRecord | None = None
        self._retry_of = text_button("", partial(self._go, "retry_of"), role="link")
        self._solved_by = text_button("", partial(self._go, "solved_by"), role="link")
        self._nothing = muted_label(tr("With the same parameters."))
        self._changes = QWidget()
        self._grid = QGridLayout(self._changes)
        self._lines = (
            _line(tr("Retry of"), self._retry_of), _line(tr("Solved by"), self._solved_by)
        )  # fmt: skip
        self._build()
        self._read = Throttle(
            bridge, self._look, what=tr("Reading what a job repeats"),
            interval_s=READ_INTERVAL_S, parent=self,
        )  # fmt: skip

    def show_record(self, record: JobRecord) -> None:
        """Show where a job comes from."""
        before, self._record = self._record, record
        if before is not None and _links(before) == _links(record):
            return
        self.hide()
        if record.retry_of or record.solved_by:
            self._read.request_now()

    async def _look(self) -> None:
        record = self._record
        if record is None:
            return
        ids = [job_id for job_id in (record.retry_of, record.solved_by) if job_id]
        found = await self._bridge.records(ids)
        if self._record is not None and self._record.id == record.id:
            self._show(record, found)

    def _show(self, record: JobRecord, found: Mapping[str, JobRecord]) -> None:
        earlier = found.get(record.retry_of or "")
        for button, other in (
            (self._retry_of, earlier), (self._solved_by, found.get(record.solved_by or "")),
        ):  # fmt: skip
            _name(button, other)
        changed = differences(record.task_type, earlier.params, record.params) if earlier else ()
        self._nothing.setVisible(earlier is not None and not changed)
        self._show_changes(changed)
        for line, wanted in zip(self._lines, (record.retry_of, record.solved_by), strict=True):
            line.setVisible(bool(wanted))
        self.show()

    def _show_changes(self, changed: tuple[Difference, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, change in enumerate(changed[:MOST_SHOWN]):
            top = Qt.AlignmentFlag.AlignTop
            text = tr("{before} → {after}", before=change.before, after=change.after)
            self._grid.addWidget(TextLabel(change.label, role="muted"), number, 0, top)
            self._grid.addWidget(TextLabel(text, most_lines=3), number, 1, top)
        if len(changed) > MOST_SHOWN:
            self._grid.addWidget(TextLabel(tr("and more"), role="muted"), MOST_SHOWN, 0)
        self._changes.setVisible(bool(changed))

    def _go(self, name: str) -> None:
        wanted = getattr(self._record, name, None)
        if wanted:
            self.job_wanted.emit(wanted)

    def _build(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(STEP_PX * 4)
        self._grid.setVerticalSpacing(STEP_PX)
        self._grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(STEP_PX * 4, STEP_PX * 3, STEP_PX * 4, 0)
        layout.setSpacing(STEP_PX)
        repeated, solved = self._lines
        layout.addWidget(solved)
        layout.addWidget(repeated)
        layout.addWidget(self._nothing)
        layout.addWidget(self._changes)
        self.hide()


def _line(title: str, button: QPushButton) -> QWidget:
    holder = QWidget()
    holder.setLayout(row(muted_label(title), button, None))
    return holder


def _links(record: JobRecord) -> tuple[object, ...]:
    return record.id, record.retry_of, record.solved_by


def _name(button: QPushButton, record: JobRecord | None) -> None:
    """Write the name of a job on a button; one that was removed cannot be gone to."""
    name = tr("a job that was removed") if record is None else record.job_name
    short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
    button.setText(no_mnemonic(" ".join(short.split())))
    button.setToolTip(as_typed(name))
    button.setEnabled(record is not None)
