"""What a correlation is measured by: it depends on the types of both columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queue_core.components.stored_dataset import ColumnInfo

_NUMBERS = {
    "mixed": "Pearson r",
    "pearson": "Pearson r",
    "spearman": "Spearman ρ",
    "kendall": "Kendall τ",
}
RATIO = "Correlation ratio η"
CRAMER = "Cramér's V"
_RANGES = {
    **{name: f"{name} between numbers: from −1 to 1." for name in _NUMBERS.values()},
    RATIO: f"{RATIO} between a number and a category: from 0 to 1, without a sign.",
    CRAMER: f"{CRAMER} between categories: from 0 to 1, without a sign.",
}
_CORRECTED = (
    "η and V are corrected for the number of groups, and 0 where chance alone explains them "
    "(p > 0.01)."
)


@dataclass(frozen=True)
class Measures:
    """The measures of a matrix of correlations.

    Attributes:
        numbers: What stands between two numbers.
        are_numbers: For each column whether it holds numbers.
    """

    numbers: str
    are_numbers: tuple[bool, ...]

    @classmethod
    def of(cls, infos: Sequence[ColumnInfo], method: str) -> Measures:
        """Return the measures between columns by a method."""
        return cls(_NUMBERS[method], tuple(info.type.is_number for info in infos))

    def between(self, one: int, other: int) -> str:
        """Return what the correlation of two columns, named by place, is measured by."""
        count = self.are_numbers[one] + self.are_numbers[other]
        return (CRAMER, RATIO, self.numbers)[count]

    @property
    def used(self) -> tuple[str, ...]:
        """The measures between different columns."""
        numbers = sum(self.are_numbers)
        others = len(self.are_numbers) - numbers
        found = ((self.numbers, numbers > 1), (RATIO, numbers and others), (CRAMER, others > 1))
        return tuple(name for name, is_there in found if is_there)

    @property
    def have_sign(self) -> bool:
        """Whether some can be below 0."""
        return self.numbers in self.used

    @property
    def label(self) -> str:
        """What the colours mean."""
        used = self.used
        if len(used) == 1:
            return used[0]
        return "Correlation: " + ", ".join(name.rpartition(" ")[2] for name in used)

    @property
    def notes(self) -> list[str]:
        """What is measured, in sentences."""
        notes = [_RANGES[name] for name in self.used]
        return [*notes, _CORRECTED] if self.used != (self.numbers,) else notes
