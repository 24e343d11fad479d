"""A value in a table of results: how it reads, how it sorts, whether it is the best."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One value of one model.

    Attributes:
        text: What is shown.
        value: What it is sorted by; None where there is nothing.
        is_best: Whether no other model has a better one.
    """

    text: str
    value: float | str | None = None
    is_best: bool = False
