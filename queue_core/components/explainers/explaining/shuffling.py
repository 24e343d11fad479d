"""Predictions after the values of one column changed places among the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queue_core.components.explainers.explaining.explained_model import ExplainedModel


class ShuffledOutputs:
    """Asks a model about rows in which one column is shuffled.

    Where each prepared column comes from one input column, as in the pipelines of this program,
    the rows are prepared once: shuffling what a column was made into is the same as shuffling it.
    With thousands of columns that saves nearly all the time.

    Args:
        model: The model.
        frame: The rows, as its pipeline takes them.

    Attributes:
        unshuffled: Rows x outputs as the rows are.
    """

    def __init__(self, model: ExplainedModel, frame: pd.DataFrame) -> None:
        self._model = model
        self._frame = frame
        self._places: dict[str, list[int]] = {}
        self._prepared = prepared = model.prepare(frame)
        self._matrix: np.ndarray | None = None
        if model.has_separate_columns and type(prepared) is np.ndarray:
            self._matrix = prepared.copy()
            for place, name in enumerate(model.sources):
                self._places.setdefault(name, []).append(place)
        self.unshuffled = model.outputs_of(prepared)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._frame)

    def of(self, column: str, order: np.ndarray) -> np.ndarray:
        """Return rows x outputs where row i has the value of *column* of row `order[i]`."""
        if self._matrix is None:
            values = self._frame[column].to_numpy()[order]
            return self._model.outputs(self._frame.assign(**{column: values}))
        places = self._places.get(column, [])
        self._matrix[:, places] = self._prepared[np.ix_(order, np.asarray(places, dtype=int))]
        outputs = self._model.outputs_of(self._matrix)
        self._matrix[:, places] = self._prepared[:, places]
        return outputs
