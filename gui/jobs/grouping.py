"""Headings between the rows of the jobs table: jobs of one status, type or day together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QTableView

from gui.format import format_date
from gui.i18n import mark, tr
from gui.jobs.columns import component_of, dataset_of
from gui.jobs.presentation import status_word
from gui.jobs.table_model import JobTableModel
from gui.jobs.type_looks import type_word
from gui.plain_text import one_line
from gui.theme import STEP_PX, body_font, colours
from queue_core.queue.job_record import JobRecord
from queue_core.queue.values import JobOrder

HEADING_PX = 30


@dataclass(frozen=True)
class GroupKind:
    """By what jobs may stand together.

    Attributes:
        name: What it is called in code and in what is remembered.
        title: What the user reads, in English.
        order: The order in which they do.
        heading: What stands above those of one group.
    """

    name: str
    title: str
    order: JobOrder
    heading: Callable[[JobRecord], str]


GROUPS = (
    GroupKind(
        "status", mark("Status"), JobOrder("status"), lambda record: status_word(record.status)
    ),
    GroupKind(
        "type", mark("Type"), JobOrder("task_type"), lambda record: type_word(record.task_type)
    ),
    GroupKind(
        "day", mark("Day"), JobOrder(), lambda record: format_date(record.enqueued_at.astimezone())
    ),
    GroupKind(
        "dataset", mark("Dataset"), JobOrder("dataset"),
        lambda record: dataset_of(record) or tr("No dataset"),
    ),
    GroupKind(
        "component", mark("Component"), JobOrder("component"),
        lambda record: component_of(record) or tr("No component"),
    ),
)  # fmt: skip


class Grouping:
    """Says above which rows a heading stands, and paints it.

    Attributes:
        kind: By what the jobs stand together; None: by nothing.
    """

    def __init__(self, model: JobTableModel) -> None:
        self._jobs = model
        self.kind: GroupKind | None = None

    @property
    def name(self) -> str:
        """The name of the kind; nothing where there is none."""
        return "" if self.kind is None else self.kind.name

    def choose(self, name: str) -> GroupKind | None:
        """Group by the kind of this name, or by nothing; return it."""
        self.kind = next((kind for kind in GROUPS if kind.name == name), None)
        return self.kind

    def heading(self, row: int) -> str:
        """Return what stands above a row; nothing where its group began further above."""
        record = None if self.kind is None else self._jobs.record(row)
        if self.kind is None or record is None:
            return ""
        text = self.kind.heading(record)
        above = self._jobs.record(row - 1) if row else None
        if row and (above is None or self.kind.heading(above) == text):
            return ""
        return text

    def paint(self, view: QTableView) -> None:
        """Paint the headings of the rows in sight over the whole width."""
        if self.kind is None:
            return
        first, last = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
        last = self._jobs.rowCount() - 1 if last < 0 else last
        painter = QPainter(view.viewport())
        for row in range(max(0, first), last + 1):
            text = self.heading(row)
            if text:
                top = view.rowViewportPosition(row)
                _paint(painter, QRect(0, top, view.viewport().width(), HEADING_PX), text)
        painter.end()


def _paint(painter: QPainter, band: QRect, text: str) -> None:
    shown = colours()
    painter.fillRect(band, shown.role("window"))
    painter.fillRect(band.adjusted(0, band.height() - 1, 0, 0), shown.role("border"))
    font = body_font(semibold=True)
    painter.setFont(font)
    painter.setPen(shown.role("text"))
    inner = band.adjusted(STEP_PX * 2, 0, -STEP_PX * 2, 0)
    cut = QFontMetrics(font).elidedText(one_line(text), Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, cut)
