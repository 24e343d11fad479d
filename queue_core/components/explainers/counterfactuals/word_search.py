"""Looks for the fewest words of a text without which a model would answer otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from queue_core.components.explainers.counterfactuals.counterfactual_search import (
    Closeness,
    Goal,
    Option,
)
from queue_core.components.explainers.explaining.explained_model import ExplainedModel, OutputKind
from queue_core.components.explainers.explaining.explanation import value_text

MOST_LEFT_OUT = 40


@dataclass(frozen=True)
class WordSearch:
    """Leaves words out of one text.

    Attributes:
        model: The model with a column for each word.
        row: The text with the counts of its words.
        words: The words that may be left out, by the name of their column.
        wanted: How many options are wanted.
    """

    model: ExplainedModel
    row: pd.DataFrame
    words: tuple[str, ...]
    wanted: int

    def run(self, goal: Goal, closeness: Closeness) -> list[Option]:
        """Return the options, those with the fewest words first.

        Args:
            goal: What to reach.
            closeness: How near rows of outputs are to it; more is nearer.
        """
        if bool(goal.reaches(self.model.outputs(self.row))[0]):
            return []
        blocked: set[str] = set()
        found: list[Option] = []
        for _ in range(self.wanted):
            chosen = self._without(goal, closeness, blocked)
            if not chosen:
                break
            found.append(self._option(chosen))
            # The next option has to do without the word that helped most.
            blocked.add(chosen[0])
        return sorted(found, key=lambda option: option.distance)

    def _without(self, goal: Goal, closeness: Closeness, blocked: set[str]) -> tuple[str, ...]:
        """Return words without which the goal is reached, none of them for nothing."""
        out: list[str] = []
        while len(out) < MOST_LEFT_OUT:
            rest = [word for word in self.words if word not in blocked and word not in out]
            if not rest:
                return ()
            tries = pd.concat([self._row_without([*out, word]) for word in rest])
            outputs = self.model.outputs(tries.reset_index(drop=True))
            reached = goal.reaches(outputs)
            near = np.where(reached, np.inf, closeness(outputs))
            best = int(np.argmax(near))
            out.append(rest[best])
            if reached[best]:
                return tuple(self._pruned(out, goal))
        return ()

    def _pruned(self, out: list[str], goal: Goal) -> list[str]:
        kept = list(out)
        for word in out[:-1]:
            fewer = [name for name in kept if name != word]
            if fewer and bool(goal.reaches(self.model.outputs(self._row_without(fewer)))[0]):
                kept = fewer
        return kept

    def _row_without(self, names: list[str]) -> pd.DataFrame:
        return self.row.assign(**dict.fromkeys(names, 0.0))

    def _option(self, names: tuple[str, ...]) -> Option:
        changed = self._row_without(list(names))
        outputs = self.model.outputs(changed)[0]
        after = (
            value_text(float(outputs[0]))
            if self.model.kind is OutputKind.VALUE
            else f"“{self.model.output_names[int(outputs.argmax())]}”"
        )
        values = {str(name): changed[name].iloc[0] for name in changed.columns}
        return Option(values, names, after, len(names) / max(len(self.words), 1))
