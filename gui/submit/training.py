"""What follows from the choices of a training: its features, its task, its model, one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gui.format import format_bytes, format_duration, format_percent
from gui.i18n import tr, tr_plural
from gui.submit.history import Need
from gui.submit.pickers import Option

TARGET = "output_columns"
FEATURES = "input_columns"
TASK = "task"
CLASSES = frozenset({"category", "text", "boolean"})
# Whole numbers with no more values than this are most likely classes.
MOST_CLASSES = 20
# The model that a task begins with.
FIRST_MODELS = {
    "classification": "RandomForestClassifier", "regression": "RandomForestRegressor",
    "clustering": "KMeans",
}  # fmt: skip


def targets_of(values: Mapping[str, Any]) -> list[str]:
    """Return the columns that are to be predicted."""
    chosen = values.get(TARGET)
    return [str(name) for name in chosen] if isinstance(chosen, list) else []


def features_for(columns: Sequence[Option], targets: Sequence[str]) -> list[Option]:
    """Return the columns that can be learned from: all that are not predicted."""
    return [option for option in columns if option.value not in targets]


def task_for(target: Option) -> str:
    """Return the task that most likely is meant, going by the column that is predicted."""
    if target.detail in CLASSES:
        return "classification"
    if target.detail == "integer":
        is_few = target.distinct is not None and target.distinct <= MOST_CLASSES
        return "classification" if is_few else "regression"
    return "regression" if target.detail == "float" else ""


def summary(
    values: Mapping[str, Any], columns: Sequence[Option], rows: int | None, need: Need | None
) -> str:
    """Return what will happen, in one line; nothing while too little is chosen."""
    # First what one may want to think over; the rest is cut off where room is short.
    parts = [] if need is None else _needed(need)
    if rows is not None:
        parts.append(tr_plural("{count} row", "{count} rows", rows))
    targets = targets_of(values)
    if targets:
        features = len(values.get(FEATURES) or features_for(columns, targets))
        parts.append(
            tr_plural(
                "{target} from {count} column", "{target} from {count} columns", features,
                target=", ".join(targets[:3]),
            )
        )  # fmt: skip
    share = (values.get("split") or {}).get("test_size")
    if targets and isinstance(share, int | float) and 0 < share < 1:
        parts.append(tr("{share} test", share=format_percent(share)))
    return " · ".join(parts)


def _needed(need: Need) -> list[str]:
    duration = format_duration(need.seconds)
    if need.is_same_data:
        parts = [tr("about {duration}", duration=duration)]
    else:
        parts = [tr("about {duration} on other data", duration=duration)]
    if need.peak_bytes is not None:
        size = format_bytes(need.peak_bytes)
        if need.is_too_much:
            parts.append(tr("{size} of memory, more than is free", size=size))
        else:
            parts.append(tr("{size} of memory", size=size))
    return parts
