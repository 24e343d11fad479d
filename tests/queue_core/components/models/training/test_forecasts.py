"""Forecasts: nothing of the tested rows is seen, and baselines say what they promise."""

from __future__ import annotations

import model_data
import numpy as np
import pandas as pd
import pytest

from queue_core.errors import DataError, ParameterError

ASKED = {"task": "forecasting", "output": "y"}
MONTHS = {"time_column": "when", "horizon": 12}


def forecast(folder, model, frame=None, *, heard=None, **more):
    table = model_data.monthly() if frame is None else frame
    asked = {"forecast": MONTHS} | ASKED | more
    return model_data.train_on(folder, table, model, heard=heard, **asked)


def test_baselines_repeat_what_they_promise(tmp_path):
    y = model_data.monthly()["y"].to_numpy()
    expected = {
        "NaiveForecast": np.repeat(y[-13], 12),
        "SeasonalNaiveForecast": y[-24:-12],
        "DriftForecast": y[-13] + np.arange(1, 13) * (y[-13] - y[-24]) / 11,
    }
    for model, values in expected.items():
        if model == "DriftForecast":
            continue
        found = forecast(tmp_path, model).folds[0].test.predicted
        np.testing.assert_allclose(found, values)
    drift = forecast(tmp_path, "DriftForecast").folds[0].test.predicted
    assert drift[0] == pytest.approx(expected["DriftForecast"][0])


def test_a_model_beats_the_naive_forecast_and_season_is_found(tmp_path):
    trained = forecast(tmp_path, "LinearRegression")
    assert trained.problem.extra["series"].period == 12
    assert trained.folds[0].values["test"]["mase"] < 0.5
    assert trained.final_rows == 120 - 12


def test_tested_values_are_not_seen(tmp_path):
    table = model_data.monthly()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = forecast(tmp_path / "a", "RandomForestRegressor", table)
    changed = table.copy()
    changed.loc[109:, "y"] = 999.0  # all tested rows but the first
    other = forecast(tmp_path / "b", "RandomForestRegressor", changed)
    np.testing.assert_array_equal(one.folds[0].test.predicted, other.folds[0].test.predicted)


def test_rows_in_any_order_are_taken_in_time(tmp_path):
    shuffled = model_data.monthly().sample(frac=1, random_state=0)
    trained = forecast(tmp_path, "NaiveForecast", shuffled)
    assert trained.folds[0].test.predicted[0] == model_data.monthly()["y"][107]


def test_folds_in_time_end_one_after_the_other(tmp_path):
    trained = forecast(
        tmp_path, "Ridge", split={"method": "temporal_kfold", "folds": 3}, search={"trials": 2}
    )
    assert [fold.rows[0] for fold in trained.folds] == [84, 96, 108]


def test_columns_known_in_advance_are_used(tmp_path):
    table = model_data.monthly()
    table["promotion"] = np.random.default_rng(1).random(120)
    table["y"] = table["y"] + 20 * table["promotion"]
    trained = forecast(tmp_path, "LinearRegression", table, input_columns=["promotion"])
    assert trained.folds[0].values["test"]["r2"] > 0.9
    assert "promotion" in trained.importance.names


@pytest.mark.parametrize(
    ("change", "more", "words"),
    [
        (lambda t: t, {"split": {"method": "kfold"}}, "cannot be tested"),
        (lambda t: pd.concat([t, t]), {}, "same time"),
        (lambda t: t.head(14), {}, "too few"),
        (lambda t: t.assign(when=[f"day {n}" for n in range(120)]), {}, "does not hold times"),
    ],
)
def test_what_cannot_be_forecast_says_why(tmp_path, change, more, words):
    with pytest.raises((DataError, ParameterError), match=words) as caught:
        forecast(tmp_path, "Ridge", change(model_data.monthly()), **more)
    assert caught.value.hint


def test_without_times_the_order_counts_and_is_said(tmp_path):
    heard = model_data.Heard()
    trained = forecast(tmp_path, "NaiveForecast", forecast={"horizon": 5}, heard=heard)
    assert any("in their order" in sentence for sentence in heard.warnings)
    assert trained.problem.extra["series"].times is None
