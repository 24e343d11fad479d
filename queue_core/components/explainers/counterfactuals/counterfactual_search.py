"""Looks for the smallest changes of one row that reach another prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from queue_core.components.explainers.counterfactuals.dice import dice_rows
from queue_core.components.explainers.counterfactuals.distances import RowDistance
from queue_core.components.explainers.explaining.explained_model import OutputKind
from queue_core.components.explainers.explaining.explanation import Explanation, value_text
from queue_core.components.progress import Span

_HALVINGS = 7
# So many groups of columns are tried at a time.
_GROUPS = 32
# So many examples are tried for each option asked for.
_TRIED = 6

Reaches = Callable[[np.ndarray], np.ndarray]
Closeness = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Goal:
    """What is to be reached for one row.

    Attributes:
        words: The goal, e.g. `“yes”` or `at least 3.2`.
        reaches: Whether rows of outputs are there.
        before: The prediction of the row in words.
        closeness: How near rows of outputs are; more is nearer.
    """

    words: str
    reaches: Reaches
    before: str
    closeness: Closeness


@dataclass(frozen=True)
class Option:
    """One way to reach the goal: a changed row, and the columns that changed."""

    values: dict[str, Any]
    columns: tuple[str, ...]
    after: str
    distance: float


@dataclass(frozen=True)
class Search:
    """Looks for ways to change one row.

    Attributes:
        order: The model, and the parameters `options` and `method`.
        row: The row.
        examples: Rows to start from.
        distance: How far rows are from each other.
        changeable: Columns that may change.
        progress: Who is told how far it is.
    """

    order: Explanation
    row: pd.DataFrame
    examples: pd.DataFrame
    distance: RowDistance
    changeable: tuple[str, ...]
    progress: Span

    def run(self, goal: Goal, reaching: np.ndarray) -> list[Option]:
        """Return the options, those with the fewest and smallest changes first.

        Args:
            goal: What to reach.
            reaching: Which examples are there already.
        """
        if bool(goal.reaches(self.order.model.outputs(self.row))[0]):
            return []
        wanted = self.order.params["options"]
        if self.order.params["method"] == "dice":
            return _ranked(self._drawn(goal))[:wanted]
        found = self._from_examples(goal, reaching)[:wanted]
        return _ranked(self._refined(option, goal) for option in found)

    def _from_examples(self, goal: Goal, reaching: np.ndarray) -> list[Option]:
        """Return options that change different columns, in as many rounds as that takes."""
        wanted = self.order.params["options"]
        blocked: set[str] = set()
        found: list[Option] = []
        for number in range(wanted):
            allowed = tuple(name for name in self.changeable if name not in blocked)
            span = Span(self.progress, number / wanted, (number + 1) / wanted)
            ranked = _ranked([*found, *self._one_round(goal, reaching, allowed, span)])
            if len(ranked) == len(found) or len(ranked) >= wanted:
                return ranked
            # The next round has to do without the column that the easiest way changes most.
            own = self._values(self.row)
            best = next(option for option in ranked if not blocked & set(option.columns))
            blocked.add(
                max(
                    best.columns,
                    key=lambda name: self.distance.of_column(name, own, best.values),
                )
            )
            found = ranked
        return found

    def _one_round(
        self, goal: Goal, reaching: np.ndarray, allowed: tuple[str, ...], progress: Span
    ) -> Iterator[Option]:
        candidates = np.flatnonzero(reaching)
        if not len(candidates) or not allowed:
            return
        far = self.distance.between(self.row, self.examples.iloc[candidates], allowed)
        count = _TRIED * self.order.params["options"]
        nearest = candidates[np.argsort(far, kind="stable")[:count]]
        for done, place in enumerate(nearest):
            progress.step(done, len(nearest), "trying to change less")
            option = self._shrunk(self.examples.iloc[[place]], goal, allowed)
            if option is not None:
                yield option

    def _drawn(self, goal: Goal) -> Iterator[Option]:
        self.progress.report(0.0, "drawing rows")
        drawn = dice_rows(self.order, self.row, self.examples, self.changeable, goal.reaches)
        own = self._values(self.row)
        for place in range(len(drawn)):
            changed = self._values(drawn.iloc[[place]])
            columns = tuple(
                name for name in self.changeable if not _is_same(own[name], changed[name])
            )
            if columns and self._reach(goal, [changed])[0]:
                yield self._option(own, changed, columns)

    def _shrunk(self, example: pd.DataFrame, goal: Goal, allowed: tuple[str, ...]) -> Option | None:
        """Take back as many of the differences to an example as the goal allows."""
        own, changed = self._values(self.row), self._values(self.row)
        for name in allowed:
            changed[name] = example[name].iloc[0]
        columns = [name for name in allowed if not _is_same(own[name], changed[name])]
        if not self._reach(goal, [changed])[0]:
            return None
        columns = self._without_groups(goal, own, changed, columns)
        while len(columns) > 1:
            trials = [{**changed, name: own[name]} for name in columns]
            reached = self._reach(goal, trials)
            free = [name for name, works in zip(columns, reached, strict=True) if works]
            if not free:
                break
            # What is farthest from the row is taken back first: the rest changes least.
            name = max(free, key=lambda item: self.distance.of_column(item, own, changed))
            changed[name] = own[name]
            columns.remove(name)
        return self._option(own, changed, columns)

    def _without_groups(
        self, goal: Goal, own: dict[str, Any], changed: dict[str, Any], columns: list[str]
    ) -> list[str]:
        """Take back whole groups of differences until few are left or no group can be spared.

        One at a time takes as many tries as the square of the columns; halving the groups that
        are tried, as delta debugging does (Zeller and Hildebrandt, 2002), takes a few hundred.
        """
        size = len(columns) // _GROUPS
        while size and len(columns) > _GROUPS:
            far = {name: self.distance.of_column(name, own, changed) for name in columns}
            columns = sorted(columns, key=lambda name: -far[name])
            groups = [columns[start : start + size] for start in range(0, len(columns), size)]
            spared = self._spared(goal, own, changed, groups)
            if not spared:
                size //= 2
                continue
            changed.update({name: own[name] for name in spared})
            columns = [name for name in columns if name not in spared]
            size = min(size, len(columns) // _GROUPS)
        return columns

    def _spared(
        self,
        goal: Goal,
        own: dict[str, Any],
        changed: dict[str, Any],
        groups: Sequence[Sequence[str]],
    ) -> frozenset[str]:
        """Return the columns of as many groups as can be taken back together."""
        for start in range(0, len(groups), _GROUPS):
            some = groups[start : start + _GROUPS]
            trials = [{**changed, **{name: own[name] for name in group}} for group in some]
            reached = self._reach(goal, trials)
            free = [group for group, works in zip(some, reached, strict=True) if works]
            together: dict[str, Any] = {}
            trials = []
            for group in free:
                together = {**together, **{name: own[name] for name in group}}
                trials.append({**changed, **together})
            if not trials:
                continue
            works = self._reach(goal, trials)
            count = int(np.flatnonzero(works)[-1]) + 1
            return frozenset(name for group in free[:count] for name in group)
        return frozenset()

    def _refined(self, option: Option, goal: Goal) -> Option:
        """Move the numbers of an option as near to their first values as the goal allows."""
        own, changed = self._values(self.row), dict(option.values)
        for name in option.columns:
            changed[name] = self._nearer(name, own, changed, goal)
        return self._option(own, changed, option.columns)

    def _option(
        self, own: dict[str, Any], changed: dict[str, Any], columns: Iterable[str]
    ) -> Option:
        names = tuple(columns)
        far = sum(self.distance.of_column(name, own, changed) for name in names)
        return Option(changed, names, self._after(changed), far)

    def _nearer(self, name: str, own: dict[str, Any], changed: dict[str, Any], goal: Goal) -> Any:
        """Move a number as near to its first value as the goal allows."""
        start, end = own[name], changed[name]
        if not self.distance.is_number(name) or start != start or end != end:
            return end
        for _ in range(_HALVINGS):
            middle = self.distance.rounded(name, (float(start) + float(end)) / 2)
            if middle in (start, end):
                break
            if self._reach(goal, [{**changed, name: middle}])[0]:
                end = middle
            else:
                start = middle
        return end

    def _values(self, row: pd.DataFrame) -> dict[str, Any]:
        return {str(name): row[name].iloc[0] for name in row.columns}

    def _frame(self, trials: list[dict[str, Any]]) -> pd.DataFrame:
        # Numbers as one block: a frame of thousands of single columns takes far longer to make.
        dtypes = {str(name): dtype for name, dtype in self.row.dtypes.items()}
        numbers = [name for name, dtype in dtypes.items() if dtype == np.float64]
        block = np.array([[trial[name] for name in numbers] for trial in trials], dtype=float)
        others = {
            name: pd.array([trial[name] for trial in trials], dtype=dtype)
            for name, dtype in dtypes.items()
            if dtype != np.float64
        }
        parts = [pd.DataFrame(block, columns=numbers), pd.DataFrame(others)]
        return pd.concat(parts, axis=1)[list(dtypes)] if others else parts[0]

    def _reach(self, goal: Goal, trials: list[dict[str, Any]]) -> np.ndarray:
        return goal.reaches(self.order.model.outputs(self._frame(trials)))

    def _after(self, changed: dict[str, Any]) -> str:
        outputs = self.order.model.outputs(self._frame([changed]))[0]
        if self.order.model.kind is OutputKind.VALUE:
            return value_text(float(outputs[0]))
        return f"“{self.order.model.output_names[int(outputs.argmax())]}”"


def _ranked(found: Iterable[Option]) -> list[Option]:
    """Return the nearest option for each set of changed columns, fewest changes first."""
    options: dict[frozenset[str], Option] = {}
    for option in found:
        key = frozenset(option.columns)
        if key not in options or option.distance < options[key].distance:
            options[key] = option
    return sorted(options.values(), key=lambda item: (len(item.columns), item.distance))


def _is_same(first: object, second: object) -> bool:
    return bool(first == second) or (first != first and second != second)
