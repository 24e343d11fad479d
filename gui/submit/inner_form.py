"""What a group of parameters needs of the form within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.submit.pickers import Option
from gui.submit.schema import Field


class InnerForm(QWidget):
    """A form of several values, whatever it is made of.

    Signals:
        changed: A value changed; carries the parameter's name.
    """

    changed = Signal(str)

    def values(self) -> dict[str, Any]:
        """Return the value of every field that applies."""
        raise NotImplementedError

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show *values*; fields that they do not name keep theirs."""
        raise NotImplementedError

    def reset(self) -> None:
        """Put every field back to what the form started from."""
        raise NotImplementedError

    def errors(self) -> dict[str, str]:
        """Return, for each field that cannot be used as it is, the sentence that says why."""
        raise NotImplementedError

    def show_errors(self) -> bool:
        """Show every error; return whether there was any."""
        raise NotImplementedError

    def set_options(self, kind: str, options: Sequence[Option]) -> None:
        """Offer *options* in every field whose format is *kind*."""
        raise NotImplementedError

    def set_columns(self, columns: Sequence[Option]) -> None:
        """Offer columns."""
        raise NotImplementedError

    def point_out(self, said: str, values: Mapping[str, Any], sentence: str) -> QWidget | None:
        """Outline the fields that a failure talks about; return the first one of them."""
        raise NotImplementedError

    def fields_of_format(self, kind: str) -> tuple[Field, ...]:
        """Return the fields whose format is *kind*."""
        raise NotImplementedError
