"""Intervals around predicted numbers, from the errors on rows that were held out.

Split conformal prediction: of the held-out errors, the one that enough others are smaller than
becomes the half-width, so intervals hold as often as they say where new rows are like the old.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from queue_core.components.json_data import JsonObject

KEPT_ERRORS = 2_000
METHOD = "split conformal"


def error_profile(truth: Any, predicted: Any) -> JsonObject:
    """Return what to keep of held-out errors, as JSON data.

    Args:
        truth: Numbers.
        predicted: What the model said of them.

    Returns:
        `{"method", "rows", "errors"}`: sorted sizes of errors, thinned to 2,000 by quantile.
    """
    errors = np.sort(np.abs(np.asarray(truth) - np.asarray(predicted)))
    count = len(errors)
    if count > KEPT_ERRORS:
        places = np.ceil(np.linspace(1, count, KEPT_ERRORS)).astype(int) - 1
        errors = errors[places]
    return {"method": METHOD, "rows": count, "errors": [float(e) for e in errors]}


def half_width(errors: Sequence[float], row_count: int, level: float) -> float:
    """Return the half-width of intervals that hold with probability *level*.

    Args:
        errors: Sorted sizes of held-out errors.
        row_count: How many errors there were before they were thinned.
        level: 0 to 1.
    """
    rank = math.ceil((row_count + 1) * level) / row_count
    place = min(len(errors) - 1, max(0, math.ceil(rank * len(errors)) - 1))
    return float(errors[place])
