"""Groups of rows by a column: the largest ones by name, the rest as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from queue_core.artifacts.figure import Color, Tone

MISSING = "(missing)"
OTHER = "(other)"
MOST_GROUPS = 8


@dataclass(frozen=True)
class Groups:
    """Rows in groups.

    Attributes:
        names: The groups, largest first; `(other)` and `(missing)` last.
        codes: For each row the place of its group in `names`.
        note: A sentence where groups were put together; else empty.
    """

    names: tuple[str, ...]
    codes: np.ndarray
    note: str = ""

    def color(self, place: int) -> Color:
        """Return the colour of the group at *place*; the rest and the missing stay in the back."""
        return group_color(self.names[place], place)

    def mask(self, place: int) -> np.ndarray:
        """Return which rows are in the group at *place*."""
        return self.codes == place


def group_color(name: str, place: int) -> Color:
    """Return the colour of a group: muted for what is left over, else its own."""
    return Tone.MUTED if name in (OTHER, MISSING) else place


def group_rows(values: pd.Series | None, count: int, most: int = MOST_GROUPS) -> Groups:
    """Return rows in at most *most* groups by their value, and one each for other and missing.

    Args:
        values: The column to group by; None puts all rows into one group without a name.
        count: Number of rows.
        most: How many groups are kept by name.
    """
    if values is None:
        return Groups(("",), np.zeros(count, dtype=np.int64))
    labels = label_values(values)
    counts = labels.value_counts(dropna=True)
    order = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
    # To put one group alone under another name would hide it for nothing.
    most = max(most, len(order)) if len(order) == most + 1 else most
    kept = [str(name) for name, _ in order[:most]]
    names, note = list(kept), ""
    if len(order) > most:
        names.append(OTHER)
        note = f"The {len(order) - most:,} smallest groups of “{values.name}” are one, {OTHER}."
    places = {name: place for place, name in enumerate(kept)}
    codes = labels.map(lambda label: places.get(label, most), na_action="ignore")
    if labels.isna().any():
        codes = codes.fillna(len(names))
        names.append(MISSING)
    return Groups(tuple(names), codes.to_numpy(dtype=np.int64), note)


def label_values(values: pd.Series) -> pd.Series:
    """Return values as short texts, missing ones as missing."""
    texts = values.map(value_label, na_action="ignore")
    return texts.astype(object).where(values.notna(), None)


def value_label(value: object) -> str:
    """Return a value as people write it: `2` for 2.0, a date without midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return text.removesuffix(" 00:00:00") if text else "(empty)"
