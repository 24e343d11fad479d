"""Models side by side: what was measured, where they differ, which is best. Knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gui.format import format_number
from gui.i18n import translate
from gui.results.cell import Cell
from gui.results.metrics import final_values, spread_text
from queue_core.components.registry import ComponentKind, components
from queue_core.library.entities import EntityRecord, MetricRecord

# The rows that models are compared on, the best first.
SPLITS = ("test", "validation", "train")


@dataclass(frozen=True)
class Comparison:
    """A table of models.

    Attributes:
        headings: Of the columns, without that of the name.
        rows: The name and the cells of each model, the best one first.
    """

    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()


def compare(
    runs: Sequence[EntityRecord], measured: Mapping[int, Sequence[MetricRecord]]
) -> Comparison:
    """Return runs beside each other; of their parameters, only what differs.

    Args:
        runs: The finished runs of one session.
        measured: What was measured, by the run's id.
    """
    values = {run.id: final_values(measured[run.id]) for run in runs}
    names = list(dict.fromkeys(name for row in values.values() for name in row))
    known = components(ComponentKind.METRIC)
    columns = [_metric_column(name, runs, values) for name in names]
    titles = [translate(known[name].title) if name in known else name for name in names]
    parameters = _differing(runs)
    columns += [
        [Cell(_shown(p.get(name)), _sortable(p.get(name))) for p in map(_params, runs)]
        for name in parameters
    ]
    rows = [(run.name, tuple(column[n] for column in columns)) for n, run in enumerate(runs)]
    rows.sort(key=lambda row: not (row[1] and row[1][0].is_best))
    return Comparison((*titles, *parameters), tuple(rows))


def _metric_column(
    name: str, runs: Sequence[EntityRecord], values: Mapping[int, Mapping[str, Any]]
) -> list[Cell]:
    known = components(ComponentKind.METRIC)
    greater = bool(known[name].options.get("greater_is_better", True)) if name in known else True
    found = [_of_split(values[run.id].get(name, {})) for run in runs]
    means = [_mean(item) for item in found]
    there = [mean for mean in means if mean is not None]
    best = None if len(there) < 2 else max(there) if greater else min(there)
    return [
        Cell(spread_text(item), mean, is_best=mean is not None and mean == best)
        for item, mean in zip(found, means, strict=True)
    ]


def _of_split(by_split: Mapping[str, list[float | None]]) -> list[float | None]:
    split = next((split for split in SPLITS if split in by_split), "")
    return by_split.get(split, [])


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _params(run: EntityRecord) -> dict[str, Any]:
    return {**(run.details.get("params") or {}), **(run.details.get("best_params") or {})}


def _differing(runs: Sequence[EntityRecord]) -> list[str]:
    """Return the parameters that not all runs have alike."""
    found = [_params(run) for run in runs]
    names = dict.fromkeys(name for params in found for name in params)
    return [name for name in names if len({repr(params.get(name)) for params in found}) > 1]


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return format_number(value) if is_number else str(value)


def _sortable(value: Any) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    return float(value) if isinstance(value, int | float) else str(value)
