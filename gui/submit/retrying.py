"""A form for a job that failed: the fields that the failure talks about stand out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from gui.i18n import tr
from gui.submit.form import SchemaForm
from gui.submit.job_form import JobFormPage
from queue_core.queue.job_record import JobRecord

MARGIN_PX = 60


def point_out(page: JobFormPage, record: JobRecord) -> None:
    """Outline the fields that *record* failed of, and bring the first one into sight."""
    said, sentence = _said(record), _sentence()
    first: QWidget | None = None
    if page.params is not None:
        # Parameters of the component first: they are what one comes back to change.
        inner = (value for value in record.params.values() if isinstance(value, Mapping))
        values = {name: value for mapping in inner for name, value in mapping.items()}
        first = page.params.point_out(said, values, sentence)
    _go_to(page.form.point_out(said, record.params, sentence) or first)


def point_out_in(form: SchemaForm, record: JobRecord, values: Mapping[str, Any]) -> None:
    """Outline the fields of one form that *record*, which had *values*, failed of; go to them."""
    _go_to(form.point_out(_said(record), values, _sentence()))


def _said(record: JobRecord) -> str:
    return f"{record.error_msg or ''}\n{record.error_hint or ''}"


def _sentence() -> str:
    return tr("The failure talks about this.")


def _go_to(field: QWidget | None) -> None:
    if field is not None:
        field.setFocus(Qt.FocusReason.TabFocusReason)
        QTimer.singleShot(0, field, lambda: _bring_into_sight(field))


def _bring_into_sight(widget: QWidget) -> None:
    """Scroll what holds the widget, once it has been laid out."""
    holder = widget.parentWidget()
    while holder is not None and not isinstance(holder, QScrollArea):
        holder = holder.parentWidget()
    if isinstance(holder, QScrollArea):
        holder.ensureWidgetVisible(widget, 0, MARGIN_PX)
