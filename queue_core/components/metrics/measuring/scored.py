"""What a metric sees: the truth, and what a model said of it."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from queue_core.components.component import Component


@dataclass(frozen=True, kw_only=True)
class Scored:
    """The rows of one split with the answers of a model.

    Attributes:
        truth: The output column: class codes 0..k-1, or numbers; None for clusters without labels.
        predicted: What the model said, in the same form; cluster numbers, -1 is noise.
        probabilities: Rows x classes; None where the model gives none.
        scores: Distance from the border (rows, or rows x classes); None where there is none.
        class_count: How many classes there are.
        matrix: The columns as the model saw them, for metrics of clusters.
        history: The output before the split, oldest first, for metrics of forecasts.
        period: Rows in a season, for metrics of forecasts.
        seed: Decides which rows are sampled where all would be too many.
    """

    truth: np.ndarray | None
    predicted: np.ndarray
    probabilities: np.ndarray | None = None
    scores: np.ndarray | None = None
    class_count: int = 0
    matrix: Any = None
    history: np.ndarray | None = None
    period: int = 1
    seed: int = 0

    @property
    def known(self) -> np.ndarray:
        """The truth, for those who cannot do without.

        Raises:
            ValueError: There is none.
        """
        if self.truth is None:
            raise ValueError("the truth is not known")
        return self.truth


def measure(component: Component, scored: Scored) -> float | None:
    """Return the value of a metric; None where it is not defined for these rows."""
    function = component.load()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(function(scored))
    except ValueError:
        return None  # e.g. the area under a curve with one class only
    return value if math.isfinite(value) else None
