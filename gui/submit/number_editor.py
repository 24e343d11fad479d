"""A field for numbers: any size, plain or scientific notation, with steps that fit the value."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from gui.inputs import AnySpinBox
from gui.submit.schema import Bounds


class NumberEditor(AnySpinBox):
    """A line for one number.

    Whatever was typed is kept and shown; `value` returns the text itself where it is no number,
    so that the form can say what is wrong with it. An empty line is None.

    Signals:
        changed: The text changed.
    """

    changed = Signal()

    def __init__(self, *, whole: bool, bounds: Bounds, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self._bounds = bounds
        self.setAccelerated(True)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.setMinimumWidth(90)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.lineEdit().textChanged.connect(lambda _text: self.changed.emit())

    def value(self) -> int | float | str | None:
        """Return the number, None for an empty line, the text where it is no number."""
        text = self.lineEdit().text().strip()
        if not text:
            return None
        number = parse_number(text, whole=self._whole)
        return text if number is None else number

    def set_value(self, value: object) -> None:
        """Show a number, or an empty line for None."""
        text = "" if value is None else str(value)
        if isinstance(value, float):  # every digit, with the language's decimal sign
            text = text.replace(".", QLocale().decimalPoint())
        self.lineEdit().setText(text)

    def set_placeholder(self, text: str) -> None:
        """Show *text* while the line is empty."""
        self.lineEdit().setPlaceholderText(text)

    # Qt

    def stepBy(self, steps: int) -> None:
        """Go up or down by a step of the value's own size."""
        value = self.value()
        if isinstance(value, str):
            return
        if value is None:
            value = 0 if self._bounds.lowest is None else self._bounds.lowest
        self.set_value(self._within(self._stepped(value, steps)))
        self.lineEdit().selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Allow steps within the bounds."""
        value = self.value()
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if isinstance(value, str) or self.isReadOnly():
            return flags
        if value is None or self._bounds.highest is None or value < self._bounds.highest:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if value is None or self._bounds.lowest is None or value > self._bounds.lowest:
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept every text: what is wrong is said beside the field, not refused."""
        return (QValidator.State.Acceptable, text, position)

    def fixup(self, text: str) -> str:
        """Leave the text alone."""
        return text

    def _stepped(self, value: float, steps: int) -> float:
        if self._whole:
            return int(value) + steps
        step = step_for(value, self._bounds, down=steps < 0)
        return float(f"{value + steps * step:.12g}")

    def _within(self, value: float) -> float:
        bounds = self._bounds
        if bounds.contain(value):
            return value
        if bounds.minimum is not None and value < bounds.minimum:
            return int(bounds.minimum) if self._whole else bounds.minimum
        if bounds.maximum is not None and value > bounds.maximum:
            return int(bounds.maximum) if self._whole else bounds.maximum
        current = self.value()
        return value if current is None or isinstance(current, str) else current


def step_for(value: float, bounds: Bounds, *, down: bool) -> float:
    """Return a step of the value's own size: 0.05 between 0 and 1, 10 for 340, 1e-5 for 1e-4."""
    size = abs(value)
    low, high = bounds.lowest, bounds.highest
    if low is not None and high is not None and high - low <= 1 and size >= 0.01:
        return 0.05
    if not size:
        return 0.1
    magnitude = math.floor(math.log10(size))
    if down and math.isclose(size, 10.0**magnitude):
        magnitude -= 1
    return float(10.0 ** (magnitude if size < 10 else magnitude - 1))


def parse_number(text: str, *, whole: bool) -> int | float | None:
    """Return the number that a person wrote, a comma for the point accepted; None if none."""
    plain = text.strip().replace("−", "-").replace("\u00a0", "").replace(" ", "")
    if QLocale().decimalPoint() == "," and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        number = float(plain)
    except ValueError:
        return None
    if math.isnan(number) or (whole and not (number.is_integer() and "e" in plain.lower())):
        return None
    return int(number) if whole else number
