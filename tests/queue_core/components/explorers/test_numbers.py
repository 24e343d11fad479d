"""What explorers say, against pandas, SciPy and statsmodels on the same data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from queue_core.artifacts.figure import Bars, Box, Heatmap, Histogram, Line, Points
from queue_core.components.explorers.statistics.numbers import smooth_density
from queue_core.components.explorers.time_series.series import (
    autocorrelation,
    decompose,
    find_period,
)
from queue_core.components.explorers.time_series.time_steps import fitting_step
from queue_core.components.stored_dataset import StoredDataset


def _marks(figure: Any, kind: type) -> list[Any]:
    return [mark for panel in figure.panels for mark in panel.marks if isinstance(mark, kind)]


def test_describe_agrees_with_pandas(run: Any, penguins: StoredDataset) -> None:
    frame = penguins.to_pandas()
    found = run("describe", penguins)
    numbers = found["numbers"].set_index("column")
    expected = frame.describe(percentiles=[0.05, 0.25, 0.5, 0.75, 0.95])
    pairs = {
        "mean": "mean", "standard deviation": "std", "minimum": "min", "5%": "5%", "25%": "25%",
        "median": "50%", "75%": "75%", "95%": "95%", "maximum": "max", "values": "count",
    }  # fmt: skip
    for ours, theirs in pairs.items():
        for column in numbers.index:
            assert numbers.loc[column, ours] == pytest.approx(expected.loc[theirs, column])
    mass = frame["body_mass_g"].dropna()
    assert numbers.loc["body_mass_g", "skewness"] == pytest.approx(mass.skew(), rel=1e-6)
    assert numbers.loc["body_mass_g", "missing"] == frame["body_mass_g"].isna().sum()
    texts = found["texts"].set_index("column")
    assert texts.loc["species", "most frequent"] == frame["species"].mode()[0]
    assert texts.loc["sex", "missing"] == frame["sex"].isna().sum()
    assert found["summary"]["duplicate rows"] == int(frame.duplicated().sum())
    assert found["summary"]["missing cells"] == int(frame.isna().sum().sum())


def test_histograms_count_every_row(run: Any, penguins: StoredDataset) -> None:
    frame = penguins.to_pandas()
    found = run("distribution", penguins, "bill_length_mm", bins=17)
    (histogram,) = _marks(found["histogram"], Histogram)
    values = frame["bill_length_mm"].dropna()
    counts, edges = np.histogram(values, bins=17)
    assert np.allclose(histogram.edges, edges)
    assert sum(histogram.counts) == len(values)
    assert np.abs(np.array(histogram.counts) - counts).sum() <= 4  # values on an edge


def test_groups_of_a_distribution_add_up(run: Any, penguins: StoredDataset) -> None:
    frame = penguins.to_pandas()
    found = run("distribution", penguins, "body_mass_g", group_by="sex")
    by_label = {h.label: sum(h.counts) for h in _marks(found["histogram"], Histogram)}
    expected = frame.dropna(subset="body_mass_g")["sex"].fillna("(missing)").value_counts()
    assert by_label == expected.to_dict()


def test_the_cumulative_distribution_holds_the_median(run: Any, penguins: StoredDataset) -> None:
    found = run("distribution", penguins, "bill_depth_mm", plots=["ecdf"])
    (line,) = _marks(found["ecdf"], Line)
    middle = np.interp(50.0, line.y, line.x)
    assert middle == pytest.approx(penguins.to_pandas()["bill_depth_mm"].median(), abs=0.1)


def test_a_density_is_near_the_exact_one() -> None:
    values = np.random.default_rng(1).normal(5, 2, 4_000)
    low, high = values.min(), values.max()
    counts, _ = np.histogram(values, 512, range=(low, high))
    cell = (high - low) / 512
    places, density = smooth_density(low, high, counts, values.std() / cell)
    exact = stats.gaussian_kde(values, bw_method=0.9 * 4_000 ** (-1 / 5))(places) * cell
    assert density.sum() == pytest.approx(1, abs=1e-6)
    assert np.abs(density - exact).max() < 0.02 * exact.max()


def test_boxes_have_the_quartiles_and_whiskers_of_the_data(
    run: Any, penguins: StoredDataset
) -> None:
    frame = penguins.to_pandas()
    found = run("box_violin", penguins, "body_mass_g", group_by="species", shape="box")
    largest = frame["species"].value_counts().index[0]
    values = frame.loc[frame["species"] == largest, "body_mass_g"].dropna()
    box = next(box for box in _marks(found["boxes"], Box) if box.position == 0)
    assert [box.first_quartile, box.median, box.third_quartile] == pytest.approx(
        list(values.quantile([0.25, 0.5, 0.75]))
    )
    reach = 1.5 * (box.third_quartile - box.first_quartile)
    assert box.low == values[values >= box.first_quartile - reach].min()
    assert box.high == values[values <= box.third_quartile + reach].max()


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_correlations_agree_with_pandas(run: Any, penguins: StoredDataset, method: str) -> None:
    frame = penguins.to_pandas().select_dtypes("number")
    found = run("correlation", penguins, method=method)
    (heat,) = _marks(found["heatmap"], Heatmap)
    assert np.allclose(heat.values, frame.corr(method=method))  # type: ignore[arg-type]
    strongest = found["pairs"].iloc[0]
    expected = frame.corr(method=method).loc[strongest["column"], strongest["other column"]]  # type: ignore[arg-type]
    assert strongest["correlation"] == pytest.approx(expected)


def test_mixed_correlations_are_cramers_v_and_the_correlation_ratio(
    run: Any, penguins: StoredDataset
) -> None:
    frame = penguins.to_pandas()
    found = run("correlation", penguins, "species", "island", "body_mass_g")
    pairs = found["pairs"].set_index(["column", "other column"])["correlation"]
    table = pd.crosstab(frame["species"], frame["island"])
    plain = stats.contingency.association(table, method="cramer")
    assert pairs["species", "island"] == pytest.approx(plain, abs=0.01)  # corrected for size
    known = frame.dropna(subset="body_mass_g")
    groups = known.groupby("species")["body_mass_g"]
    between = (groups.count() * (groups.mean() - known["body_mass_g"].mean()) ** 2).sum()
    total = ((known["body_mass_g"] - known["body_mass_g"].mean()) ** 2).sum()
    corrected = 1 - (1 - between / total) * (len(known) - 1) / (len(known) - 3)  # three groups
    assert pairs["species", "body_mass_g"] == pytest.approx(corrected**0.5)


def test_unrelated_categories_have_no_correlation(run: Any, store: Any) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": random.choice(list("abcd"), 4000), "b": random.choice(list("xyz"), 4000)}
    )
    found = run("correlation", store("unrelated", frame))
    assert found["pairs"]["correlation"][0] < 0.05


def test_covariances_agree_with_pandas(run: Any, penguins: StoredDataset) -> None:
    (heat,) = _marks(run("covariance", penguins)["heatmap"], Heatmap)
    assert np.allclose(heat.values, penguins.to_pandas().select_dtypes("number").cov())


def test_a_density_map_counts_every_complete_row(run: Any, penguins: StoredDataset) -> None:
    found = run("density_heatmap", penguins, "bill_length_mm", "island", bins=10)
    (heat,) = _marks(found["density"], Heatmap)
    frame = penguins.to_pandas().dropna(subset="bill_length_mm")
    assert np.sum(heat.values) == len(frame)
    by_island = dict(
        zip(found["density"].panels[0].y.categories, np.sum(heat.values, axis=1), strict=True)
    )
    assert by_island == frame["island"].value_counts().to_dict()


def test_missing_patterns_agree_with_pandas(run: Any, penguins: StoredDataset) -> None:
    frame = penguins.to_pandas()
    found = run("missing_values", penguins)
    assert found["patterns-table"]["rows"].sum() == len(frame)
    only_sex = found["patterns-table"].set_index("missing").loc["sex", "rows"]
    missing = frame.isna()
    assert only_sex == (missing["sex"] & (missing.sum(axis=1) == 1)).sum()
    (places,) = _marks(found["places"], Heatmap)
    share = np.nansum(places.values[0])
    assert share > 0


def test_duplicates_are_counted_and_listed(run: Any, penguins: StoredDataset) -> None:
    frame = penguins.to_pandas()
    found = run("duplicates", penguins, "species", "island", "year")
    keys = frame[["species", "island", "year"]]
    assert found["summary"]["repeated rows"] == keys.duplicated().sum()
    listed = found["groups"].to_pandas()
    assert listed["copies"].tolist() == keys.value_counts().tolist()
    first = listed.iloc[0]
    alike = (keys == first[["species", "island", "year"]].tolist()).all(axis=1)
    assert alike.sum() == first["copies"]


def test_outliers_follow_their_rules(run: Any, store: Any) -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 100], "b": [5.0] * 9 + [5.1]})
    dataset = store("outlying", frame)
    by_quartiles = run("outliers", dataset)
    assert by_quartiles["rows"]["row"].tolist() == [10]
    assert by_quartiles["rows"]["outlying columns"].tolist() == ["a"]
    by_median = run("outliers", dataset, method="robust_z", z_score=3)
    assert by_median["rows"]["row"].tolist() == [10]
    forest = run("outliers", dataset, method="isolation_forest", share=10)
    assert forest["rows"]["row"].tolist() == [10]


def test_words_are_counted_as_people_would(run: Any, store: Any) -> None:
    texts = [
        "The cat sat.",
        "the CAT ran; the dog's bone!",
        None,
        "El gato y la gata",
        "猫と犬",
        "",
    ]
    found = run("word_frequencies", store("texts", pd.DataFrame({"t": texts})), "t")
    words = found["words-table"].set_index("word")
    assert words.loc["cat", "times"] == 2
    assert words.loc["cat", "rows with it"] == 2
    assert words.loc["dog's", "times"] == 1
    assert {"猫", "犬", "gato"} <= set(words.index)
    assert not {"the", "el", "y", "la"} & set(words.index)
    pairs = run("word_frequencies", store("texts", pd.DataFrame()), "t", words=2, leave_out="none")
    assert "the cat" in set(pairs["words-table"]["word"])


def test_autocorrelation_agrees_with_statsmodels(weather: StoredDataset) -> None:
    from statsmodels.tsa.stattools import acf

    values = weather.to_pandas()["temp_max"].to_numpy()
    assert np.allclose(autocorrelation(values, 50), acf(values, nlags=50, fft=True))


def test_classical_decomposition_agrees_with_statsmodels(weather: StoredDataset) -> None:
    from statsmodels.tsa.seasonal import seasonal_decompose

    values = weather.to_pandas()["temp_max"].to_numpy()[:200]
    for period in (7, 12):
        ours = decompose(values, period, "classical")
        theirs = seasonal_decompose(values, period=period)
        assert np.allclose(ours.trend, theirs.trend, equal_nan=True)
        assert np.allclose(ours.seasonal, theirs.seasonal)
        assert np.allclose(ours.remainder, theirs.resid, equal_nan=True)


def test_the_year_is_found_in_the_weather(run: Any, weather: StoredDataset) -> None:
    assert find_period(weather.to_pandas()["temp_max"].to_numpy(), (7, 365)) == 365
    assert find_period(np.random.default_rng(0).normal(size=500), (7, 30)) is None
    found = run("time_series", weather, "temp_max", step="month")
    assert "period 12" in found["decomposition"].notes[-1]
    monthly = weather.to_pandas().set_index("date")["temp_max"].resample("MS").mean()
    assert found["series+"]["temp_max"].tolist() == pytest.approx(monthly.tolist())


@pytest.mark.parametrize(("step", "rule"), [("day", "D"), ("6 hours", "6h"), ("week", "W-MON")])
def test_steps_gather_their_rows(run: Any, store: Any, step: str, rule: str) -> None:
    times = pd.date_range("1969-11-24", periods=2_000, freq="47min")
    frame = pd.DataFrame({"t": times, "v": np.random.default_rng(0).normal(size=2_000)})
    found = run("time_series", store("series", frame), step=step, summary="sum", plots=["series"])
    options = {"label": "left", "closed": "left"}
    expected = frame.set_index("t")["v"].resample(rule, **options).sum()  # type: ignore[call-overload]
    assert found["series+"]["v"].tolist() == pytest.approx(expected.tolist())
    assert found["series+"]["t"].tolist() == expected.index.tolist()


@pytest.mark.parametrize(
    ("gap", "span", "name"),
    [
        (1, 100, "second"),
        (3_600, 86_400 * 30, "hour"),
        (86_400, 86_400 * 900, "day"),
        (86_400 * 30.4, 86_400 * 900, "month"),
        (30, 86_400 * 1_700, "15 minutes"),
        (1, 86_400 * 365 * 40, "3 hours"),
    ],
)
def test_steps_fit_the_gaps_and_the_span(gap: float, span: float, name: str) -> None:
    step = fitting_step(gap, span, 5_000)
    assert span / step.seconds <= 5_000 or step.name == "year"
    if span / gap <= 5_000:
        assert step.name == name


def test_class_overlap_tells_apart_from_mixed(
    run: Any, store: Any, penguins: StoredDataset
) -> None:
    parted = run("class_overlap", penguins, class_column="species")
    assert parted["summary"]["neighbours of the same class (%)"] > 90
    random = np.random.default_rng(0)
    mixed = pd.DataFrame(random.normal(size=(400, 4)), columns=list("abcd"))
    mixed["k"] = random.choice(["u", "v"], 400)
    shares = run("class_overlap", store("mixed", mixed), class_column="k")
    assert 40 < shares["summary"]["neighbours of the same class (%)"] < 60
    points = _marks(parted["projection"], Points)
    assert sum(len(mark.x) for mark in points) == 344


def test_parallel_categories_account_for_every_row(run: Any, penguins: StoredDataset) -> None:
    found = run("parallel_categories", penguins, "species", "island")
    frame = penguins.to_pandas()
    expected = frame.groupby(["species", "island"]).size().sort_values(ascending=False)
    assert found["combinations"]["rows"].tolist() == expected.tolist()
    blocks = _marks(found["parallel-categories"], Bars)
    shares = np.array(blocks[0].values) / np.sum(blocks[0].values)
    assert shares == pytest.approx(frame["species"].value_counts(normalize=True).tolist())
