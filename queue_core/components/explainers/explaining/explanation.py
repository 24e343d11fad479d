"""What an explainer is given: the model, rows that it is judged by, rows to explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from queue_core.components.explainers.explaining.explained_model import ExplainedModel
from queue_core.components.json_data import JsonMapping
from queue_core.components.progress import ProgressReporter, Silence
from queue_core.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """An order to an explainer.

    Attributes:
        model: What to explain.
        frame: Rows to judge the model by, and to draw backgrounds from, as pipelines take them.
        truth: Their class codes or numbers; None where there are none.
        frame_note: One sentence that says which rows these are.
        chosen: For local explainers the rows to explain, as pipelines take them.
        chosen_labels: What each of these rows is called.
        params: Parameters of the explainer, complete.
        seed: Start of all random numbers.
        name: What the run is called.
        progress: Who is told how far it is.
    """

    model: ExplainedModel
    frame: pd.DataFrame
    truth: np.ndarray | None = None
    frame_note: str = ""
    chosen: pd.DataFrame | None = None
    chosen_labels: tuple[str, ...] = ()
    params: JsonMapping = field(default_factory=dict)
    seed: int = 0
    name: str = "run"
    progress: ProgressReporter = field(default_factory=Silence)

    @property
    def subtitle(self) -> str:
        """What is explained, for the line below a figure's title."""
        target = f" · {self.model.target}" if self.model.target else ""
        return f"{self.name} · {self.model.title}{target}"

    def report(self, fraction: float | None, message: str) -> None:
        """Tell how far the work is."""
        self.progress.report(fraction, message)

    def sample(self, most: int, *, stream: int = 0) -> Sampled:
        """Return at most *most* rows to judge the model by, drawn at random, in order.

        Args:
            most: How many.
            stream: Another number draws other rows with the same seed.
        """
        total = len(self.frame)
        if total <= most:
            places = np.arange(total)
        else:
            random = np.random.default_rng([self.seed, stream])
            places = np.sort(random.choice(total, most, replace=False))
        words = f"{len(places):,} rows" if total <= most else f"{most:,} of {total:,} rows"
        note = f"{words}, drawn with seed {self.seed}" if total > most else f"all {words}"
        truth = None if self.truth is None else np.asarray(self.truth)[places]
        return Sampled(self.frame.iloc[places].reset_index(drop=True), truth, note)

    def rows_to_explain(self) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Return the chosen rows and their names.

        Raises:
            DataError: None were chosen.
        """
        if self.chosen is None or not len(self.chosen):
            raise DataError(
                "No rows were chosen to explain.", hint="Give the numbers of some rows, from 1."
            )
        return self.chosen.reset_index(drop=True), self.chosen_labels

    def output_places(self, parameter: str = "output") -> Sequence[int]:
        """Return the outputs to explain: the one that a parameter names, or all worth it.

        Raises:
            DataError: The model has no such class.
        """
        wanted = self.params.get(parameter)
        if wanted in (None, ""):
            return self.model.explained_outputs
        names = self.model.output_names
        if str(wanted) not in names:
            raise DataError(
                f"The model has no class “{wanted}”.",
                hint=f"Choose one of: {', '.join(names[:20])}.",
            )
        return (names.index(str(wanted)),)


@dataclass(frozen=True)
class Sampled:
    """Rows that were drawn.

    Attributes:
        frame: The rows.
        truth: Their class codes or numbers; None where there are none.
        note: Which rows these are, as part of a sentence.
    """

    frame: pd.DataFrame
    truth: np.ndarray | None
    note: str


def artifact_name(label: str) -> str:
    """Return the name of the result about a row, e.g. `row-1234` of `row 1,234`."""
    return label.replace(",", "").replace(" ", "-")


def value_text(value: object) -> str:
    """Return a value of a row for people, short."""
    if value is None or value != value:
        return "missing"
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= 24 else f"{text[:23]}…"
