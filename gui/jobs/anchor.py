"""The place in a table that one is reading, found again after rows came and went."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QTableView

from gui.jobs.table_model import JobTableModel


@dataclass(frozen=True)
class Anchor:
    """The first row in sight.

    Attributes:
        job_id: Its job.
        offset_px: Where it stands; negative where it is partly scrolled out.
    """

    job_id: str
    offset_px: int


@dataclass(frozen=True)
class Place:
    """What one was looking at, by job id.

    Attributes:
        anchor: The first row in sight.
        current_id: The row with the focus.
        selected: The selected jobs.
    """

    anchor: Anchor | None = None
    current_id: str = ""
    selected: tuple[str, ...] = ()


def anchor_of(view: QTableView, model: JobTableModel) -> Anchor | None:
    """Return the place one is reading; None at the very top, where new rows may push in."""
    row = view.rowAt(0)
    job_id = model.job_id(row) if row >= 0 else ""
    if not job_id or view.verticalScrollBar().value() == 0:
        return None
    return Anchor(job_id, view.rowViewportPosition(row))


def return_to(anchor: Anchor | None, view: QTableView, model: JobTableModel) -> None:
    """Scroll so that the row stands where it stood."""
    row = model.row_of(anchor.job_id) if anchor is not None else None
    if anchor is None or row is None:
        return
    moved_px = view.rowViewportPosition(row) - anchor.offset_px
    if moved_px:
        bar = view.verticalScrollBar()
        if bar.value() + moved_px > bar.maximum():
            view.updateGeometries()  # rows have come, and the bar does not know yet
        bar.setValue(bar.value() + moved_px)
