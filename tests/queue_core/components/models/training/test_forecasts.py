"""Forecasts: nothing of the tested rows is seen, and baselines say what they promise."""

from __future__ import annotations

import datetime as dt
import json

import model_data
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from queue_core.components.models.training.fitting.time_columns import unseen_cycles
from queue_core.components.models.training.stored.model_file import (
    MODEL_FILE,
    SCHEMA_FILE,
    open_model,
    schema_of,
    store_pipeline,
)
from queue_core.components.models.training.stored.predicting import Predictor
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


def passengers(seed, count=144):
    """Months of a series whose season grows with its trend."""
    random, month = np.random.default_rng(seed), np.arange(count)
    season = 1 + 0.25 * np.sin(2 * np.pi * month / 12) + 0.1 * np.cos(4 * np.pi * month / 12)
    values = (110 + 2.3 * month) * season * np.exp(random.normal(0, 0.03, count))
    return pd.DataFrame({"when": pd.date_range("1949-01-01", periods=count, freq="MS"),
                         "y": values.round()})  # fmt: skip


def plain_lags(values, lags, horizon):
    """Return a forecast by a few lines of scikit-learn: past values, and nothing else."""
    rows = np.lib.stride_tricks.sliding_window_view(values[:-horizon], lags + 1)
    model = LinearRegression().fit(rows[:, :-1], rows[:, -1])
    past = list(values[-horizon - lags : -horizon])
    for _ in range(horizon):
        past.append(model.predict([past[-lags:]])[0])
    return np.array(past[lags:])


@pytest.mark.parametrize("horizon", [12, 24, 36])
def test_a_forecast_is_at_least_as_good_as_plain_lags(tmp_path, horizon):
    ours, plain = [], []
    for seed in range(4):
        table = passengers(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        asked = {"time_column": "when", "horizon": horizon}
        trained = forecast(folder, "LinearRegression", table, forecast=asked)
        truth = table["y"].to_numpy()[-horizon:]
        ours.append(trained.folds[0].values["test"]["mae"])
        predicted = plain_lags(table["y"].to_numpy(), trained.problem.extra["series"].lags, horizon)
        plain.append(np.abs(predicted - truth).mean())
        assert ours[-1] < 1.15 * plain[-1]
    assert np.mean(ours) < 1.02 * np.mean(plain)


def test_without_times_a_forecast_equals_plain_lags(tmp_path):
    table = passengers(0)[["y"]]
    trained = forecast(tmp_path, "LinearRegression", table, forecast={"lags": 12, "horizon": 24})
    expected = plain_lags(table["y"].to_numpy(), 12, 24)
    np.testing.assert_allclose(trained.folds[0].test.predicted, expected, rtol=1e-9)


def test_only_cycles_longer_than_the_past_are_told(tmp_path):
    hours = pd.date_range("2024-01-01", periods=24 * 40, freq="h")
    assert unseen_cycles(hours.to_numpy(), 24) == ("week",)
    assert unseen_cycles(hours.to_numpy(), 4) == ("day", "week")
    days = pd.date_range("2020-01-01", periods=900, freq="D")
    assert unseen_cycles(days.to_numpy(), 12) == ("year",)
    months = pd.date_range("2000-01-01", periods=100, freq="MS")
    assert unseen_cycles(months.to_numpy(), 12) == ()


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (lambda m: m.dt.date, [dt.date(1961, 1, 1), dt.date(1961, 2, 1)]),
        (lambda m: m, [pd.Timestamp(1961, 1, 1), pd.Timestamp(1961, 2, 1)]),
        (lambda m: m.dt.strftime("%Y-%m"), ["1961-01", "1961-02"]),
        (lambda m: m.dt.strftime("%d.%m.%Y"), ["01.01.1961", "01.02.1961"]),
        (lambda m: m.dt.strftime("%Y-%m-%d"), ["1961-01-01", "1961-02-01"]),
    ],
)
def test_forecast_times_have_the_form_of_their_column(tmp_path, times, expected):
    table = passengers(1)
    table["when"] = times(table["when"])
    trained = forecast(tmp_path, "Ridge", table)
    path = tmp_path / "model"
    path.mkdir()
    store_pipeline(trained.pipeline, path / MODEL_FILE)
    schema = json.loads(json.dumps(schema_of(trained)))
    (path / SCHEMA_FILE).write_text(json.dumps(schema), encoding="utf-8")
    found = Predictor.of(open_model(path)).forecast(None, 2)
    assert found["when"].tolist() == expected
    assert found["predicted y"].between(350, 700).all()


def test_a_forecast_without_bounds_is_an_error_with_a_next_step(tmp_path):
    frame = pd.DataFrame({"y": np.round(np.exp(np.arange(80) / 8.0)) + 1})
    with pytest.raises(DataError, match="leaves all numbers behind at step"):
        model_data.train_on(
            tmp_path, frame, "PoissonRegressor", task="forecasting", output="y",
            forecast={"lags": 4, "horizon": 30},
        )  # fmt: skip
