"""What was measured of a run, put together for people: one line a metric, one column a split."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from gui.format import column_decimals, format_count, format_fixed, format_number
from gui.i18n import mark, tr, translate
from gui.results.facts_table import FactsTable
from queue_core.components.registry import ComponentKind, components
from queue_core.library.entities import MetricRecord, TrialRecord

ONE_DIGIT = 10.0
# What counts comes first.
SPLITS = {
    "test": mark("Test"), "validation": mark("Validation"), "baseline": mark("Guessing"),
    "train": mark("Training"),
}  # fmt: skip
TRIAL_STATES = {
    "running": mark("running"), "complete": mark("complete"),
    "pruned": mark("stopped early"), "fail": mark("failed"),
}  # fmt: skip


def metrics_table(records: Iterable[MetricRecord], titles: dict[str, str]) -> FactsTable | None:
    """Return a table of the final metrics; None where nothing was measured."""
    values = final_values(records)
    if not values:
        return None
    splits = [split for split in SPLITS if any(split in row for row in values.values())]
    splits += sorted({split for row in values.values() for split in row} - set(SPLITS))
    headings = [tr("Metric"), *(translate(SPLITS.get(split, split)) for split in splits)]
    decimals = shared_decimals([row.get(split, []) for row in values.values() for split in splits])
    rows = [
        [titles.get(name, name), *(spread_text(row.get(split, []), decimals) for split in splits)]
        for name, row in values.items()
    ]
    return FactsTable(tr("Metrics"), headings, rows)


def final_values(records: Iterable[MetricRecord]) -> dict[str, dict[str, list[float | None]]]:
    """Return the values of the trained model by metric and split, one for each fold.

    The value for the whole counts only where there are no folds.
    """
    folds: dict[str, dict[str, list[float | None]]] = {}
    wholes: dict[str, dict[str, list[float | None]]] = {}
    for record in records:
        if record.step is None:
            kept = wholes if record.fold is None else folds
            kept.setdefault(record.name, {}).setdefault(record.split, []).append(record.value)
    return {
        name: {**wholes.get(name, {}), **folds.get(name, {})}
        for name in dict.fromkeys((*wholes, *folds))
    }


def shared_decimals(measured: Sequence[Sequence[float | None]]) -> int:
    """Return the decimals of all that is of one digit: shares stand with as many each."""
    return column_decimals([
        value for values in measured for value in values
        if value is not None and math.isfinite(value) and abs(value) < ONE_DIGIT
    ])  # fmt: skip


def spread_text(values: Sequence[float | None], decimals: int) -> str:
    """Return the mean, with the spread over the folds where there are several.

    Args:
        values: One for each fold.
        decimals: How many decimals numbers of one digit have.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return "—"
    mean = fmean(known)
    shown = format_fixed(mean, decimals) if abs(mean) < ONE_DIGIT else format_number(mean)
    return shown if len(known) == 1 else f"{shown} ± {format_number(stdev(known), digits=2)}"


def trials_table(records: Sequence[TrialRecord]) -> FactsTable | None:
    """Return a table of a search's trials; None where nothing was searched."""
    if not records:
        return None
    names = list(dict.fromkeys(name for record in records for name in record.params))
    headings = [tr("Trial"), tr("Value"), tr("State"), *names]
    rows = [
        [
            format_count(record.number + 1),
            "—" if record.value is None else format_number(record.value),
            translate(TRIAL_STATES.get(record.state, record.state)),
            *(value_text(record.params.get(name)) for name in names),
        ]
        for record in records
    ]
    return FactsTable(tr("Trials"), headings, rows)


def metric_titles() -> dict[str, str]:
    """Return the title of every metric by its id; imports the registry, so call it elsewhere."""
    return {item.id: translate(item.title) for item in components(ComponentKind.METRIC).values()}


def value_text(value: object) -> str:
    """Return a parameter's value: numbers as the language writes them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return format_number(value)
