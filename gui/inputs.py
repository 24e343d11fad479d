"""Combo boxes and fields with arrows that the mouse wheel never changes.

Qt lets the wheel change whatever lies under the pointer, so scrolling a form would edit it
unseen. Everywhere in the window these stand in place of Qt's own; a test looks.
"""

from __future__ import annotations

from PySide6.QtGui import QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDateTimeEdit,
    QDoubleSpinBox,
    QLabel,
    QSpinBox,
    QTimeEdit,
)

from gui.plain_text import PlainLabel, no_mnemonic


class Unwheeled:
    """Mixed in before a widget of Qt's: the wheel goes on to what scrolls around it.

    No widget itself: two wrapped bases in one class end in a crash of Qt's own making.
    """

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the parent."""
        event.ignore()


class ComboBox(Unwheeled, QComboBox):
    """One of a few values."""

    def showEvent(self, event: QShowEvent) -> None:
        """Have a label: on Linux a reader hears the value as the name, and asks labels for more."""
        super().showEvent(event)
        place = self.parentWidget()
        beside = place.findChildren(QLabel) if place is not None else []
        if self.accessibleName() and not any(label.buddy() is self for label in beside):
            label = PlainLabel(no_mnemonic(self.accessibleName()), place)
            label.setBuddy(self)
            label.hide()


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
