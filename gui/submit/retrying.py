"""A form for a job that failed: the fields that the failure talks about stand out."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from gui.i18n import tr
from gui.submit.job_form import JobFormPage
from queue_core.queue.job_record import JobRecord

MARGIN_PX = 60


def point_out(page: JobFormPage, record: JobRecord) -> None:
    """Outline the fields that *record* failed of, and bring the first one into sight."""
    said = f"{record.error_msg or ''}\n{record.error_hint or ''}"
    sentence = tr("The failure talks about this.")
    first: QWidget | None = None
    if page.params is not None:
        # Parameters of the component first: they are what one comes back to change.
        inner = (value for value in record.params.values() if isinstance(value, Mapping))
        values = {name: value for mapping in inner for name, value in mapping.items()}
        first = page.params.point_out(said, values, sentence)
    first = page.form.point_out(said, record.params, sentence) or first
    if first is not None:
        first.setFocus()
        QTimer.singleShot(0, first, lambda: _bring_into_sight(first))


def _bring_into_sight(widget: QWidget) -> None:
    """Scroll what holds the widget, once it has been laid out."""
    holder = widget.parentWidget()
    while holder is not None and not isinstance(holder, QScrollArea):
        holder = holder.parentWidget()
    if isinstance(holder, QScrollArea):
        holder.ensureWidgetVisible(widget, 0, MARGIN_PX)
