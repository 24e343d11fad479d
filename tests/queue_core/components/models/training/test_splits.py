"""Splits: scikit-learn's own, no row on both sides, and a next step when rows do not allow one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.components.models.training.preparation.splits import (
    SplitInput,
    inner_splitter,
    make_folds,
)
from queue_core.components.models.training.session.session_schemas import SplitMethod
from queue_core.components.models.training.session.specs import SplitSpec
from queue_core.errors import DataError

CLASSES = np.arange(120) % 3
GROUPS = np.asarray([f"g{n % 10}" for n in range(120)], dtype=object)
TIMES = np.asarray([1000 - n for n in range(120)])


def folds_of(method: str, **more):
    column = more.pop("column", None)
    rows = SplitInput(row_count=120, classes=more.pop("classes", CLASSES), column=column)
    spec = SplitSpec(method=SplitMethod(method), column="c", **more)
    return make_folds(spec, rows, seed=0, warn=lambda _: None)


@given(
    method=st.sampled_from([m for m in SplitMethod if m is not SplitMethod.PREDEFINED]),
    folds=st.integers(2, 6),
    share=st.floats(0.1, 0.5),
)
def test_no_row_is_on_both_sides(method, folds, share):
    column = GROUPS if method.needs_groups else TIMES if method.is_temporal else None
    for fold in folds_of(method, folds=folds, test_size=share, column=column):
        assert not set(fold.train) & set(fold.test)
        assert len(fold.train)
        assert len(fold.test)
        if method.needs_groups:
            assert not set(GROUPS[fold.train]) & set(GROUPS[fold.test])
        if method.is_temporal:
            assert TIMES[fold.train].max() < TIMES[fold.test].min()


def test_every_row_tests_once_in_folds_and_as_often_as_repeated():
    tested = np.concatenate([fold.test for fold in folds_of("stratified_kfold", folds=4)])
    assert sorted(tested) == list(range(120))
    repeated = folds_of("repeated_kfold", folds=4, repeats=2)
    assert np.bincount(np.concatenate([fold.test for fold in repeated])).tolist() == [2] * 120


def test_stratified_parts_have_the_same_shares():
    fold = folds_of("auto")[0]
    assert np.bincount(CLASSES[fold.test]).tolist() == [10, 10, 10]


def test_predefined_by_words_numbers_and_flags():
    words = np.asarray(["train"] * 80 + ["Test"] * 30 + ["validation"] * 10, dtype=object)
    fold = folds_of("predefined", column=words)[0]
    assert (len(fold.train), len(fold.test), len(fold.validation)) == (80, 30, 10)
    numbers = np.arange(120) % 4 - 1
    assert [len(f.test) for f in folds_of("predefined", column=numbers)] == [30, 30, 30]
    flags = np.arange(120) < 20
    assert len(folds_of("predefined", column=flags)[0].test) == 20


@pytest.mark.parametrize(
    ("method", "more", "words"),
    [
        ("predefined", {"column": np.asarray(["what"] * 120, dtype=object)}, "holds what"),
        ("stratified_kfold", {"folds": 50}, "50"),
        ("group_kfold", {"folds": 20, "column": GROUPS}, "20"),
        ("stratified", {"classes": None}, "proportion"),
        ("temporal", {"column": np.asarray([np.nan] * 120)}, "no time"),
    ],
)
def test_rows_that_do_not_allow_it_get_a_next_step(method, more, words):
    with pytest.raises(DataError, match=words) as caught:
        folds_of(method, **more)
    assert caught.value.hint


def test_a_class_with_one_row_is_split_at_random_and_said():
    said: list[str] = []
    classes = np.zeros(20, dtype=int)
    classes[0] = 1
    rows = SplitInput(row_count=20, classes=classes)
    assert make_folds(SplitSpec(), rows, seed=0, warn=said.append)
    assert "one row only" in said[0]


def test_inner_folds_keep_groups_and_time_apart():
    spec = SplitSpec(method=SplitMethod.GROUPED, column="c")
    rows = SplitInput(row_count=120, classes=CLASSES, column=GROUPS)
    for train, test in inner_splitter(spec, rows, folds=3, seed=0):
        assert not set(GROUPS[train]) & set(GROUPS[test])
    spec = SplitSpec(method=SplitMethod.TEMPORAL, column="c")
    rows = SplitInput(row_count=120, column=TIMES)
    for train, test in inner_splitter(spec, rows, folds=3, seed=0):
        assert TIMES[train].max() < TIMES[test].min()
