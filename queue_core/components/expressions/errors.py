"""Mistakes in an expression, with the place where they are."""

from __future__ import annotations

from queue_core.errors import ParameterError


class ExpressionError(ParameterError):
    """An expression cannot be understood, or does not fit the columns.

    Attributes:
        source: The expression.
        position: Where the mistake is, from 0.
    """

    def __init__(self, problem: str, *, source: str, position: int, hint: str = "") -> None:
        place = source[position : position + 20].strip() or "the end"
        super().__init__(
            f"{problem} (character {position + 1}, at “{place}”).",
            parameter="expression",
            hint=hint or "Correct the expression and submit the job again.",
        )
        self.source = source
        self.position = position
