"""Time series: columns over time, their autocorrelation and their seasons."""

from __future__ import annotations

from queue_core.components.component import Component, ComponentKind
from queue_core.components.explorers.time_series.time_steps import STEPS
from queue_core.components.parameter_schemas import (
    TEMPORAL,
    choice,
    column,
    integer,
    schema,
    several,
)

SUMMARIES = {
    "mean": "avg", "sum": "sum", "median": "median", "minimum": "min", "maximum": "max",
}  # fmt: skip

COMPONENTS = (
    Component(
        id="time_series",
        kind=ComponentKind.EXPLORER,
        title="Time series",
        description="Columns over time, with autocorrelation, trend and seasons.",
        factory=f"{__name__}.time_series_explorer:time_series",
        schema=schema(
            time_column=column(
                "Time", "The column with the times; empty: the first one of dates.", TEMPORAL
            ),
            step=choice(
                "Step",
                {"auto": "As in the data", **{step.name: step.name for step in STEPS}},
                "Rows in the same step become one value.",
            ),
            summary=choice(
                "Summary",
                {name: name.capitalize() for name in SUMMARIES},
                "How several rows of a step become one value.",
            ),
            plots=several(
                "Plots",
                {
                    "series": "Series",
                    "autocorrelation": "Autocorrelation",
                    "decomposition": "Seasonal decomposition",
                },
                "What to draw.",
                default=["series", "autocorrelation", "decomposition"],
            ),
            decomposition=choice(
                "Decomposition",
                {"auto": "Best available", "stl": "STL", "classical": "Moving average"},
                "STL is robust against outliers and needs the extra stats.",
            ),
            period=integer(
                "Period",
                "Number of steps of one cycle; empty: the usual cycle that is strongest.",
                default=None,
                minimum=2,
                maximum=5_000,
            ),
            lags=integer(
                "Lags",
                "Up to which lag the autocorrelation is drawn; empty: as far as is useful.",
                default=None,
                minimum=1,
                maximum=2_000,
                is_advanced=True,
            ),
        ),
        column_types=("number",),
        options={"most_columns": 6},
    ),
)
