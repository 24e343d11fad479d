"""Numbers out of columns, and the small statistics that several explorers draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from queue_core.components.stored_dataset import ColumnInfo

_DENSITY_CELLS = 512


def to_numbers(values: pd.Series) -> np.ndarray:
    """Return a column as floats: times in seconds since 1970, not finite ones as NaN."""
    if pd.api.types.is_datetime64_any_dtype(values):
        naive = values.dt.tz_localize(None) if values.dt.tz is not None else values
        seconds = naive.astype("datetime64[us]").astype("int64").to_numpy() / 1e6
        return np.where(values.isna().to_numpy(), np.nan, seconds)
    if pd.api.types.is_timedelta64_dtype(values):
        return values.dt.total_seconds().to_numpy()
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


@dataclass(frozen=True)
class Bins:
    """Equal bins over the values of a column.

    Attributes:
        low: Left end of the first bin.
        width: Width of each bin.
        count: Number of bins.
    """

    low: float
    width: float
    count: int

    @property
    def edges(self) -> list[float]:
        """The borders, one more than bins."""
        return [self.low + self.width * place for place in range(self.count + 1)]

    def sql(self, value: str) -> str:
        """Return SQL for the bin of a value."""
        place = f"floor(({value} - {self.low!r}) / {self.width!r})"
        return f"least(greatest({place}, 0), {self.count - 1})::INTEGER"


def make_bins(
    info: ColumnInfo,
    low: float,
    high: float,
    *,
    quartiles: tuple[float, float],
    count: int,
    wanted: int | None = None,
) -> Bins:
    """Return bins by the rule of Freedman and Diaconis, whole numbers in their middle.

    Args:
        info: The column.
        low: Its smallest value.
        high: Its largest value.
        quartiles: Its first and third quartile.
        count: How many values it has.
        wanted: How many bins the user wants; None: by the rule, 12 to 80.
    """
    if high <= low:
        half = abs(low) * 1e-3 or 0.5
        return Bins(low - half, 2 * half, 1)
    spread = quartiles[1] - quartiles[0]
    width = 2 * spread / max(count, 1) ** (1 / 3)
    by_rule = math.ceil((high - low) / width) if width > 0 else 30
    bins = wanted or min(max(by_rule, 12), 80)
    if info.type.value == "integer":
        step = max(1, round((high - low + 1) / bins))
        return Bins(low - 0.5, float(step), math.ceil((high - low + 1) / step))
    return Bins(low, (high - low) / bins, bins)


def smooth_density(
    low: float, high: float, cell_counts: np.ndarray, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a Gaussian density estimate from counts in many equal cells.

    The work does not depend on the number of rows: the counts are convolved with the kernel. It
    is done in cells, not in the column's unit, so that no size of numbers is too large for it.

    Args:
        low: Left end of the first cell.
        high: Right end of the last cell.
        cell_counts: Counts, 512 or so of them.
        spread: Standard deviation, or a robust one, of the values in cells.

    Returns:
        Positions in the column's unit, and the share of the rows per cell.
    """
    counts = np.asarray(cell_counts, dtype=float)
    total = counts.sum()
    bandwidth = max(0.9 * spread * total ** (-1 / 5), 1.0)
    reach = min(int(4 * bandwidth) + 1, len(counts))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / bandwidth) ** 2)
    kernel /= kernel.sum()
    padded = np.concatenate([np.zeros(reach), counts, np.zeros(reach)])
    smooth = np.convolve(padded, kernel, mode="same") / total
    cell = (high - low) / len(counts)
    return low + cell * (np.arange(len(padded)) - reach + 0.5), smooth


def density_of(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a Gaussian density estimate of values in memory (finite, two different at least)."""
    low, high = float(values.min()), float(values.max())
    cells = np.clip((values - low) / ((high - low) / _DENSITY_CELLS), 0, _DENSITY_CELLS - 1)
    counts = np.bincount(cells.astype(int), minlength=_DENSITY_CELLS)
    return smooth_density(low, high, counts, robust_spread(cells))


def robust_spread(values: np.ndarray) -> float:
    """Return the smaller of standard deviation and scaled quartile distance that is not 0."""
    deviation = float(np.std(values))
    first, third = np.percentile(values, [25, 75])
    quartile = float(third - first) / 1.349
    return min(deviation, quartile) if quartile > 0 else deviation


def thin(
    places: np.ndarray, values: np.ndarray, most: int = 200
) -> tuple[Sequence[float], Sequence[float]]:
    """Return about *most* evenly spaced points of a smooth line."""
    step = max(1, len(places) // most)
    return places[::step].tolist(), values[::step].tolist()
