"""Metrics of numbers: regression and forecasting."""

from __future__ import annotations

from queue_core.components.metrics.metric_description import describe_metric

TASKS = ("regression", "forecasting")
REGRESSION = ("regression",)
FORECASTING = ("forecasting",)
HERE = f"{__name__}.regression_metrics:"

COMPONENTS = (
    describe_metric(
        "r2", "R²", "Share of the output's variance that is explained; 0 is as good as the mean.",
        f"{HERE}r2", TASKS, is_default=True,
    ),
    describe_metric(
        "rmse", "Root mean squared error",
        "Typical error in the unit of the output; large errors count more.",
        f"{HERE}rmse", TASKS, is_default=True, greater_is_better=False, unit="output",
    ),
    describe_metric(
        "mae", "Mean absolute error", "Mean size of the error in the unit of the output.",
        f"{HERE}mae", TASKS, is_default=True, greater_is_better=False, unit="output",
    ),
    describe_metric(
        "median_absolute_error", "Median absolute error",
        "Half of the errors are smaller than this; outliers do not count.",
        f"{HERE}median_absolute_error", REGRESSION, is_default=True, greater_is_better=False,
        unit="output",
    ),
    describe_metric(
        "max_error", "Largest error", "The largest error of any row.",
        f"{HERE}max_error", TASKS, greater_is_better=False, unit="output",
    ),
    describe_metric(
        "mape", "Mean absolute percentage error",
        "Mean size of the error as a share of the truth; not for outputs near 0.",
        f"{HERE}mape", TASKS, is_default=True, greater_is_better=False, unit="share",
    ),
    describe_metric(
        "explained_variance", "Explained variance",
        "Share of the variance that is explained, whatever the mean error is.",
        f"{HERE}explained_variance", REGRESSION,
    ),
    describe_metric(
        "bias", "Mean error", "Mean of prediction minus truth: above 0 it says too much.",
        f"{HERE}bias", TASKS, greater_is_better=False, unit="output",
    ),
    describe_metric(
        "rmsle", "Root mean squared log error",
        "Typical error in ratio instead of difference; the output must be above -1.",
        f"{HERE}rmsle", REGRESSION, greater_is_better=False,
    ),
    describe_metric(
        "smape", "Symmetric percentage error",
        "Size of the error as a share of truth and forecast together.",
        f"{HERE}smape", FORECASTING, is_default=True, greater_is_better=False, unit="share",
    ),
    describe_metric(
        "mase", "Error against the naive forecast",
        "Mean absolute error divided by that of repeating the last season; below 1 is better.",
        f"{HERE}mase", FORECASTING, is_default=True, greater_is_better=False,
    ),
)  # fmt: skip
