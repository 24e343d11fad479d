"""Combo boxes and fields with arrows that the mouse wheel never changes.

Qt lets the wheel change whatever lies under the pointer, so scrolling a form would edit it
unseen. Everywhere in the window these stand in place of Qt's own; a test looks.
"""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDateTimeEdit,
    QDoubleSpinBox,
    QSpinBox,
    QTimeEdit,
)


class Unwheeled:
    """Mixed in before a widget of Qt's: the wheel goes on to what scrolls around it.

    No widget itself: two wrapped bases in one class end in a crash of Qt's own making.
    """

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the parent."""
        event.ignore()


class ComboBox(Unwheeled, QComboBox):
    """One of a few values."""


class AnySpinBox(Unwheeled, QAbstractSpinBox):
    """Base of fields with arrows of our own."""


class SpinBox(Unwheeled, QSpinBox):
    """A whole number within bounds."""


class DoubleSpinBox(Unwheeled, QDoubleSpinBox):
    """A number within bounds."""


class TimeEdit(Unwheeled, QTimeEdit):
    """A time of day."""


class DateTimeEdit(Unwheeled, QDateTimeEdit):
    """A moment."""
