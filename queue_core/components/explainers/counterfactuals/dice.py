"""Counterfactuals drawn by the package DiCE (dice-ml)."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from queue_core.components.explainers.explaining.explanation import Explanation
from queue_core.components.explainers.explaining.row_codec import RowCodec
from queue_core.errors import MissingPackageError

_GOAL = "(goal)"
_SHRINKING_STEPS = 200


class _GoalModel:
    """What DiCE asks: whether rows reach the goal, as the probability of a class."""

    def __init__(
        self, order: Explanation, codec: RowCodec, reaches: Callable[[np.ndarray], np.ndarray]
    ) -> None:
        self._order = order
        self._codec = codec
        self._reaches = reaches

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        """Return rows x 2: whether the goal is missed and reached."""
        matrix = frame[list(self._codec.columns)].to_numpy(dtype=float)
        reached = self._reaches(self._order.model.outputs(self._codec.decode(matrix)))
        share = np.asarray(reached, dtype=float)
        return np.column_stack([1 - share, share])

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return whether rows reach the goal, as 0 or 1."""
        return self.predict_proba(frame).argmax(axis=1)


def dice_rows(
    order: Explanation,
    row: pd.DataFrame,
    examples: pd.DataFrame,
    changeable: Sequence[str],
    reaches: Callable[[np.ndarray], np.ndarray],
) -> pd.DataFrame:
    """Return changed rows that reach a goal, as pipelines take them; none if DiCE finds none.

    Args:
        order: The model, the seed, and the parameter `options`.
        row: The row to change.
        examples: Rows that tell which values there are.
        changeable: Columns that may change.
        reaches: Tells of rows of outputs whether they reach the goal.

    Raises:
        MissingPackageError: The package is not installed.
    """
    codec = RowCodec.of([examples, row], order.model.columns)
    model = _GoalModel(order, codec, reaches)
    drawn = _drawn(order, model, codec, row, examples, changeable)
    if drawn is None or drawn.empty:
        return row.head(0)
    return codec.decode(drawn[list(codec.columns)].to_numpy(dtype=float))


def _drawn(
    order: Explanation,
    model: _GoalModel,
    codec: RowCodec,
    row: pd.DataFrame,
    examples: pd.DataFrame,
    changeable: Sequence[str],
) -> pd.DataFrame | None:
    """Return what DiCE finds, as it writes rows."""
    try:
        import dice_ml
        from raiutils.exceptions import UserConfigValidationException
    except ModuleNotFoundError as error:
        raise MissingPackageError("dice_ml", extra="dice", feature="DiCE") from error
    frame = _as_dice(codec, examples)
    data = dice_ml.Data(
        dataframe=frame.assign(**{_GOAL: model.predict(frame)}),
        continuous_features=[name for name in codec.columns if name not in codec.categories],
        outcome_name=_GOAL,
    )
    search = dice_ml.Dice(data, dice_ml.Model(model=model, backend="sklearn"), method="random")
    try:
        # It draws a progress bar of its own, and shrinks changes step by step without end.
        with contextlib.redirect_stderr(io.StringIO()):
            found = search.generate_counterfactuals(
                _as_dice(codec, row),
                total_CFs=3 * order.params["options"],
                desired_class=1,
                features_to_vary=list(changeable),
                random_seed=order.seed,
                posthoc_sparsity_algorithm="binary",
                limit_steps_ls=_SHRINKING_STEPS,
            )
    except UserConfigValidationException:
        # This is how it says that it found nothing.
        return None
    return found.cf_examples_list[0].final_cfs_df


def _as_dice(codec: RowCodec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows as DiCE takes them: numbers, and categories as the words for their places."""
    frame = pd.DataFrame(codec.encode(rows), columns=list(codec.columns))
    for name in codec.categories:
        frame[name] = frame[name].astype(int).astype(str)
    return frame
