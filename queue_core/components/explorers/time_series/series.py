"""Autocorrelation and seasonal decomposition of a regular series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from queue_core.errors import MissingPackageError


@dataclass(frozen=True)
class Decomposition:
    """A series as the sum of three.

    Attributes:
        trend: The slow part.
        seasonal: What repeats each period.
        remainder: What is left.
        method: How it was found, in words.
    """

    trend: np.ndarray
    seasonal: np.ndarray
    remainder: np.ndarray
    method: str


def autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """Return the autocorrelation of lags 0 to *lags*; of a constant series all zeros but lag 0."""
    centered = values - values.mean()
    size = 1 << (2 * len(values) - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(centered, size)) ** 2
    found = np.fft.irfft(spectrum, size)[: lags + 1]
    if found[0] <= 0:
        return np.concatenate([[1.0], np.zeros(lags)])
    return found / found[0]


def find_period(values: np.ndarray, candidates: Sequence[int]) -> int | None:
    """Return the candidate with the strongest autocorrelation, above chance; None if none is."""
    fitting = [period for period in candidates if 2 * period <= len(values)]
    if not fitting:
        return None
    # A trend would make every lag look like a cycle.
    places = np.arange(len(values))
    detrended = values - np.polyval(np.polyfit(places, values, 1), places)
    found = autocorrelation(detrended, max(fitting))
    limit = 1.96 / np.sqrt(len(values))

    # A slow series is like itself a few steps later, too: a cycle stands out from its own middle.
    def strength(period: int) -> float:
        return float(found[period] - found[period // 2])

    cycles = [period for period in fitting if found[period] > limit and strength(period) > limit]
    return max(cycles, key=strength, default=None)


def decompose(values: np.ndarray, period: int, method: str) -> Decomposition:
    """Return trend, season and remainder.

    Args:
        values: The series, without gaps, at least two periods long.
        period: Number of steps of one cycle.
        method: `stl`, `classical`, or `auto`: STL where statsmodels is installed.

    Raises:
        MissingPackageError: STL is asked for and statsmodels is not installed.
    """
    if method == "classical":
        return _classical(values, period)
    try:
        from statsmodels.tsa.seasonal import STL
    except ModuleNotFoundError as error:
        if method == "auto":
            return _classical(values, period)
        raise MissingPackageError(
            "statsmodels", extra="stats", feature="Decomposition by STL"
        ) from error
    # Long windows are fitted at every tenth of them and joined by lines: as good, far faster.
    jump = max(1, period // 10)
    found = STL(values, period=period, robust=True, trend_jump=jump, low_pass_jump=jump).fit()
    return Decomposition(found.trend, found.seasonal, found.resid, "STL (robust)")


def _classical(values: np.ndarray, period: int) -> Decomposition:
    # An even period has no middle: its ends count half.
    weights = np.ones(period) if period % 2 else np.r_[0.5, np.ones(period - 1), 0.5]
    half = len(weights) // 2
    trend = np.full(len(values), np.nan)
    middle = np.convolve(values, weights / period, mode="valid")
    trend[half : half + len(middle)] = middle
    left = values - trend
    phases = np.arange(len(values)) % period
    means = np.array([np.nanmean(left[phases == phase]) for phase in range(period)])
    means -= means.mean()
    seasonal = means[phases]
    return Decomposition(trend, seasonal, left - seasonal, "moving average")
