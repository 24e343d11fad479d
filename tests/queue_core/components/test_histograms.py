"""Bins can be made of any finite numbers."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.components.histograms import bin_edges

LARGEST = sys.float_info.max


@pytest.mark.parametrize(
    "values",
    [
        [2.0**62 + 1024 * i for i in range(5)],
        [0.3, 0.30000000000000004],
        [0.0],
        [5e-324, 0.0],
        [-LARGEST, LARGEST],
        [LARGEST],
    ],
)
def test_every_value_is_in_a_bin(values: list[float]) -> None:
    check(values, 24)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.integers(1, 40))
def test_any_numbers(values: list[float], bins: int) -> None:
    check(values, bins)


def check(values: list[float], bins: int) -> None:
    edges = bin_edges(np.array(values), bins)
    assert len(edges) == bins + 1
    assert np.isfinite(edges).all()
    assert edges[0] < edges[-1]
    assert np.histogram(values, edges)[0].sum() == len(values)


def test_ordinary_numbers_are_binned_as_usual() -> None:
    values = np.random.default_rng(0).normal(size=500)
    np.testing.assert_allclose(bin_edges(values, 30), np.histogram_bin_edges(values, 30))
