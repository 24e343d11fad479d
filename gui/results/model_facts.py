"""What a trained model's page says in words: what it is, how good, compared with guessing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from gui.format import format_count, format_duration, format_number
from gui.i18n import tr, tr_plural
from gui.results.metrics import final_values, shared_decimals, spread_text, value_text
from queue_core.library.entities import MetricRecord

BASELINE = "baseline"
MOST_NAMES = 8
# A model that loses more than this share of its lead over guessing on new rows may have learned
# the training rows by heart.
MOST_LOST = 0.3


@dataclass(frozen=True)
class Score:
    """The leading metric of a model.

    Attributes:
        title: What it is called.
        test: Its value on rows that the model has not seen, with the spread over folds.
        baseline: The same for guessing; empty where it was not measured.
        train: Its value on the training rows; empty where it was not measured.
        verdict: What follows from them, in one or two sentences; may be empty.
        is_poor: Whether the verdict is a warning.
    """

    title: str
    test: str
    baseline: str = ""
    train: str = ""
    verdict: str = ""
    is_poor: bool = False


def score_of(
    records: Sequence[MetricRecord],
    titles: Mapping[str, str],
    greater: Mapping[str, bool],
) -> Score | None:
    """Return the leading metric; None where nothing was measured on rows held out."""
    values = final_values(records)
    name = next(iter(values), None)
    if name is None or "test" not in values[name]:
        return None
    splits = values[name]
    verdict, is_poor = _verdict(splits, greater.get(name, True))
    decimals = shared_decimals(list(splits.values()))
    return Score(
        title=titles.get(name, name),
        test=spread_text(splits["test"], decimals),
        baseline=spread_text(splits[BASELINE], decimals) if BASELINE in splits else "",
        train=spread_text(splits["train"], decimals) if "train" in splits else "",
        verdict=verdict,
        is_poor=is_poor,
    )


def _verdict(splits: Mapping[str, Sequence[float | None]], greater: bool) -> tuple[str, bool]:
    test, base, train = (_mean(splits.get(name, ())) for name in ("test", BASELINE, "train"))
    if test is None or base is None:
        return "", False
    sign = 1 if greater else -1
    if sign * (test - base) <= 0:
        return tr(
            "It is no better than guessing without looking at any column. Other columns, more rows "
            "or another model may help."
        ), True
    lead = sign * ((base if train is None else train) - base)
    if train is not None and lead > 0 and sign * (train - test) / lead > MOST_LOST:
        return tr(
            "It is better than guessing, but much worse on new rows than on those that it has "
            "learned from: it may know them by heart. A simpler model or more rows may help."
        ), True
    return tr("It is better than guessing, on new rows nearly as good as on those it knows."), False


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return fmean(known) if known else None


def what_it_is(report: Mapping[str, Any], dataset: str) -> str:
    """Return what the model predicts, and from what."""
    columns = [str(column.get("name")) for column in report.get("columns") or ()]
    target = (report.get("output") or {}).get("name")
    names = ", ".join(columns[:MOST_NAMES]) + (", …" if len(columns) > MOST_NAMES else "")
    if not columns:
        return tr("It forecasts {target}.", target=target) if target else ""
    if target is None:
        return tr_plural(
            "It groups the rows of {dataset} by {count} column: {names}.",
            "It groups the rows of {dataset} by {count} columns: {names}.",
            len(columns), dataset=dataset, names=names,
        )  # fmt: skip
    return tr_plural(
        "It predicts {target} from {count} column of {dataset}: {names}.",
        "It predicts {target} from {count} columns of {dataset}: {names}.",
        len(columns), target=target, dataset=dataset, names=names,
    )  # fmt: skip


def how_it_was_trained(report: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return rows, folds, time and the parameters that were chosen."""
    split = report.get("split") or {}
    parts: list[str] = []
    if isinstance(rows := split.get("train_rows"), int):
        parts.append(tr_plural("{count} row to learn from", "{count} rows to learn from", rows))
    if isinstance(rows := split.get("test_rows"), int):
        parts.append(tr_plural("{count} row to test", "{count} rows to test", rows))
    if isinstance(folds := split.get("folds"), int) and folds > 1:
        parts.append(tr("{count} folds", count=format_count(folds)))
    if isinstance(seconds := report.get("fit_seconds"), int | float):
        parts.append(tr("trained in {time}", time=format_duration(seconds)))
    chosen = ", ".join(f"{name} {_value(value)}" for name, value in params.items())
    parts.append(chosen or tr("default parameters"))
    return " · ".join(parts)


def _value(value: Any) -> str:
    return format_number(value) if isinstance(value, float) else value_text(value)
