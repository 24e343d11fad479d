"""Rows parted into those that train and those that test, as scikit-learn would part them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import model_selection as sk

from queue_core.components.models.training.session.session_schemas import SplitMethod
from queue_core.components.models.training.session.specs import SplitSpec
from queue_core.errors import DataError

TRAIN_WORDS = frozenset({"train", "training", "fit"})
TEST_WORDS = frozenset({"test", "testing", "holdout"})
VALIDATION_WORDS = frozenset({"validation", "valid", "val", "dev"})


@dataclass(frozen=True)
class Fold:
    """One parting of the rows, by their places.

    Attributes:
        train: Rows that train.
        test: Rows that test.
        validation: Rows that test as well, under a name of their own; mostly empty.
    """

    train: np.ndarray
    test: np.ndarray
    validation: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True)
class SplitInput:
    """What a split may look at.

    Attributes:
        row_count: How many rows there are.
        classes: Class code of each row; None where there are no classes.
        column: The values of the split's column; None where it has none.
    """

    row_count: int
    classes: np.ndarray | None = None
    column: np.ndarray | None = None


def make_folds(
    spec: SplitSpec, rows: SplitInput, *, seed: int, warn: Callable[[str], None]
) -> list[Fold]:
    """Return the folds that a split asks for; one where a part is held out.

    Raises:
        DataError: The rows cannot be parted like that; the hint says what to change.
    """
    method = _resolved(spec.method, rows, warn)
    if rows.row_count < 2:
        raise DataError(
            f"There are too few rows to train and test: {rows.row_count}.", hint="Load more rows."
        )
    try:
        folds = _BUILDERS[method](spec, rows, seed)
    except ValueError as error:
        raise DataError(
            f"The rows cannot be split by the method “{method}”: {error}",
            hint=_hint(method, spec),
        ) from error
    for fold in folds:
        if not len(fold.train) or not len(fold.test):
            raise DataError(
                f"The split “{method}” leaves no rows to {'test' if len(fold.train) else 'train'}.",
                hint=_hint(method, spec),
            )
    return folds


def inner_splitter(
    spec: SplitSpec, rows: SplitInput, *, folds: int, seed: int
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Return folds of training rows for a search, of the same kind as the outer split.

    Raises:
        DataError: There are too few rows or groups.
    """
    places = np.arange(rows.row_count)
    try:
        if spec.method.is_temporal:
            order = _in_time(rows)
            parts = sk.TimeSeriesSplit(n_splits=folds).split(order)
            return [(order[train], order[test]) for train, test in parts]
        if spec.method.needs_groups:
            return list(sk.GroupKFold(n_splits=folds).split(places, groups=rows.column))
        if rows.classes is not None and np.bincount(rows.classes).max(initial=0) >= folds:
            smallest = np.unique(rows.classes, return_counts=True)[1].min()
            if smallest >= folds:
                stratified = sk.StratifiedKFold(folds, shuffle=True, random_state=seed)
                return list(stratified.split(places, rows.classes))
        return list(sk.KFold(folds, shuffle=True, random_state=seed).split(places))
    except ValueError as error:
        raise DataError(
            f"The training rows cannot be split into {folds} folds for the search: {error}",
            hint="Use fewer folds of a try, or more rows.",
        ) from error


def _resolved(method: SplitMethod, rows: SplitInput, warn: Callable[[str], None]) -> SplitMethod:
    """Return the method that `auto` stands for."""
    if method is not SplitMethod.AUTO:
        if method.is_stratified and rows.classes is None:
            raise DataError(
                f"The split “{method}” keeps classes in proportion, and the output has none.",
                hint="Choose the same split without proportions.",
            )
        return method
    if rows.classes is None:
        return SplitMethod.HOLDOUT
    if np.unique(rows.classes, return_counts=True)[1].min() < 2:
        warn("A class has one row only, so the test rows were drawn without regard to classes.")
        return SplitMethod.HOLDOUT
    return SplitMethod.STRATIFIED


def _hint(method: SplitMethod, spec: SplitSpec) -> str:
    if method.is_stratified:
        return "Every class needs a row in each part: use fewer folds, or a random split."
    if method.needs_groups:
        return f"The column “{spec.column}” must have more groups than folds."
    if method is SplitMethod.PREDEFINED:
        return (
            f"The column “{spec.column}” must say train or test, or hold the number of the fold "
            "in which a row tests."
        )
    return "Use fewer folds, another share, or more rows."


def _holdout(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    train, test = sk.train_test_split(
        np.arange(rows.row_count), test_size=spec.test_size, random_state=seed
    )
    return [Fold(train, test)]


def _stratified(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    train, test = sk.train_test_split(
        np.arange(rows.row_count),
        test_size=spec.test_size,
        random_state=seed,
        stratify=rows.classes,
    )
    return [Fold(train, test)]


def _grouped(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.GroupShuffleSplit(n_splits=1, test_size=spec.test_size, random_state=seed)
    return _folds(splitter.split(np.arange(rows.row_count), groups=rows.column))


def _temporal(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:  # noqa: ARG001
    order = _in_time(rows)
    tested = max(1, round(spec.test_size * rows.row_count))
    return [Fold(order[:-tested], order[-tested:])]


def _kfold(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.KFold(spec.folds, shuffle=True, random_state=seed)
    return _folds(splitter.split(np.arange(rows.row_count)))


def _stratified_kfold(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.StratifiedKFold(spec.folds, shuffle=True, random_state=seed)
    return _folds(splitter.split(np.arange(rows.row_count), rows.classes))


def _group_kfold(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.GroupKFold(spec.folds, shuffle=True, random_state=seed)
    return _folds(splitter.split(np.arange(rows.row_count), groups=rows.column))


def _repeated_kfold(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.RepeatedKFold(n_splits=spec.folds, n_repeats=spec.repeats, random_state=seed)
    return _folds(splitter.split(np.arange(rows.row_count)))


def _repeated_stratified(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:
    splitter = sk.RepeatedStratifiedKFold(
        n_splits=spec.folds, n_repeats=spec.repeats, random_state=seed
    )
    return _folds(splitter.split(np.arange(rows.row_count), rows.classes))


def _temporal_kfold(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:  # noqa: ARG001
    order = _in_time(rows)
    parts = sk.TimeSeriesSplit(n_splits=spec.folds).split(order)
    return [Fold(order[train], order[test]) for train, test in parts]


def _predefined(spec: SplitSpec, rows: SplitInput, seed: int) -> list[Fold]:  # noqa: ARG001
    column = rows.column
    if column is None:
        raise ValueError("it names no column.")
    if column.dtype.kind in "bif":
        return _by_number(column)
    words = np.asarray([str(value).strip().casefold() for value in column], dtype=object)
    known = TRAIN_WORDS | TEST_WORDS | VALIDATION_WORDS
    strange = sorted(set(words) - known)
    if strange:
        raise ValueError(f"it holds {', '.join(strange[:3])}.")
    train, test, validation = (
        np.flatnonzero([word in chosen for word in words])
        for chosen in (TRAIN_WORDS, TEST_WORDS, VALIDATION_WORDS)
    )
    if not len(test):
        return [Fold(train, validation)]
    return [Fold(train, test, validation if len(validation) else None)]


def _by_number(column: np.ndarray) -> list[Fold]:
    """Return the folds of numbers: the fold in which a row tests, -1 where it never does."""
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        raise ValueError("some rows have no value.")
    if column.dtype.kind == "b" or set(np.unique(column)) <= {0, 1}:
        return [Fold(np.flatnonzero(column == 0), np.flatnonzero(column == 1))]
    return _folds(sk.PredefinedSplit(column.astype(int)).split())


def _in_time(rows: SplitInput) -> np.ndarray:
    """Return the rows in the order of time; in their own order where no column says it."""
    if rows.column is None:
        return np.arange(rows.row_count)
    if np.any(rows.column != rows.column):
        raise ValueError("some rows have no time.")
    return np.argsort(rows.column, kind="stable")


def _folds(parts: Iterable[tuple[Any, Any]]) -> list[Fold]:
    return [Fold(np.asarray(train), np.asarray(test)) for train, test in parts]


_BUILDERS: dict[SplitMethod, Callable[[SplitSpec, SplitInput, int], list[Fold]]] = {
    SplitMethod.HOLDOUT: _holdout,
    SplitMethod.STRATIFIED: _stratified,
    SplitMethod.GROUPED: _grouped,
    SplitMethod.TEMPORAL: _temporal,
    SplitMethod.KFOLD: _kfold,
    SplitMethod.STRATIFIED_KFOLD: _stratified_kfold,
    SplitMethod.GROUP_KFOLD: _group_kfold,
    SplitMethod.REPEATED_KFOLD: _repeated_kfold,
    SplitMethod.REPEATED_STRATIFIED_KFOLD: _repeated_stratified,
    SplitMethod.TEMPORAL_KFOLD: _temporal_kfold,
    SplitMethod.PREDEFINED: _predefined,
}
