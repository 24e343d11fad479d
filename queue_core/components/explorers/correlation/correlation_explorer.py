"""Correlation and covariance of columns, also between numbers and categories."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import chdtrc, fdtrc

from queue_core.artifacts.draft import Draft, figure_draft, table_draft
from queue_core.artifacts.figure import Axis, AxisScale, ColorScale, Figure, Heatmap, Panel
from queue_core.components.explorers.correlation.measures import Measures
from queue_core.components.explorers.exploring.exploration import (
    STATISTIC_ROWS,
    Exploration,
    require_rows,
)
from queue_core.components.explorers.statistics.numbers import to_numbers
from queue_core.components.stored_dataset import ColumnInfo
from queue_core.errors import DataError

_SHOWN_COLUMNS = 40
_KENDALL_ROWS = 5_000
_KENDALL_COLUMNS = 60
# A text column with nearly as many values as rows goes perfectly with everything: meaningless.
_MOST_DISTINCT_SHARE = 0.5
_BY_CHANCE = 0.01


def correlation(exploration: Exploration) -> list[Draft]:
    """Return a heat map of the correlations and a table of all pairs."""
    require_rows(exploration, 3)
    method = exploration.params["method"]
    infos, notes = _chosen(exploration, method)
    rows = _KENDALL_ROWS if method == "kendall" else STATISTIC_ROWS
    exploration.report(0.0, "reading rows")
    sample = exploration.sample([info.name for info in infos], rows)
    notes.append(sample.note)
    infos = _without_identifiers(infos, sample.frame, notes)
    matrix = _mixed(exploration, sample.frame, infos, _NUMERIC.get(method, _pearson))
    measures = Measures.of(infos, method)
    notes += measures.notes
    constant = [info.name for info in infos if sample.frame[info.name].nunique() < 2]
    if constant:
        notes.append(f"Constant or empty, so without correlation: {_listed(constant)}.")
    names = [info.name for info in infos]
    title = _METHOD_TITLES[method]
    return [
        _figure(exploration, title, names, matrix, notes, measures),
        table_draft(
            "pairs", "All pairs, strongest first", _pairs(names, matrix, "correlation", measures)
        ),
    ]


def covariance(exploration: Exploration) -> list[Draft]:
    """Return a heat map of the covariances and a table of all pairs."""
    require_rows(exploration, 3)
    exploration.report(0.0, "reading rows")
    sample = exploration.sample(exploration.names, STATISTIC_ROWS)
    exploration.report(0.4, "computing covariances")
    frame = _number_frame(sample.frame, list(exploration.columns))
    matrix = frame.cov(min_periods=3).to_numpy()
    names = list(exploration.names)
    return [
        _figure(exploration, "Covariance", names, matrix, [sample.note], None),
        table_draft("pairs", "All pairs, largest first", _pairs(names, matrix, "covariance")),
    ]


_METHOD_TITLES = {
    "mixed": "Correlation",
    "pearson": "Correlation (Pearson)",
    "spearman": "Correlation (Spearman)",
    "kendall": "Correlation (Kendall)",
}


def _chosen(exploration: Exploration, method: str) -> tuple[list[ColumnInfo], list[str]]:
    infos, notes = list(exploration.columns), []
    if method != "mixed":
        kept = [info for info in infos if info.type.is_number]
        if len(kept) < 2:
            raise DataError(
                f"{_METHOD_TITLES[method]} needs two columns of numbers; there "
                f"{'is one' if kept else 'are none'} among those chosen.",
                hint="Choose columns of numbers, or the method “By type of column”.",
            )
        if len(kept) < len(infos):
            notes.append(f"{len(infos) - len(kept)} columns that are not numbers are left out.")
        infos = kept
    if method == "kendall" and len(infos) > _KENDALL_COLUMNS:
        notes.append(f"The first {_KENDALL_COLUMNS} of {len(infos)} columns.")
        infos = infos[:_KENDALL_COLUMNS]
    return infos, notes


def _without_identifiers(
    infos: list[ColumnInfo], frame: pd.DataFrame, notes: list[str]
) -> list[ColumnInfo]:
    def is_identifier(info: ColumnInfo) -> bool:
        present = int(frame[info.name].notna().sum())
        distinct = int(frame[info.name].nunique())
        return info.type.is_textual and distinct > max(20, present * _MOST_DISTINCT_SHARE)

    left = [info.name for info in infos if is_identifier(info)]
    kept = [info for info in infos if info.name not in left]
    if len(kept) < 2:
        raise DataError(
            f"Nearly every row has a value of its own in {_listed(left)}, so nothing can "
            "be said about their correlation.",
            hint="Choose at least two columns whose values come again.",
        )
    if left:
        notes.append(f"Left out, for nearly every row has a value of its own: {_listed(left)}.")
    return kept


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(f"“{name}”" for name in names[:4]) + more


def _number_frame(frame: pd.DataFrame, infos: list[ColumnInfo]) -> pd.DataFrame:
    return pd.DataFrame({info.name: to_numbers(frame[info.name]) for info in infos})


def _pearson(frame: pd.DataFrame) -> np.ndarray:
    return frame.corr(method="pearson", min_periods=3).to_numpy(copy=True)


def _spearman(frame: pd.DataFrame) -> np.ndarray:
    return frame.corr(method="spearman", min_periods=3).to_numpy(copy=True)


def _kendall(frame: pd.DataFrame) -> np.ndarray:
    return frame.corr(method="kendall", min_periods=3).to_numpy(copy=True)


_NUMERIC: dict[str, Callable[[pd.DataFrame], np.ndarray]] = {
    "pearson": _pearson,
    "spearman": _spearman,
    "kendall": _kendall,
}


def _mixed(
    exploration: Exploration,
    frame: pd.DataFrame,
    infos: list[ColumnInfo],
    between_numbers: Callable[[pd.DataFrame], np.ndarray],
) -> np.ndarray:
    """Return the matrix of correlations, each by the types of its two columns."""
    size = len(infos)
    numeric = [place for place, info in enumerate(infos) if info.type.is_number]
    matrix = np.full((size, size), np.nan)
    exploration.report(0.3, "correlating numbers")
    with np.errstate(invalid="ignore", divide="ignore"):
        numbers = _number_frame(frame, [infos[place] for place in numeric])
        if numeric:
            matrix[np.ix_(numeric, numeric)] = between_numbers(numbers)
    codes = {
        place: pd.factorize(frame[info.name])[0]
        for place, info in enumerate(infos)
        if place not in numeric
    }
    for done, (place, own) in enumerate(codes.items()):
        exploration.report(0.5 + 0.4 * done / len(codes), f"correlating “{infos[place].name}”")
        for other in range(size):
            if other in codes and other >= place:
                found = _cramers_v(own, codes[other])
            elif other in codes:
                continue
            else:
                found = _correlation_ratio(own, numbers[infos[other].name].to_numpy())
            matrix[place, other] = matrix[other, place] = found
    return matrix


def _cramers_v(first: np.ndarray, second: np.ndarray) -> float:
    """Return Cramér's V with the correction for small samples (Bergsma 2013); NaN if undefined.

    It is 0 where chance alone makes as much of it in one of a hundred tables or more.
    """
    present = (first >= 0) & (second >= 0)
    count = int(present.sum())
    if count < 3:
        return float("nan")
    _, first = np.unique(first[present], return_inverse=True)
    _, second = np.unique(second[present], return_inverse=True)
    rows, columns = int(first.max()) + 1, int(second.max()) + 1
    if rows < 2 or columns < 2:
        return float("nan")
    # Only the pairs that occur are counted: tables of 10,000 categories stay small.
    pairs, seen = np.unique(first.astype(np.int64) * columns + second, return_counts=True)
    expected = np.bincount(first)[pairs // columns] * np.bincount(second)[pairs % columns] / count
    phi_squared = float((seen**2 / expected).sum()) / count - 1
    if chdtrc((rows - 1) * (columns - 1), count * phi_squared) > _BY_CHANCE:
        return 0.0
    phi_squared = max(0.0, phi_squared - (rows - 1) * (columns - 1) / (count - 1))
    rows_corrected = rows - (rows - 1) ** 2 / (count - 1)
    columns_corrected = columns - (columns - 1) ** 2 / (count - 1)
    least = min(rows_corrected, columns_corrected) - 1
    return float(np.sqrt(min(1.0, phi_squared / least))) if least > 0 else float("nan")


def _correlation_ratio(codes: np.ndarray, values: np.ndarray) -> float:
    """Return eta: the share of spread that the groups explain, as a root; NaN if undefined.

    It is corrected for the number of groups (ε²), for each group explains something by chance, and
    0 where chance alone makes as much of it in one of a hundred tables or more.
    """
    present = (codes >= 0) & ~np.isnan(values)
    if present.sum() < 3:
        return float("nan")
    _, groups = np.unique(codes[present], return_inverse=True)
    chosen = values[present]
    total = float(((chosen - chosen.mean()) ** 2).sum())
    if total == 0 or groups.max() == 0:
        return float("nan")
    counts = np.bincount(groups)
    means = np.bincount(groups, weights=chosen) / counts
    between = float((counts * (means - chosen.mean()) ** 2).sum())
    many, free = len(counts) - 1, len(chosen) - len(counts)
    share = min(1.0, between / total)
    if free < 1:
        return float("nan")
    ratio = share / max(1 - share, 1e-300) * free / many
    if fdtrc(many, free, ratio) > _BY_CHANCE:
        return 0.0
    return float(np.sqrt(max(0.0, 1 - (1 - share) * (len(chosen) - 1) / free)))


def _pairs(
    names: list[str], matrix: np.ndarray, word: str, measures: Measures | None = None
) -> pd.DataFrame:
    first, second = np.triu_indices(len(names), k=1)
    values = matrix[first, second]
    order = np.argsort(-np.abs(np.nan_to_num(values, nan=-0.0)), kind="stable")
    labels = np.asarray(names, dtype=object)
    table = pd.DataFrame(
        {"column": labels[first[order]], "other column": labels[second[order]], word: values[order]}
    )
    if measures is not None:
        pairs = zip(first[order], second[order], strict=True)
        table["measure"] = [measures.between(int(one), int(other)) for one, other in pairs]
    return table


def _figure(
    exploration: Exploration,
    title: str,
    names: list[str],
    matrix: np.ndarray,
    notes: list[str],
    measures: Measures | None,
) -> Draft:
    if len(names) > _SHOWN_COLUMNS:
        strength = np.abs(np.nan_to_num(matrix - np.diag(np.diag(matrix)))).max(axis=1)
        strongest = np.sort(np.argsort(-strength, kind="stable")[:_SHOWN_COLUMNS])
        notes.append(
            f"Drawn: the {_SHOWN_COLUMNS} of {len(names)} columns with the strongest relations; "
            "the table has all."
        )
        names, matrix = [names[place] for place in strongest], matrix[np.ix_(strongest, strongest)]
    edges = [place - 0.5 for place in range(len(names) + 1)]
    heat = Heatmap(
        x_edges=edges,
        y_edges=edges,
        values=matrix,
        label=measures.label if measures else "Covariance",
        scale=ColorScale.DIVERGING
        if measures is None or measures.have_sign
        else ColorScale.SEQUENTIAL,
        minimum=None if measures is None else -1.0 if measures.have_sign else 0.0,
        maximum=1.0 if measures else None,
        text_format=(".2f" if measures else ".3g") if len(names) <= 14 else "",
    )
    size_in = max(5.0, min(2.6 + 0.42 * len(names), 11.0))
    panel = Panel(
        x=Axis(scale=AxisScale.CATEGORY, categories=names),
        y=Axis(scale=AxisScale.CATEGORY, categories=names, is_inverted=True),
        marks=[heat],
        is_square=True,
    )
    figure = Figure(
        title=title,
        subtitle=exploration.subtitle,
        panels=[panel],
        notes=[*exploration.notes, *notes],
        width_in=size_in + 1.4,
        height_in=size_in + 0.6,
    )
    return figure_draft("heatmap", figure)
