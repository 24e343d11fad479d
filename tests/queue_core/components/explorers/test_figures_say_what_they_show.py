"""Correlations name their measure, series are lines, panels are as high as they need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest


def random_table(rows: int = 400) -> pd.DataFrame:
    """Columns that have nothing to do with each other, some with many groups."""
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "number": random.normal(size=rows),
            "other": random.lognormal(size=rows),
            "groups": random.choice([f"group {n}" for n in range(40)], rows),
            "few": random.choice(list("abc"), rows),
            "flag": random.random(rows) < 0.5,
        }
    )


def test_noise_has_no_correlation_and_each_pair_names_its_measure(store: Any, run: Any) -> None:
    pairs = run("correlation", store("noise", random_table()))["pairs"]
    others = pairs[pairs["measure"] != "Pearson r"]
    assert (others["correlation"].abs() < 0.1).all()
    assert set(pairs["measure"]) == {"Pearson r", "Correlation ratio η", "Cramér's V"}


def test_a_correlation_says_what_it_measures_and_signs_only_what_has_one(
    store: Any, run: Any
) -> None:
    frame = random_table()
    frame["level"] = frame["few"].map({"a": 0.0, "b": 3.0, "c": 9.0}) + frame["number"]
    table = store("related", frame)
    mixed = run("correlation", table)
    heat = mixed["heatmap"].panels[0].marks[0]
    assert heat.label == "Correlation: r, η, V"
    assert (heat.minimum, heat.maximum) == (-1, 1)
    pairs = mixed["pairs"].set_index(["column", "other column"])["correlation"]
    assert pairs["few", "level"] > 0.9
    categories = run("correlation", table, "groups", "few", "flag")["heatmap"].panels[0].marks[0]
    assert (categories.label, categories.minimum) == ("Cramér's V", 0)
    ranks = run("correlation", table, "number", "level", method="spearman")
    assert ranks["heatmap"].panels[0].marks[0].label == "Spearman ρ"


@pytest.mark.parametrize("step", ["37h", "90min", "5D"])
def test_a_series_sampled_at_any_step_is_a_line(store: Any, run: Any, step: str) -> None:
    times = pd.date_range("2020-01-01", periods=150, freq=step)
    table = store(f"every {step}", pd.DataFrame({"when": times, "y": np.arange(150.0)}))
    drawn = run("time_series", table, "y", plots=["series"])["series"].panels[0].marks[0]
    assert not np.isnan(drawn.y).any()


def test_a_missing_stretch_of_an_even_series_breaks_the_line(store: Any, run: Any) -> None:
    times = pd.date_range("2020-01-01", periods=150, freq="D").delete(range(60, 75))
    table = store("with a gap", pd.DataFrame({"when": times, "y": np.arange(135.0)}))
    drawn = run("time_series", table, "y", plots=["series"])["series"].panels[0].marks[0]
    assert np.isnan(drawn.y).sum() == 1


def test_rows_of_histograms_are_as_high_as_they_need(store: Any, run: Any) -> None:
    frame = random_table()
    frame["wide"] = frame["number"] * 2
    figure = run("distribution", store("heights", frame), plots=["histogram"])["histogram"]
    assert len(set(figure.row_ratios)) > 1
