"""Borders of equal bins, for any finite numbers."""

from __future__ import annotations

import numpy as np


def bin_edges(values: np.ndarray, bins: int) -> np.ndarray:
    """Return `bins + 1` borders from the least to the greatest value.

    Other than numpy's own, they exist where the values are one rounding error apart, and where
    their distance is more than a float can hold.

    Args:
        values: Numbers, shape `(n,)`, n > 0, none missing or infinite.
        bins: How many bins.
    """
    low, high = float(np.min(values)), float(np.max(values))
    largest = max(abs(low), abs(high))
    if high / 2 - low / 2 <= bins * largest * np.finfo(float).eps:  # no overflow in halves
        margin = largest * 1e-3 or 0.5
        limit = np.finfo(float).max
        low, high = max(low - margin, -limit), min(high + margin, limit)
    share = np.arange(bins + 1) / bins
    edges = low * (1 - share) + high * share
    edges[-1] = high  # not a rounding error less
    return edges
