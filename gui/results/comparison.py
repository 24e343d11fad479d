"""Models side by side: what was measured, where they differ, which is best. Knows no widgets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Any

from gui.format import column_decimals, format_duration, format_fixed, format_number
from gui.i18n import tr, translate
from gui.results.cell import Cell
from gui.results.metrics import final_values
from queue_core.components.registry import ComponentKind, components
from queue_core.library.entities import EntityRecord, MetricRecord

# The rows that models are compared on, the best first.
SPLITS = ("test", "validation", "train")
MODEL = "component"
SECONDS = "seconds"


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is compared of each model.

    Attributes:
        key: Its name in code: a metric's id, a parameter's name.
        title: What its heading says.
        cells: One for each model.
        is_metric: Whether it was measured.
        greater_is_better: Which values of a metric are good.
        differs: Whether the models differ in it.
        spreads: Of a metric, how far it was from the mean over the folds; None where unknown.
    """

    key: str
    title: str
    cells: tuple[Cell, ...]
    is_metric: bool = False
    greater_is_better: bool = True
    differs: bool = True
    spreads: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Models and what is compared of them; the best of the first metric stand first.

    Attributes:
        runs: The models.
        columns: What is compared: the leading metric, all that may explain it, other metrics.
    """

    runs: tuple[EntityRecord, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def differing(self) -> tuple[Column, ...]:
        """The metrics, and of all else what differs."""
        return tuple(column for column in self.columns if column.is_metric or column.differs)


def compare(
    runs: Sequence[EntityRecord], measured: Mapping[int, Sequence[MetricRecord]]
) -> Comparison:
    """Return runs beside each other.

    Args:
        runs: Finished runs.
        measured: What was measured, by the run's id.
    """
    values = {run.id: final_values(measured[run.id]) for run in runs}
    names = list(dict.fromkeys(name for row in values.values() for name in row))
    metrics = [_metric_column(name, runs, values) for name in names]
    kind, parameters, time = _model_column(runs), _parameter_columns(runs), _time_column(runs)
    order = _best_first(metrics, len(runs))
    if kind.differs:
        # Models of several kinds hardly share a parameter: what was measured comes first.
        chosen = (*metrics[:1], kind, *metrics[1:], time, *parameters)
    else:
        # What made the difference stands beside what counts most.
        chosen = (*metrics[:1], kind, *parameters, time, *metrics[1:])
    columns = (_reordered(column, order) for column in chosen if column.cells)
    return Comparison(tuple(runs[n] for n in order), tuple(columns))


def short_names(runs: Sequence[EntityRecord]) -> list[str]:
    """Return the names of models without the words at the end that all of them share.

    Where all names are the same, they stay whole: nothing at their end is less telling.
    """
    names = [run.name for run in runs]
    if len(set(names)) < 2:
        return names
    words = [name.split(" ") for name in names]
    shared = 0
    while all(len(w) > shared + 1 for w in words):
        if len({w[-1 - shared] for w in words}) > 1:
            break
        shared += 1
    return [" ".join(w[: len(w) - shared]) for w in words]


def _metric_column(
    name: str, runs: Sequence[EntityRecord], values: Mapping[int, Mapping[str, Any]]
) -> Column:
    known = components(ComponentKind.METRIC).get(name)
    greater = known is None or bool(known.options.get("greater_is_better", True))
    found = [_of_split(values[run.id].get(name, {})) for run in runs]
    means = [fmean(item) if item else None for item in found]
    spreads = tuple(stdev(item) if len(item) > 1 else None for item in found)
    there = [mean for mean in means if mean is not None]
    best = None if len(there) < 2 else max(there) if greater else min(there)
    decimals = column_decimals(there)
    cells = (
        Cell(_with_spread(mean, spread, decimals), mean, is_best=mean is not None and mean == best)
        for mean, spread in zip(means, spreads, strict=True)
    )
    return Column(
        key=name, title=translate(known.title) if known is not None else name, cells=tuple(cells),
        is_metric=True, greater_is_better=greater, spreads=spreads,
    )  # fmt: skip


def _with_spread(mean: float | None, spread: float | None, decimals: int) -> str:
    if mean is None:
        return "—"
    shown = format_fixed(mean, decimals)
    return shown if spread is None else f"{shown} ± {format_fixed(spread, decimals)}"


def _of_split(by_split: Mapping[str, list[float | None]]) -> list[float]:
    split = next((split for split in SPLITS if split in by_split), "")
    return [v for v in by_split.get(split, ()) if v is not None and math.isfinite(v)]


def params_of(run: EntityRecord) -> dict[str, Any]:
    """Return a run's parameters, those that its search found in place of the given ones."""
    return {**(run.details.get("params") or {}), **(run.details.get("best_params") or {})}


def _parameter_columns(runs: Sequence[EntityRecord]) -> list[Column]:
    found = [params_of(run) for run in runs]
    names = dict.fromkeys(name for params in found for name in params)

    def weight(name: str) -> tuple[bool, int]:
        values = [repr(params[name]) for params in found if name in params]
        return len(set(values)) > 1, len(values)

    columns = []
    # First what was varied; what only one kind of model has differs by that alone.
    for name in sorted(names, key=weight, reverse=True):
        values = [params.get(name) for params in found]
        cells = tuple(Cell(_shown(value), _sortable(value)) for value in values)
        differs = len({repr(value) for value in values}) > 1
        columns.append(Column(key=name, title=name, cells=cells, differs=differs))
    return columns


def _model_column(runs: Sequence[EntityRecord]) -> Column:
    known = components(ComponentKind.MODEL)
    ids = [str(run.details.get("component") or "") for run in runs]
    titles = [translate(known[name].title) if name in known else name for name in ids]
    cells = tuple(Cell(title, title) for title in titles)
    return Column(key=MODEL, title=tr("Model"), cells=cells, differs=len(set(ids)) > 1)


def _time_column(runs: Sequence[EntityRecord]) -> Column:
    spans = [
        (run.finished_at - run.started_at).total_seconds()
        if run.finished_at is not None and run.started_at is not None
        else None
        for run in runs
    ]
    cells = tuple(Cell("—" if s is None else format_duration(s), s) for s in spans)
    is_known = any(span is not None for span in spans)
    return Column(key=SECONDS, title=tr("Time"), cells=cells if is_known else ())


def _best_first(metrics: Sequence[Column], count: int) -> list[int]:
    order = list(range(count))
    if not metrics:
        return order
    first = metrics[0]
    worst = -math.inf if first.greater_is_better else math.inf

    def value(number: int) -> float:
        found = first.cells[number].value
        return found if isinstance(found, float) else worst

    return sorted(order, key=value, reverse=first.greater_is_better)


def _reordered(column: Column, order: Sequence[int]) -> Column:
    spreads = tuple(column.spreads[n] for n in order) if column.spreads else ()
    return replace(column, cells=tuple(column.cells[n] for n in order), spreads=spreads)


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return format_number(value) if is_number else str(value)


def _sortable(value: Any) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else str(value)
