"""A field for numbers: any size, plain or scientific notation, with steps that fit the value."""

from __future__ import annotations

import math

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from gui.i18n import tr
from gui.inputs import AnySpinBox
from gui.submit.schema import Bounds, Several


class NumberEditor(AnySpinBox):
    """A line for one number.

    Whatever was typed is kept and shown; `value` returns the text itself where it is no number,
    so that the form can say what is wrong with it. An empty line is None.

    Signals:
        changed: The text changed.
    """

    changed = Signal()

    def __init__(
        self, *, whole: bool, bounds: Bounds, takes_several: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Make the field.

        Args:
            whole: Whether only whole numbers are numbers.
            bounds: What steps stay within.
            takes_several: Whether a list such as "4, 8, 16" is a value: `Several`.
            parent: The widget it belongs to.
        """
        super().__init__(parent)
        self._whole = whole
        self._takes_several = takes_several
        self._bounds = bounds
        self.setAccelerated(True)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.setMinimumWidth(90)
        self.lineEdit().setTextMargins(6, 0, 0, 0)
        self.lineEdit().textChanged.connect(lambda _text: self.changed.emit())

    def value(self) -> int | float | str | Several | None:
        """Return the number, None for an empty line, the text where it is no number."""
        text = self.lineEdit().text().strip()
        if not text:
            return None
        number = parse_number(text, whole=self._whole)
        if number is None and self._takes_several:
            return parse_numbers(text, whole=self._whole) or text
        return text if number is None else number

    def set_value(self, value: object) -> None:
        """Show a number, several, or an empty line for None."""
        if isinstance(value, Several):
            between = "; " if QLocale().decimalPoint() == "," else ", "
            text = between.join(tr("Not set") if v is None else _shown(v) for v in value.values)
        else:
            text = "" if value is None else _shown(value)
        self.lineEdit().setText(text)

    def set_placeholder(self, text: str) -> None:
        """Show *text* while the line is empty."""
        self.lineEdit().setPlaceholderText(text)

    # Qt

    def stepBy(self, steps: int) -> None:
        """Go up or down by a step of the value's own size."""
        value = self.value()
        if isinstance(value, str | Several):
            return
        if value is None:
            value = 0 if self._bounds.lowest is None else self._bounds.lowest
        self.set_value(self._within(self._stepped(value, steps)))
        self.lineEdit().selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Allow steps within the bounds."""
        value = self.value()
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if isinstance(value, str | Several) or self.isReadOnly():
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
        return current if isinstance(current, int | float) else value


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


def parse_numbers(text: str, *, whole: bool) -> Several | None:
    """Return the numbers of a list such as "4, 8, 16" or "0,1; 0,2"; None where it is none.

    "None" stands for no value. What is there twice counts once.
    """
    for mark in (";", ", ", ","):
        parts = [part.strip() for part in text.split(mark) if part.strip()]
        found = [_number_or_none(part, whole=whole) for part in parts]
        if len(parts) > 1 and _NO_NUMBER not in found:
            distinct = tuple(dict.fromkeys(found))
            return Several(distinct) if len(distinct) > 1 else None
    return None


_NO_NUMBER = "?"


def _number_or_none(text: str, *, whole: bool) -> float | str | None:
    """Return the number that a part of a list is, None for "none", `_NO_NUMBER` for all else."""
    if text.casefold() in ("none", tr("Not set").casefold()):
        return None
    number = parse_number(text, whole=whole)
    return _NO_NUMBER if number is None else number


def _shown(value: object) -> str:
    """Return every digit, with the language's decimal sign."""
    text = str(value)
    return text.replace(".", QLocale().decimalPoint()) if isinstance(value, float) else text
